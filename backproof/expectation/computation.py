"""A function or module with its inputs, run once: what it returns, and its gradients."""

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from backproof.errorbars.sampled.noise import Declared, Rounding
from backproof.errors import BackproofError
from backproof.expectation.named import mapped, named

Tensors = dict[str, Tensor]


@dataclass(frozen=True)
class Computation:
    """What is computed: a function or a module of some inputs.

    inputs      tensors, nested in any way, among them what is no tensor
    gradients   whether the gradients belong to the result: of the sum of all outputs times
                `cotangents`, for every floating-point input and parameter
    asking      the names of the inputs that have a gradient; empty: all have
    cotangents  by the name of the output; numbers that the output's dtype can hold
    """

    function: Callable[..., Any]
    inputs: tuple[Any, ...]
    gradients: bool
    asking: frozenset[str] = frozenset()
    cotangents: Tensors = field(default_factory=dict)

    def exactly(self, mode: Rounding) -> Tensors:
        """Run in float64, each operation rounding as `mode` says."""

        def widened(tensor: Tensor) -> Tensor:
            if not tensor.is_floating_point():
                return tensor
            wide = tensor.detach().to(torch.float64, copy=True)
            mode.remember(wide, tensor.dtype)
            return wide

        function = self.function
        if isinstance(function, nn.Module):
            function = copy.deepcopy(function)
            stored = {name: t.dtype for name, t in _state(function).items()}
            function.double()
            for name, tensor in _state(function).items():
                if tensor.is_floating_point():
                    mode.remember(tensor, stored[name])
        return self._run(function, mapped(self.inputs, widened), mode)

    def of(self, candidate: Callable[..., Any]) -> Tensors:
        """Run a candidate as it is, on copies of the inputs; a module has them on its device."""
        device = None
        if isinstance(candidate, nn.Module):
            candidate = copy.deepcopy(candidate)
            device = next((p.device for p in candidate.parameters()), None)
        copies = mapped(self.inputs, lambda tensor: tensor.detach().to(device, copy=True))
        return self._run(candidate, copies, None)

    def _run(
        self, function: Callable[..., Any], inputs: tuple[Any, ...], mode: Rounding | None
    ) -> Tensors:
        leaves = {
            name: tensor
            for name, tensor in named_inputs(inputs)
            if tensor.is_floating_point() and (not self.asking or name in self.asking)
        }
        if isinstance(function, nn.Module):
            leaves |= {name: p for name, p in function.named_parameters() if p.requires_grad}
        for tensor in leaves.values():
            tensor.grad = None
            tensor.requires_grad_(self.gradients)
        with ExitStack() as stack:
            stack.enter_context(torch.set_grad_enabled(self.gradients))
            if mode:
                stack.enter_context(sdpa_kernel(SDPBackend.MATH))  # in parts, each of which rounds
                stack.enter_context(mode)
                stack.enter_context(Declared(mode))
            found = dict(named(_result(function, inputs), "output"))
            if not found:
                raise BackproofError(
                    f"{_called(function)} returned no tensor: return one, or several in a list, "
                    "tuple or dict."
                )
            if self.gradients:
                self._backward(found)
            result = {name: tensor.detach() for name, tensor in found.items()}
            if self.gradients:
                slopes = {f"gradient of {k}": _slope(leaf) for k, leaf in leaves.items()}
                if mode:
                    for slope, leaf in zip(slopes.values(), leaves.values(), strict=True):
                        mode.remember(slope, mode.stored(leaf))
                result |= slopes
        return result

    def _backward(self, outputs: Tensors) -> None:
        smooth = {k: t for k, t in outputs.items() if t.requires_grad}
        if not smooth:
            raise BackproofError(
                "Nothing that was returned depends on the inputs or parameters in a way that can "
                "be differentiated: ask for gradients=False, or do without detach() and integers."
            )
        weights = [self.cotangents[k].to(t) if k in self.cotangents else torch.ones_like(t)
                   for k, t in smooth.items()]  # fmt: skip
        try:
            torch.autograd.backward(list(smooth.values()), weights)
        except RuntimeError as error:
            raise BackproofError(f"The backward pass failed: {_sentence(error)}") from error


def named_inputs(inputs: tuple[Any, ...]) -> Iterator[tuple[str, Tensor]]:
    """Yield each tensor among the inputs with its name: input[0], input[1]['mask']."""
    for place, one in enumerate(inputs):
        yield from named(one, f"input[{place}]")


def drawn_cotangents(outputs: Mapping[str, Tensor], seed: int) -> Tensors:
    """Return a random cotangent for each output, of numbers that its dtype can hold."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: torch.randn(value.shape, generator=generator).to(value.dtype).double()
        for name, value in outputs.items()
        if value.is_floating_point()
    }


def _result(function: Callable[..., Any], inputs: tuple[Any, ...]) -> Any:
    """Return what the function gives; raise BackproofError where it raises."""
    try:
        return function(*inputs)
    except BackproofError:
        raise
    except Exception as error:
        raise BackproofError(
            f"{_called(function)} raised {type(error).__name__}: {_sentence(error)}"
        ) from error


def _sentence(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]


def _state(module: nn.Module) -> Tensors:
    return dict(module.named_parameters()) | dict(module.named_buffers())


def _slope(tensor: Tensor) -> Tensor:
    """Return the gradient; zeros where the result does not depend on the tensor."""
    return torch.zeros_like(tensor) if tensor.grad is None else tensor.grad.detach()


def _called(function: Any) -> str:
    name: str = getattr(function, "__name__", type(function).__name__)
    return name
