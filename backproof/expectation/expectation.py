"""What is expected of a candidate, with the error bars of its precision; a verdict on one."""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from backproof.compare import Expected, Finding, compared
from backproof.errorbars.sampled import Sampled, sampled
from backproof.errors import BackproofError, MissingRuleError
from backproof.expectation.computation import Computation, drawn_cotangents, named_inputs
from backproof.expectation.named import mapped, named
from backproof.precision import PRECISIONS, Z_LIMIT


@dataclass(frozen=True)
class Comparison:
    """What came of comparing a candidate: one finding for each tensor."""

    findings: tuple[Finding, ...]
    kinks: Mapping[str, int]

    @property
    def verdict(self) -> str:
        """The worst of all: "differ", "undecided" or "agree"."""
        found = {finding.verdict for finding in self.findings}
        return next(one for one in ("differ", "undecided", "agree") if one in found)

    def __str__(self) -> str:
        """A line a tensor, those that do not agree first."""
        order = sorted(self.findings, key=lambda finding: finding.agrees)
        return "\n".join(self._line(finding) for finding in order)

    def _line(self, f: Finding) -> str:
        kinks = self.kinks.get(f.name, 0)
        kink = f"   {kinks} of {f.size} elements at a kink" if kinks else ""
        if f.agrees:
            sharp = f.reason or f"sensitivity {f.sensitivity:.1g}"
            return f"agree      {f.name}   z {f.z:.2g}   {sharp}{kink}"
        if not f.index and f.size == 0:
            return f"{f.verdict:10} {f.name}: {f.reason}"
        where = f"{f.name}{list(f.index)}" if f.index else f.name
        return (
            f"{f.verdict:10} {where}   actual {f.actual:.8g}   expected {f.expected:.8g} ± "
            f"{f.sigma:.1g}   z = {f.z:.2g} (8 allowed)   {f.reason}   an error of "
            f"{f.sensitivity:.1g} would have been caught{kink}"
        )


