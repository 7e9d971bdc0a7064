"""impl_torch in its modes, on the CPU and on CUDA, as work to be timed."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor

import impl_torch
from backproof.bench.work import Implementation, Parameters, Ready
from backproof.bench.workload import BACKWARD, FORWARD, KINDS, RATE, STEP, TRAINING, Workload
from backproof.case import Inputs
from backproof.trace import Trace

MODES_OF_CPU, MODES_OF_CUDA = ("eager", "foreach", "fused", "compiled"), impl_torch.MODES
UPDATES = ("foreach", "fused")  # modes that differ from eager in the update only
STORED = {"tf32": torch.float32}  # precisions that are not named like what tensors hold


class _Tensors(Ready):
    """What all share: data and a network on a device, in a precision."""

    def __init__(self, workload: Workload, inputs: Inputs, device: str) -> None:
        self._device = device
        self._products = partial(_products_in, workload.precision)
        dtype: torch.dtype = STORED.get(workload.precision) or getattr(torch, workload.precision)
        self._X, self._Y = (
            torch.from_numpy(a.T.copy()).to(device, dtype) for a in (inputs.X, inputs.Y)
        )
        self._network = impl_torch.SimpleNN(workload.layer_dims).to(device, dtype)
        self._found: dict[str, Tensor] = {}
        _Tensors.start(self, inputs.parameters)

    def start(self, parameters: Parameters) -> None:
        """Copy these into the network, on its device: the tensors stay where they are."""
        own = dict(self._network.named_parameters())
        with torch.no_grad():
            for name, value in impl_torch.to_torch(parameters).items():
                own[name].copy_(value)

    def wait(self) -> None:
        """Return when the device has done all."""
        if self._device != "cpu":
            torch.cuda.synchronize(self._device)


class _Forward(_Tensors):
    def run(self) -> None:
        """Do the forward pass, without a graph for the backward pass."""
        with torch.no_grad(), self._products():
            self._found = {"A": self._network(self._X)}

    def result(self) -> Trace:
        """Return the output."""
        return {f"A{self._network.depth}": _exact(self._found["A"]).numpy().T}


class _Backward(_Tensors):
    def start(self, parameters: Parameters) -> None:
        """Do a forward pass, which is not timed; its graph is kept."""
        super().start(parameters)
        self._own = dict(self._network.named_parameters())
        with self._products():
            self._J = impl_torch.Objective(self._network)(self._X, self._Y)[0]

    def run(self) -> None:
        """Do the backward pass."""
        with self._products():
            found = torch.autograd.grad(self._J, list(self._own.values()), retain_graph=True)
        self._found = dict(zip(self._own, found, strict=True))

    def result(self) -> Trace:
        """Return the gradients."""
        return _gradients(self._found)


class _Step(_Tensors):
    def __init__(self, workload: Workload, inputs: Inputs, device: str, mode: str) -> None:
        super().__init__(workload, inputs, device)
        if mode == "compiled":
            torch.compiler.reset()  # each shape is compiled anew, however many there were
        with self._products():
            trainer = impl_torch.ModeTrainer(self._network, self._X, self._Y, RATE, mode)
        self._trainer, self.preparing = trainer, trainer.preparing
        if workload.precision != "tf32":
            self.run = trainer.step  # type: ignore[method-assign]

    def run(self) -> None:
        """Do one step with products in TF32."""
        with self._products():
            self._trainer.step()

    def result(self) -> Trace:
        """Return the parameters, and the gradients where the mode keeps them."""
        state = {name: _exact(p) for name, p in self._network.named_parameters()}
        return _gradients(self._trainer.grads) | impl_torch.to_numpy(state)


def _gradients(found: dict[str, Tensor]) -> Trace:
    exact = {name: _exact(value) for name, value in found.items()}
    return {f"d{name}": value for name, value in impl_torch.to_numpy(exact).items()}


def _exact(value: Tensor) -> Tensor:
    """Return a tensor on the CPU in a precision that NumPy has: bfloat16 fits into float32."""
    value = value.detach().cpu()
    return value.float() if value.dtype == torch.bfloat16 else value


@contextmanager
def _products_in(precision: str) -> Iterator[None]:
    """Have float32 products computed in TF32 where that is asked for, and only there."""
    if precision != "tf32":
        yield
        return
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def _make(device: str, mode: str, workload: Workload, inputs: Inputs) -> _Tensors:
    if workload.kind in (FORWARD, BACKWARD):
        return {FORWARD: _Forward, BACKWARD: _Backward}[workload.kind](workload, inputs, device)
    return _Step(workload, inputs, device, mode)


def _implementation(device: str, mode: str) -> Implementation:
    why = partial(impl_torch.unavailable, mode, device)
    return Implementation(
        f"{'torch' if device == 'cpu' else 'cuda'} {mode}",
        partial(_make, device, mode),
        KINDS if mode == "eager" else (STEP,) if mode in UPDATES else (STEP, TRAINING),
        lambda _: why(),
        device,
        slow=mode == "compiled",
        package="torch" if device == "cpu" else "cuda",
    )


TORCH = [_implementation("cpu", mode) for mode in MODES_OF_CPU]
CUDA = [_implementation("cuda", mode) for mode in MODES_OF_CUDA]
