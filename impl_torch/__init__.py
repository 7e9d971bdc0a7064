"""The same network in PyTorch: SimpleNN, BCELoss, SGD.

Layout: examples first, as torch has it: X (m, n_x), weight (n_out, n_in), bias (n_out,).
"""

from impl_torch.losses import OUTPUT_OF_LOSS, Cost, Guard
from impl_torch.modes import MODES, ModeTrainer, unavailable
from impl_torch.moved import Move
from impl_torch.network import SimpleNN
from impl_torch.parameters import load_parameters, to_numpy, to_torch
from impl_torch.stacked import StackedTrainer
from impl_torch.training import Iteration, Objective, iterate, predict, train

__all__ = [
    "MODES",
    "OUTPUT_OF_LOSS",
    "Cost",
    "Guard",
    "Iteration",
    "ModeTrainer",
    "Move",
    "Objective",
    "SimpleNN",
    "StackedTrainer",
    "iterate",
    "load_parameters",
    "predict",
    "to_numpy",
    "to_torch",
    "train",
    "unavailable",
]
