"""What the device's libraries compute, under sampled error bars: cuBLAS, cuDNN, flash attention.

python -m parity_tests.on_cuda.bars FILE

Each computation runs on the device in a precision and is judged against its float64 reference,
forward and backward.  Beside it stand two controls, which must be caught (every result halved, and
one row of the first missing), and what torch.testing.assert_close says with its defaults.  Last,
what TF32 does where nobody asked for it must be seen.  FILE is rewritten after each.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

import backproof
from backproof.errors import BackproofError
from backproof.expectation import Expectation

DEVICE = "cuda"
SEED = 1
ALL = ("float32", "tf32", "bfloat16", "float16")
NARROW = ("tf32", "bfloat16")
BACKENDS = [SDPBackend.MATH, SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION]
Function = Callable[..., Any]


@dataclass(frozen=True)
class Computation:
    """What is computed on the device.

    make       () -> (function or module, inputs), on the CPU, in float32
    around     what it runs within on the device, and only there
    """

    name: str
    make: Callable[[], tuple[Any, tuple[Tensor, ...]]]
    precisions: tuple[str, ...] = ALL
    around: Callable[[], Any] = field(default=lambda: sdpa_kernel(BACKENDS))


@dataclass
class Judged:
    """What came of one computation in one precision; z: the largest, by the tensor's name."""

    name: str
    precision: str
    verdict: str = ""
    z: dict[str, float] = field(default_factory=dict)
    sensitivity: dict[str, float] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    assert_close: str = ""
    said: str = ""
    seconds: float = 0.0


