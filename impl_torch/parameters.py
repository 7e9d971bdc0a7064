"""Parameters across the border: the NumPy network's {"W1", "b1", ...} and torch's state dict.

nn.Linear.weight is laid out like W, (n_out, n_in); a bias (n_out, 1) loses its last axis.  Leading
axes (many networks of one shape, stacked) are carried along.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn


def to_torch(parameters: Mapping[str, np.ndarray]) -> dict[str, Tensor]:
    """Return {"fc1.weight", "fc1.bias", ...}: copies, in the same precision."""
    state = {}
    for l in range(1, len(parameters) // 2 + 1):
        state[f"fc{l}.weight"] = torch.from_numpy(parameters[f"W{l}"].copy())
        state[f"fc{l}.bias"] = torch.from_numpy(parameters[f"b{l}"][..., 0].copy())
    return state


def to_numpy(state: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    """Return {"W1", "b1", ...}: copies on the CPU, in the same precision."""
    parameters = {}
    for l in range(1, len(state) // 2 + 1):
        weight, bias = state[f"fc{l}.weight"], state[f"fc{l}.bias"]
        parameters[f"W{l}"] = weight.detach().cpu().numpy().copy()
        parameters[f"b{l}"] = bias.detach().cpu().numpy()[..., None].copy()
    return parameters


def load_parameters(model: nn.Module, parameters: Mapping[str, np.ndarray]) -> None:
    """Give `model` the NumPy network's parameters, and their precision: nothing is rounded.

    Raises ValueError, naming the parameter, where names or shapes do not fit the model.
    """
    state, own = to_torch(parameters), model.state_dict()
    if state.keys() != own.keys():
        odd = ", ".join(sorted(state.keys() ^ own.keys()))
        raise ValueError(f"The network and the parameters differ in {odd}: same depth on both?")
    for name, value in state.items():
        if value.shape != own[name].shape:
            raise ValueError(
                f"{name} has shape {tuple(own[name].shape)} in the network and "
                f"{tuple(value.shape)} in the parameters: give layer_dims that fit."
            )
    model.to(next(iter(state.values())).dtype)
    model.load_state_dict(state)
