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

    Raises ValueError, naming the parameter, where names, shapes or precisions do not fit.
    """
    own = {_numpy_name(name): value for name, value in model.state_dict().items()}
    odd = own.keys() ^ parameters.keys()
    if odd:
        raise ValueError(
            f"Only one of network and parameters has {', '.join(sorted(odd))}: give both the same "
            "depth."
        )
    dtype = parameters["W1"].dtype
    for name, value in parameters.items():
        shape = (*own[name].shape, 1) if name[0] == "b" else tuple(own[name].shape)
        if value.shape != shape:
            raise ValueError(
                f"{name} has shape {value.shape}; this network wants {shape}: give layer_dims that "
                "fit."
            )
        if value.dtype != dtype or dtype.kind != "f":
            raise ValueError(
                f"{name} holds {value.dtype} and W1 {dtype}: give all parameters one "
                "floating-point precision."
            )
    state = to_torch(parameters)
    model.to(state["fc1.weight"].dtype)
    model.load_state_dict(state)


def _numpy_name(name: str) -> str:
    """Return W1 for fc1.weight, b1 for fc1.bias."""
    layer, kind = name.removeprefix("fc").split(".")
    return f"{'W' if kind == 'weight' else 'b'}{layer}"
