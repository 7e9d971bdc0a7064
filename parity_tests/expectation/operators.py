"""Every operator of torch's own database, forward and backward, under error bars.

python -m parity_tests.expectation.operators --dtype float32     all of them; a table of counts
python -m parity_tests.expectation.operators --dtype bfloat16 --only softmax --only nn.functional

Eager torch is the candidate: it is right, or PyTorch differs.  Beside it stands
torch.testing.assert_close with its defaults, against the same float64 values, rounded.  Needs the
package expecttest, which the database of operators imports.
"""

import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

import torch
import typer
from torch import Tensor

import backproof
from backproof.commands.progress import progress
from backproof.errors import BackproofError
from backproof.expectation import Expectation
from backproof.expectation.named import named

SAMPLES = 2  # inputs of each operator
LARGEST = 4096  # elements of an input
SEED = 1


@dataclass
class Tried:
    """What came of one operator."""

    name: str
    outcome: str = "judged"  # or "refused", "differ", "no sample"
    reason: str = ""
    z: float = 0.0
    arrays: int = 0
    assert_close_refused: int = 0
    seen: Counter[str] = field(default_factory=Counter)


def operators(dtype: torch.dtype, only: list[str]) -> Iterator[Any]:
    from torch.testing._internal.common_methods_invocations import op_db

    for op in op_db:
        full = f"{op.name}.{op.variant_test_name}".rstrip(".")
        chosen = not only or any(word in full for word in only)
        if chosen and dtype in op.supported_dtypes("cpu"):
            yield op


def tried(op: Any, dtype: torch.dtype) -> Tried:
    """Judge eager torch on a few of the operator's own inputs."""
    found = Tried(f"{op.name}.{op.variant_test_name}".rstrip("."))
    gradients = bool(op.supports_autograd) and dtype in op.supported_backward_dtypes("cpu")
    torch.manual_seed(SEED)
    try:
        samples = [
            s
            for s, _ in zip(
                op.sample_inputs("cpu", dtype, requires_grad=gradients), range(8), strict=False
            )
        ]
    except Exception as error:  # the database's own: a few cannot be drawn here
        return _ended(found, "no sample", f"{type(error).__name__}")
    samples = [s for s in samples if 0 < _size(s) <= LARGEST][:SAMPLES]
    if not samples:
        return _ended(found, "no sample", "all are empty or too large")
    for sample in samples:
        try:
            _judge(found, op, sample, dtype, gradients)
        except BackproofError as error:
            return _ended(found, "refused", str(error))
    return found


def _judge(found: Tried, op: Any, sample: Any, dtype: torch.dtype, gradients: bool) -> None:
    def function(*arguments: Any) -> Any:
        return op(arguments[0], *arguments[1], **arguments[2])

    inputs = (sample.input, tuple(sample.args), dict(sample.kwargs))
    try:
        expected = backproof.expect(function, *inputs, dtype=dtype, gradients=gradients)
    except BackproofError as error:
        if not gradients or "be differentiated" not in str(error):
            raise
        expected = backproof.expect(function, *inputs, dtype=dtype, gradients=False)
    right = expected.computation.of(function)
    for finding in expected.compare(right).findings:
        found.arrays += 1
        found.z = max(found.z, finding.z if finding.z == finding.z else 0.0)
        if finding.verdict == "differ":
            _ended(found, "differ", f"{finding.name}: {finding.reason}, z = {finding.z:.3g}")
    _count_faults(found, expected, right)


def _count_faults(found: Tried, expected: Expectation, right: dict[str, Tensor]) -> None:
    """Count what assert_close refuses of right arrays, and which faults are seen by whom."""
    for name, value in right.items():
        if not value.is_floating_point() or not value.numel():
            continue
        wanted = expected[name].value.to(value.dtype)
        found.assert_close_refused += _refuses(value, wanted)
        for fault, wrong in (("1 %", value * 1.01), ("half", value / 2)):
            found.seen[f"{fault}, by the bars"] += (
                expected.compare({name: wrong}).verdict == "differ"
            )
            found.seen[f"{fault}, by assert_close"] += _refuses(wrong, wanted)


def _refuses(actual: Tensor, wanted: Tensor) -> bool:
    try:
        torch.testing.assert_close(actual, wanted, equal_nan=True)
    except AssertionError:
        return True
    return False


def _ended(found: Tried, outcome: str, reason: str) -> Tried:
    found.outcome, found.reason = outcome, reason
    return found


def _size(sample: Any) -> int:
    tensors = [tensor for _, tensor in named((sample.input, sample.args), "")]
    return max((tensor.numel() for tensor in tensors), default=1)


def main(
    dtype: str = "float32",
    only: Annotated[list[str] | None, typer.Option(help="Names that hold this word.")] = None,
    show: Annotated[bool, typer.Option(help="Each operator that is not judged.")] = True,
) -> None:
    """Judge eager torch on every operator; exit 1 where one differs."""
    warnings.simplefilter("ignore")
    chosen = list(operators(getattr(torch, dtype), only or []))
    results: list[Tried] = []
    with progress("judging") as tell:
        for done, op in enumerate(chosen, 1):
            try:
                results.append(tried(op, getattr(torch, dtype)))
            except Exception as error:
                reason = f"{type(error).__name__}: {error}"
                results.append(_ended(Tried(op.name), "failed", reason))
            tell(done, len(chosen))
    if show:
        for one in results:
            if one.outcome not in ("judged", "no sample"):
                typer.echo(f"{one.outcome:9} {one.name}   {one.reason.splitlines()[0][:150]}")
    counts, seen = Counter(one.outcome for one in results), Counter[str]()
    for one in results:
        seen += one.seen
    judged = sorted(one.z for one in results if one.outcome == "judged" and one.z > 0)
    arrays = sum(one.arrays for one in results)
    typer.echo(
        f"{dtype}: {len(results)} operators   " + "   ".join(f"{v} {k}" for k, v in counts.items())
    )
    typer.echo(f"largest z of an operator that rounds, the median: {judged[len(judged) // 2]:.2g}")
    refused = sum(one.assert_close_refused for one in results)
    typer.echo(f"assert_close refuses {refused} of {arrays} right arrays")
    typer.echo("seen: " + "   ".join(f"{v} {k}" for k, v in sorted(seen.items())))
    sys.exit(1 if counts["differ"] + counts["failed"] else 0)


if __name__ == "__main__":
    typer.run(main)