class Block(nn.Module):
    """A transformer block: layer norms, causal attention, GELU."""

    def __init__(self, width: int, heads: int) -> None:
        """Make the layers."""
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the block of x (batch, length, width)."""
        parts = self.qkv(self.first(x)).chunk(3, -1)
        q, k, v = (p.unflatten(-1, (self.heads, -1)).transpose(1, 2) for p in parts)
        heads = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(heads.transpose(1, 2).flatten(2))
        result: Tensor = x + self.mlp(self.second(x))
        return result


def drawn(*shapes: tuple[int, ...]) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(SEED)
    return tuple(torch.randn(shape, generator=generator) for shape in shapes)


def made(module: Callable[[], nn.Module], *shapes: tuple[int, ...]) -> tuple[Any, Any]:
    torch.manual_seed(SEED)
    return module(), drawn(*shapes)


def of(function: Function, *shapes: tuple[int, ...]) -> Callable[[], tuple[Any, Any]]:
    return lambda: (function, drawn(*shapes))


def net(module: Callable[[], nn.Module], *shapes: tuple[int, ...]) -> Callable[[], Any]:
    return lambda: made(module, *shapes)


def attention(causal: bool) -> Function:
    return partial(functional.scaled_dot_product_attention, is_causal=causal)


def only(backend: SDPBackend) -> Callable[[], Any]:
    return lambda: sdpa_kernel(backend)


def convolutions() -> nn.Module:
    """Three convolutions, batch norm, pooling."""
    return nn.Sequential(
        nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, stride=2), nn.GroupNorm(4, 32), nn.SiLU(),
        nn.Conv2d(32, 32, 5, padding=2, groups=32), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
    )  # fmt: skip


PLAIN = ("float32", "bfloat16")  # where no products are, TF32 changes nothing
HALF = ("bfloat16", "float16")
HEADS = ((1, 2, 192, 64),) * 3
FLASH, EFFICIENT, CUDNN = (
    SDPBackend.FLASH_ATTENTION,
    SDPBackend.EFFICIENT_ATTENTION,
    SDPBackend.CUDNN_ATTENTION,
)
COMPUTATIONS = (
    Computation("product 256 x 512 x 384", of(torch.matmul, (256, 512), (512, 384))),
    Computation("product 32 x 16,384 x 32", of(torch.matmul, (32, 16384), (16384, 32)), NARROW),
    Computation("batched product", of(torch.bmm, (8, 64, 200), (8, 200, 72)), NARROW),
    Computation("linear layer", net(lambda: nn.Linear(1000, 304), (64, 1000))),
    Computation("convolution 3 x 3", net(lambda: nn.Conv2d(32, 64, 3), (4, 32, 18, 18))),
    Computation(
        "transposed convolution", net(lambda: nn.ConvTranspose2d(16, 8, 4, 2), (4, 16, 9, 9))
    ),
    Computation("convolutional network", net(convolutions, (4, 8, 24, 24)), NARROW),
    Computation("layer norm", net(lambda: nn.LayerNorm(1024), (32, 1024)), PLAIN),
    Computation("batch norm", net(lambda: nn.BatchNorm1d(64), (128, 64)), PLAIN),
    Computation("softmax", of(partial(torch.softmax, dim=-1), (64, 1000)), PLAIN),
    Computation("attention, flash", of(attention(True), *HEADS), HALF, only(FLASH)),
    Computation(
        "attention, memory-efficient", of(attention(False), *HEADS), PLAIN, only(EFFICIENT)
    ),
    Computation("attention, cuDNN", of(attention(True), *HEADS), HALF, only(CUDNN)),
    Computation("transformer block", net(lambda: Block(64, 4), (2, 64, 64)), NARROW),
    Computation("GRU cell", net(lambda: nn.GRUCell(48, 64), (16, 48), (16, 64)), NARROW),
    Computation("LSTM", net(lambda: nn.LSTM(24, 32, batch_first=True), (4, 12, 24)), NARROW),
)
IN_TF32 = ("product 256 x 512 x 384", "linear layer")  # cuDNN chooses for itself
ON_THE_DEVICE = ("linear layer", "convolution 3 x 3", "batch norm", "attention, flash", "GRU cell")
DRY = ("batched product", "convolution 3 x 3", "GRU cell")


@contextmanager
def products_in(precision: str) -> Iterator[None]:
    """Let float32 products, and convolutions, be computed in TF32, or not."""
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    wanted = precision == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = wanted
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before


def dtype_of(precision: str) -> torch.dtype:
    dtype: torch.dtype = getattr(torch, "float32" if precision == "tf32" else precision)
    return dtype


def there(function: Any, precision: str) -> Any:
    """Return what computes on the device; a function moves its inputs there."""
    if isinstance(function, nn.Module):
        return function.to(DEVICE, dtype_of(precision))
    return lambda *inputs: function(*(x.to(DEVICE) for x in inputs))


def judged(computation: Computation, precision: str) -> Judged:
    """Judge one computation; what fails is told in its result."""
    found, began = Judged(computation.name, precision), time.monotonic()
    try:
        judge(computation, precision, found)
    except Exception as error:  # whatever the device's libraries do
        found.verdict = "refused" if isinstance(error, BackproofError) else "failed"
        found.said = f"{type(error).__name__}: {error}".partition("\n")[0]
    found.seconds = round(time.monotonic() - began, 2)
    return found


def judge(computation: Computation, precision: str, found: Judged) -> None:
    function, inputs = computation.make()
    expected = backproof.expect(function, *inputs, dtype=precision)
    with products_in(precision), computation.around():
        actual = expected.computation.of(there(function, precision))
    comparison = expected.compare(actual)
    found.verdict = comparison.verdict
    found.z = {f.name: round(float(f.z), 3) for f in comparison.findings}
    found.sensitivity = {f.name: float(f"{f.sensitivity:.2g}") for f in comparison.findings}
    zero = {f.name for f in comparison.findings if f.reason}  # up to rounding: halves agree too
    found.missed = [
        fault
        for fault, name, wrong in faults(actual)
        if name not in zero and agrees(expected, wrong)
    ]
    found.assert_close = by_constants(expected, actual)
    found.said = "" if comparison.verdict == "agree" else str(comparison).partition("\n")[0]


def faults(actual: Mapping[str, Tensor]) -> Iterator[tuple[str, str, dict[str, Tensor]]]:
    """Yield mistakes: what was done, the name of the tensor, and results that have it."""
    for name, value in actual.items():
        yield f"{name} halved", name, {name: value / 2}
    name, value = next(iter(actual.items()))
    short = value.clone()
    short[-1] = 0
    yield f"the last row of {name} missing", name, {name: short}


def agrees(expected: Expectation, wrong: dict[str, Tensor]) -> bool:
    return expected.compare(wrong).verdict == "agree"


def by_constants(expected: Expectation, actual: Mapping[str, Tensor]) -> str:
    """Return what torch.testing.assert_close refuses, with its defaults."""
    refused = []
    for name, value in actual.items():
        right = expected[name].value.to(value.dtype)
        try:
            torch.testing.assert_close(value.cpu(), right.cpu())
        except AssertionError:
            refused.append(name)
    return ", ".join(refused)


def unasked(computation: Computation) -> Judged:
    """Judge what TF32 computes by the bars of float32: it must differ."""
    found = Judged(f"{computation.name}, in TF32 unasked", "float32")
    function, inputs = computation.make()
    expected = backproof.expect(function, *inputs, dtype="float32")
    with products_in("tf32"):
        comparison = expected.compare(expected.computation.of(there(function, "float32")))
    found.verdict = "seen" if comparison.verdict == "differ" else "not seen"
    found.z = {f.name: round(float(f.z), 1) for f in comparison.findings}
    return found


def witness(computation: Computation) -> Judged:
    """Judge by a reference that ran on the device itself."""
    found, began = (
        Judged(f"{computation.name}, reference on the device", "bfloat16"),
        time.monotonic(),
    )
    try:
        function, inputs = computation.make()
        if isinstance(function, nn.Module):
            function = function.to(DEVICE)
        moved = tuple(x.to(DEVICE) for x in inputs)
        expected = backproof.expect(function, *moved, dtype="bfloat16")
        with computation.around():
            actual = expected.computation.of(there(function, "bfloat16"))
        comparison = expected.compare(actual)
        found.verdict = comparison.verdict
        found.z = {f.name: round(float(f.z), 3) for f in comparison.findings}
        found.said = "" if comparison.verdict == "agree" else str(comparison).partition("\n")[0]
    except Exception as error:
        found.verdict = "refused" if isinstance(error, BackproofError) else "failed"
        found.said = f"{type(error).__name__}: {error}".partition("\n")[0]
    found.seconds = round(time.monotonic() - began, 2)
    return found


def everything(dry: bool) -> Iterator[Judged]:
    """Yield one after the other; those that the CPU can do as well, where it stands in."""
    chosen = [one for one in COMPUTATIONS if not dry or one.name in DRY]
    for computation in chosen:
        for precision in ("float32", "bfloat16") if dry else computation.precisions:
            if precision in computation.precisions:
                yield judged(computation, precision)
    for computation in chosen:
        if computation.name in IN_TF32 and not dry:  # a CPU has none
            yield unasked(computation)
    for computation in chosen:
        if computation.name in ON_THE_DEVICE:
            yield witness(computation)


def main(path: Path, dry: bool) -> int:
    """Judge everything; return 1 where something is not as it should be."""
    done: list[Judged] = []
    for one in everything(dry):
        done.append(one)
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps([asdict(d) for d in done], indent=1), "utf-8")
        unfinished.replace(path)
        largest = max(one.z.values(), default=0)
        print(f"{one.verdict:8} {one.name}, {one.precision}   z {largest:.2g}   {one.seconds} s   "
              f"{one.said}   {'; '.join(one.missed)}")  # fmt: skip
    wrong = [one for one in done if one.verdict not in ("agree", "seen", "refused") or one.missed]
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), bool(os.environ.get("BACKPROOF_CUDA_IS_DRY"))))