class Expectation(Mapping[str, Sampled]):
    """What a computation must give in a precision: value ± sigma of each tensor, by name."""

    def __init__(self, computation: Computation, dtype: torch.dtype, tf32: bool = False) -> None:
        """Run the reference, RUNS and one times."""
        self.computation, self.dtype = computation, dtype
        self.precision = PRECISIONS["tf32" if tf32 else _name(dtype)]
        self._expected = sampled(computation.exactly, dtype, tf32)

    def __getitem__(self, name: str) -> Sampled:
        """Return what is expected of a tensor: .value and .sigma, float64."""
        return self._expected[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names: "output", "output[0]", "gradient of input[0]", "gradient of weight"."""
        return iter(self._expected)

    def __len__(self) -> int:
        """Return how many tensors there are."""
        return len(self._expected)

    def compare(self, actual: Any) -> Comparison:
        """Compare a candidate: a function or module, which is run, or what one returned.

        Of what was returned only the outputs are compared; of a dict with the names of this
        expectation, what it holds.
        """
        if isinstance(actual, nn.Module) or callable(actual):
            given, names = self.computation.of(actual), list(self)
        elif isinstance(actual, Mapping) and set(actual) <= set(self):
            given, names = dict(actual), [name for name in self if name in actual]
        else:
            given = dict(named(actual, "output"))
            names = [name for name in self if name.startswith("output")]
        unknown = [name for name in given if name not in self]
        if unknown or not names:
            raise BackproofError(
                f"The candidate gives {', '.join(given) or 'no tensor'}; the reference gives "
                f"{', '.join(names)}: return the same tensors in the same nesting."
            )
        return Comparison(
            tuple(self._settled(self._finding(name, given.get(name))) for name in names),
            {name: self[name].kinks for name in names},
        )

    def assert_close(self, actual: Any) -> None:
        """Raise AssertionError, with what is off, where compare() does not agree."""
        comparison = self.compare(actual)
        if comparison.verdict != "agree":
            raise AssertionError(f"\n{comparison}")

    def _finding(self, name: str, actual: Tensor | None) -> Finding:
        bars = self[name]
        if actual is None:
            return Finding(name, "differ", "it is missing", shape=tuple(bars.value.shape))
        if actual.dtype != bars.dtype:
            reason = f"its dtype is {_name(actual.dtype)} and should be {_name(bars.dtype)}"
            return Finding(name, "differ", reason, shape=tuple(bars.value.shape))
        stored = _name(bars.dtype.to_real()) if bars.dtype.is_complex else _name(bars.dtype)
        if stored not in PRECISIONS:
            stored = "float64"  # integers: every one is a float64
        actual = actual.detach().cpu()
        if actual.is_complex():
            actual = torch.view_as_real(actual.resolve_conj())
        if not actual.numel() and actual.shape == bars.value.shape:
            return Finding(name, "agree", "it is empty", shape=tuple(actual.shape))
        given, value, sigma = actual.double(), bars.value.cpu(), bars.sigma.cpu()
        if given.shape == value.shape:  # log(0) is -inf, of whoever takes it
            alike = ~value.isfinite() & ((given == value) | (given.isnan() & value.isnan()))
            given, value, sigma = (t.masked_fill(alike, 0) for t in (given, value, sigma))
        expected = Expected(value.numpy(), sigma.numpy())
        return compared(name, given.numpy(), stored, expected, stored)

    def _settled(self, finding: Finding) -> Finding:
        """Let zeros agree: what is zero up to rounding, seen beside tensors of its kind.

        So is the gradient of a bias before a batch norm.  An error of half the digits of the
        largest element of all outputs, or of all gradients, would have been seen.
        """
        if finding.verdict != "undecided":
            return finding
        kind = finding.name.startswith("output")
        alike = [bars.value for name, bars in self.items() if name.startswith("output") == kind]
        largest = max(float(value.abs().max()) for value in alike if value.numel())
        width = Z_LIMIT * float(self[finding.name].sigma.max())
        coarsest = max(self.precision.storage, self.precision.product)
        if width <= coarsest**0.5 * largest:
            return replace(finding, verdict="agree", reason="zero up to rounding")
        return finding


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def expect(
    function: Callable[..., Any],
    *inputs: Any,
    dtype: torch.dtype | str | None = None,
    gradients: bool = True,
    seed: int = 0,
) -> Expectation:
    """Return what a function or module must give for these inputs, each element with an error bar.

    function   the reference: a function of tensors, or an nn.Module
    inputs     tensors in any nesting, and whatever else it takes; exact as they are given.  Where
               some of them ask for a gradient (requires_grad), no other has one
    dtype      in which the candidate computes; the reference's inputs and parameters are rounded
               to it.  "tf32": float32 with products in TF32.  None: that of the first
               floating-point input, or parameter
    gradients  whether those of inputs and parameters are expected too, for a random cotangent
    seed       of the cotangent
    Raises BackproofError where nothing can be expected, and MissingRuleError where the function
    uses an operation that has no error bars, with the reason.
    """
    tf32 = dtype == "tf32"
    dtype = torch.float32 if tf32 else dtype or _first_dtype(function, inputs)
    dtype = _known(dtype)

    def rounded(tensor: Tensor) -> Tensor:
        return tensor.detach().to(dtype) if tensor.is_floating_point() else tensor

    if isinstance(function, nn.Module):
        function = copy.deepcopy(function).to(dtype)
    asking = frozenset(name for name, t in named_inputs(inputs) if t.requires_grad)
    computation = Computation(function, mapped(inputs, rounded), gradients, asking)
    outputs = replace(computation, gradients=False).of(function)
    if gradients:
        computation = replace(computation, cotangents=drawn_cotangents(outputs, seed))
    expectation = Expectation(computation, dtype, tf32)
    for name, output in outputs.items():
        if output.dtype != expectation[name].dtype:
            raise MissingRuleError(
                f"There are no error bars for the {name} of this reference: it is stored as "
                f"{_name(output.dtype)}, and was followed as {_name(expectation[name].dtype)}. "
                "Leave out conversions to float64."
            )
    return expectation


def assert_close(actual: Any, function: Callable[..., Any], *inputs: Any, **options: Any) -> None:
    """Assert that a candidate, or what it returned, is right up to its own rounding.

    Instead of torch.testing.assert_close, and without rtol and atol: expect(function, *inputs,
    **options).assert_close(actual).  Where `actual` is what was returned, gradients are left out.
    """
    runs = isinstance(actual, nn.Module) or callable(actual)
    options = {"gradients": runs, **options}
    expect(function, *inputs, **options).assert_close(actual)


def _first_dtype(function: Any, inputs: Any) -> torch.dtype:
    tensors = [tensor for _, tensor in named(inputs, "")]
    if isinstance(function, nn.Module):
        tensors += list(function.parameters())
    found = next((t.dtype for t in tensors if t.is_floating_point()), None)
    if found is None:
        raise BackproofError(
            "No input is a floating-point tensor: say with dtype= in which precision the "
            "candidate computes."
        )
    return found


def _known(dtype: torch.dtype | str) -> torch.dtype:
    """Return the dtype; raise BackproofError where there are no error bars for it."""
    found = getattr(torch, dtype, dtype) if isinstance(dtype, str) else dtype
    if not isinstance(found, torch.dtype) or _name(found) not in PRECISIONS:
        raise BackproofError(
            f"There are no error bars for {str(dtype).removeprefix('torch.')}: choose one of "
            f"{', '.join(PRECISIONS)}."
        )
    return found
