"""What a training step costs: the trainer against the notebook's code, torch and its own products.

Run it with `OMP_NUM_THREADS=1 pytest benchmarks/test_trainer.py --benchmark-enable -s`: one thread
for all, all interleaved in one process.  Without that option the same code runs once.
"""

import gc
import statistics
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

import impl_numpy
from benchmarks.naive import step as naive_step

RATE = 1e-3
SIZES = {  # layer sizes, examples, precision, steps in a round
    "2-4-1": ((2, 4, 1), 3, "float64", 200),
    "30-64-32-1": ((30, 64, 32, 1), 569, "float32", 10),
    "784-128-1": ((784, 128, 1), 128, "float32", 4),
    "256-256-256-1": ((256, 256, 256, 1), 256, "float32", 2),
    "1024-1024-1024-1": ((1024, 1024, 1024, 1), 1024, "float32", 1),
}
Parameters = dict[str, np.ndarray]


def network(dims: tuple[int, ...], m: int, dtype: str) -> tuple[np.ndarray, np.ndarray, Parameters]:
    """Return X, Y and parameters: hidden units that stay alive, labels of both kinds."""
    rng = np.random.default_rng(1)
    parameters = {}
    for l, (n, n_next) in enumerate(pairwise(dims), 1):
        parameters[f"W{l}"] = rng.normal(size=(n_next, n)) * np.sqrt(2 / n)
        parameters[f"b{l}"] = np.full((n_next, 1), 0.1)
    X, Y = rng.normal(size=(dims[0], m)), np.arange(m)[None] % 2
    return X.astype(dtype), Y.astype(dtype), {k: v.astype(dtype) for k, v in parameters.items()}


class Eager:
    """The step a user of torch writes: module, criterion, optimiser."""

    def __init__(self, X: np.ndarray, Y: np.ndarray, parameters: Parameters) -> None:
        modules: list[torch.nn.Module] = []
        self.linear = []
        for l in range(1, len(parameters) // 2 + 1):
            W, b = (torch.from_numpy(parameters[f"{k}{l}"].copy()) for k in "Wb")
            fc = torch.nn.Linear(W.shape[1], W.shape[0], dtype=W.dtype)
            fc.weight.data, fc.bias.data = W, b[:, 0]
            self.linear.append(fc)
            modules += [fc, torch.nn.ReLU()]
        self.network = torch.nn.Sequential(*modules[:-1], torch.nn.Sigmoid())
        self.criterion = torch.nn.BCELoss()
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=RATE)
        self.X, self.Y = (torch.from_numpy(x.T.copy()) for x in (X, Y))

    def step(self) -> None:
        J = self.criterion(self.network(self.X), self.Y)
        self.optimizer.zero_grad()
        J.backward()
        self.optimizer.step()


def products(X: np.ndarray, parameters: Parameters) -> Callable[[], None]:
    """Return the matrix products of a step and nothing else, bias gradients among them."""
    L, m = len(parameters) // 2, X.shape[1]
    A = [X, *(np.ones((parameters[f"W{l}"].shape[0], m), X.dtype) for l in range(1, L + 1))]
    ones, operations = np.ones((m, 1), X.dtype), []
    for l in range(1, L + 1):
        W = parameters[f"W{l}"].copy()
        operations.append(partial(W.dot, A[l - 1], np.empty_like(A[l])))
        operations.append(partial(A[l].dot, A[l - 1].T, np.empty_like(W)))
        operations.append(partial(A[l].dot, ones, np.empty((W.shape[0], 1), X.dtype)))
        if l > 1:
            operations.append(partial(W.T.dot, A[l], np.empty_like(A[l - 1])))

    def run() -> None:
        for operation in operations:
            operation()

    return run


def same_step(dims: tuple[int, ...], m: int, dtype: str) -> None:
    """Nothing is timed before it is right: three implementations, one step, the same numbers."""
    X, Y, parameters = network(dims, m, dtype)
    trainer, eager = impl_numpy.Trainer(X, Y, parameters, RATE), Eager(X, Y, parameters)
    naive = {name: value.copy() for name, value in parameters.items()}
    trainer.step()
    eager.step()
    naive_step(X, Y, naive, RATE)
    close = partial(np.testing.assert_allclose, rtol=0, atol=50 * np.finfo(dtype).eps)
    for name, value in trainer.parameters.items():
        close(value, naive[name])
    for l, fc in enumerate(eager.linear, 1):
        close(trainer.parameters[f"W{l}"], fc.weight.detach().numpy())


def microseconds(step: Callable[[], Any], count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        step()
    return (time.perf_counter() - start) / count * 1e6


@pytest.mark.parametrize("size", SIZES)
def test_a_training_step(benchmark: Any, size: str) -> None:
    dims, m, dtype, steps = SIZES[size]
    if benchmark.disabled and dims[0] > 256:
        dims, m = (64, *dims[1:-1], 1), 16
    same_step(dims, m, dtype)
    torch.set_num_threads(1)
    X, Y, parameters = network(dims, m, dtype)
    alone = products(X, parameters)
    times: dict[str, list[float]] = {"trainer": [], "naive": [], "torch": [], "products": []}

    def round_of_all() -> None:  # from the same parameters each time, all interleaved
        naive = {name: value.copy() for name, value in parameters.items()}
        rivals = {
            "trainer": impl_numpy.Trainer(X, Y, parameters, RATE).step,
            "naive": partial(naive_step, X, Y, naive, RATE),
            "torch": Eager(X, Y, parameters).step,
            "products": alone,
        }
        for name, step in rivals.items():
            step()
            times[name].append(microseconds(step, steps))

    gc.disable()
    try:
        benchmark.pedantic(round_of_all, rounds=5 if m == 1024 else 41)
    finally:
        gc.enable()
    median = {name: statistics.median(found) for name, found in times.items()}
    ours = median["trainer"]
    ratios = {name: round(value / ours, 2) for name, value in median.items()}
    assert ours > 0
    benchmark.extra_info.update(ratios)
    print(f"\n{size}, m = {m}, {dtype}: {ours:.1f} us; others over ours: {ratios}")  # noqa: T201


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_thousand_networks(benchmark: Any, dtype: str) -> None:
    count = 10 if benchmark.disabled else 1000
    X, Y, one = network((2, 4, 1), 3, dtype)
    factors = np.linspace(0.5, 1.5, count, dtype=dtype)[:, None, None]
    many = impl_numpy.StackedTrainer(X, Y, {k: v * factors for k, v in one.items()}, RATE)
    last = impl_numpy.Trainer(X, Y, {k: v * factors[-1] for k, v in one.items()}, RATE)
    many.step()
    last.step()
    for name, value in last.parameters.items():
        np.testing.assert_allclose(many.parameters[name][-1], value, atol=1e-6)
    benchmark.pedantic(many.step, rounds=1 if benchmark.disabled else 300)
    if not benchmark.disabled:
        each = benchmark.stats.stats.median / count * 1e6
        benchmark.extra_info["microseconds per network and step"] = each
        print(f"\n{count} networks, {dtype}: {each:.3f} us per network and step")  # noqa: T201
