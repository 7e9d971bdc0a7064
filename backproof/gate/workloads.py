"""What the gate times: each workload makes fresh objects from one copy of a package."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np

from backproof.gate.pairs import Run
from backproof.trace import Array

RATE = 1e-3
Make = Callable[[ModuleType, int], Run]


@dataclass(frozen=True)
class Workload:
    """A computation of one package.

    make  returns it, for a copy of the package and a seed; AttributeError or TypeError where this
          copy does not have it
    """

    name: str
    package: str
    make: Make


@dataclass(frozen=True)
class Net:
    """Layer sizes, number of examples and precision."""

    layer_dims: tuple[int, ...]
    m: int
    dtype: str

    @property
    def words(self) -> str:
        """Return 2-4-1/3/float64, for example."""
        return f"{'-'.join(map(str, self.layer_dims))}/{self.m}/{self.dtype}"

    def arrays(self, seed: int) -> tuple[Array, Array, dict[str, Array]]:
        """Return X (n_x, m), Y (n_out, m) and parameters."""
        rng = np.random.default_rng(seed)
        parameters: dict[str, Array] = {}
        for l, (n_in, n_out) in enumerate(pairwise(self.layer_dims), 1):
            parameters[f"W{l}"] = (rng.normal(size=(n_out, n_in)) / n_in**0.5).astype(self.dtype)
            parameters[f"b{l}"] = np.zeros((n_out, 1), self.dtype)
        X = rng.normal(size=(self.layer_dims[0], self.m)).astype(self.dtype)
        Y = rng.integers(0, 2, (self.layer_dims[-1], self.m)).astype(self.dtype)
        return X, Y, parameters


NETS = (
    Net((2, 4, 1), 3, "float64"),
    Net((30, 64, 32, 1), 569, "float32"),
    Net((784, 128, 1), 128, "float32"),
    Net((256, 256, 256, 1), 256, "float32"),
)


def _forward(net: Net) -> Make:
    def make(impl: ModuleType, seed: int) -> Run:
        X, _, parameters = net.arrays(seed)
        forward = impl.forward_propagation
        return lambda: forward(X, parameters)

    return make


def _backward(net: Net) -> Make:
    def make(impl: ModuleType, seed: int) -> Run:
        X, Y, parameters = net.arrays(seed)
        activations, Z_values = impl.forward_propagation(X, parameters)
        backward = impl.backward_propagation
        return lambda: backward(parameters, activations, Z_values, Y)

    return make


def _numpy_step(net: Net) -> Make:
    def make(impl: ModuleType, seed: int) -> Run:
        X, Y, parameters = net.arrays(seed)
        iterations = impl.iterate(X, Y, parameters, RATE)
        return lambda: next(iterations)

    return make


def _trainer_step(net: Net) -> Make:
    def make(impl: ModuleType, seed: int) -> Run:
        X, Y, parameters = net.arrays(seed)
        step: Run = impl.Trainer(X, Y, parameters, RATE).step
        return step

    return make


def _torch_step(net: Net) -> Make:
    def make(impl: ModuleType, seed: int) -> Run:
        import torch

        torch.set_num_threads(1)
        X, Y, parameters = net.arrays(seed)
        network: Any = impl.SimpleNN(net.layer_dims).to(getattr(torch, net.dtype))
        impl.load_parameters(network, parameters)
        tensors = (torch.from_numpy(array.T.copy()) for array in (X, Y))
        iterations = impl.iterate(network, *tensors, RATE)
        return lambda: next(iterations)

    return make


def _of(kind: str, package: str, make: Callable[[Net], Make]) -> list[Workload]:
    return [Workload(f"{package} {kind} {net.words}", package, make(net)) for net in NETS]


WORKLOADS = {
    workload.name: workload
    for workload in (
        *_of("step", "impl_numpy", _numpy_step),
        *_of("forward", "impl_numpy", _forward),
        *_of("backward", "impl_numpy", _backward),
        *_of("trainer", "impl_numpy", _trainer_step),
        *_of("step", "impl_torch", _torch_step),
    )
}
