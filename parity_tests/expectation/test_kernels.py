"""What kernels on a device do, done here: each is right, and its mistake is not.

On an H200 each of these was judged wrong once, and was not: docs/cuda.md.
"""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv2d

import backproof
from backproof.bench.workload import square
from backproof.compare import compare
from backproof.precision import precision
from backproof.trace import Array, Trace
from backproof.twins import expected_trace

# --- TF32: the operands of a product are rounded to 11 bits -----------------------------------


def rounded(x: Array) -> Array:
    """Return float32 numbers to the nearest of TF32, ties to even."""
    bits = np.ascontiguousarray(x, np.float32).view(np.int32)
    return ((bits + 0xFFF + ((bits >> 13) & 1)) & ~0x1FFF).view(np.float32)


def product(a: Array, b: Array) -> Array:
    return rounded(a) @ rounded(b)


class Layer(torch.autograd.Function):
    """x @ w.T + b with products in TF32, forward and backward."""

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx, x: Tensor, w: Tensor, b: Tensor
    ) -> Tensor:
        """Keep both factors."""
        ctx.save_for_backward(x, w)
        return narrow(x) @ narrow(w).T + b

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, g: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        """Return the gradients of x, w and b."""
        x, w = ctx.saved_tensors  # type: ignore[attr-defined]
        return narrow(g) @ narrow(w), narrow(g).T @ narrow(x), g.sum(0)


def narrow(x: Tensor) -> Tensor:
    return torch.from_numpy(rounded(x.detach().numpy()))


def layers(layer: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def mean(x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
        return torch.sigmoid(layer(torch.relu(layer(x, w1, b1)), w2, b2)).mean()

    return mean


@pytest.fixture
def data() -> tuple[Tensor, ...]:
    """Many examples, whose activations meet the same rounded weights."""
    torch.manual_seed(0)
    shapes = ((2048, 100), (30, 100), (30,), (1, 30), (1,))
    return tuple(torch.randn(shape) / shape[-1] ** 0.5 for shape in shapes)


def test_products_in_tf32_are_within_their_own_bars(data: tuple[Tensor, ...]) -> None:
    reference = layers(torch.nn.functional.linear)
    in_tf32 = backproof.expect(reference, *data, dtype="tf32")
    comparison = in_tf32.compare(layers(Layer.apply))
    assert comparison.verdict == "agree"
    assert max(finding.z for finding in comparison.findings) > 0.5
    assert in_tf32.compare(reference).verdict == "agree"  # one that keeps more digits
    assert backproof.expect(reference, *data).compare(layers(Layer.apply)).verdict == "differ"


def test_a_mistake_in_tf32_is_seen(data: tuple[Tensor, ...]) -> None:
    expected = backproof.expect(layers(torch.nn.functional.linear), *data, dtype="tf32")

    def without_a_column(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        result: Tensor = Layer.apply(x[:, :-1], w[:, :-1], b)
        return result

    assert expected.compare(layers(without_a_column)).verdict == "differ"


def step_in_tf32(width: int, m: int, off: float = 1.0) -> dict[str, float]:
    """Return z of a training step's arrays by the propagated bars; off: a factor of dZ2."""
    workload = square(width, m, "tf32")
    inputs = workload.inputs(0)
    A, Z, found = [inputs.X], [], Trace()
    for l in (1, 2, 3):
        Z.append(product(inputs.parameters[f"W{l}"], A[-1]) + inputs.parameters[f"b{l}"])
        A.append(np.maximum(Z[-1], 0) if l < 3 else 1 / (1 + np.exp(-Z[-1])))
    dZ = (A[3] - inputs.Y) / np.float32(m)
    for l in (3, 2, 1):
        found |= {f"dW{l}": product(dZ, A[l - 1].T), f"db{l}": dZ.sum(1, keepdims=True)}
        if l > 1:
            dZ = product(inputs.parameters[f"W{l}"].T, dZ) * (Z[l - 2] > 0) * np.float32(off)
    found |= {"A3": A[3], "Z2": Z[1]}
    expected = expected_trace(workload.case, inputs, precision("tf32"))
    return {k: float(compare(k, v, expected[k], "float32").z) for k, v in found.items()}


@pytest.mark.parametrize(("width", "m"), [(64, 4096), (64, 64), (256, 256)])
def test_a_step_in_tf32_is_within_the_propagated_bars(width: int, m: int) -> None:
    """The errors of all examples have the rounding of the weights in common."""
    z = step_in_tf32(width, m)
    assert 0.5 < max(z.values()) < 5
    assert max(step_in_tf32(width, m, off=1.1).values()) > 8


# --- bfloat16: what is stored on the way ---------------------------------------------------------


def in_two_parts(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    """A sum divided between two processors, each of which stores its part in bfloat16."""
    half = x.shape[1] // 2
    parts = [x.float()[:, s] @ w.float()[:, s].T for s in (slice(half), slice(half, None))]
    return (parts[0].to(x.dtype).float() + parts[1].to(x.dtype).float() + b.float()).to(x.dtype)


def bias_at_last(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    """A product that is stored in bfloat16 before its bias is added."""
    return (x.float() @ w.float().T).to(x.dtype) + b


def unfinished(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    """A sum that leaves out its last 32 terms."""
    return bias_at_last(x[:, :-32], w[:, :-32], b)


@pytest.mark.parametrize("kernel", [in_two_parts, bias_at_last])
@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_what_is_stored_on_the_way_is_within_the_bars(
    kernel: Callable[..., Tensor], scale: float
) -> None:
    torch.manual_seed(0)
    x, w = torch.randn(64, 1000), torch.randn(304, 1000) * 0.03
    b = torch.randn(304) * scale
    given = [t.bfloat16() for t in (x, w, b)]
    expected = backproof.expect(torch.nn.functional.linear, *given)
    comparison = expected.compare(kernel(*given))
    assert comparison.verdict == "agree"
    assert 0.5 < comparison.findings[0].z < 5
    assert expected.compare(unfinished(*given)).verdict == "differ"


@pytest.mark.parametrize("draw", [torch.randn, torch.rand], ids=["both-signs", "one-sign"])
def test_a_convolution_may_store_before_its_bias(draw: Callable[..., Tensor]) -> None:
    """Terms of one sign make a sum far larger than its bias leaves of it."""
    torch.manual_seed(0)
    x, w = (draw(shape).bfloat16() for shape in ((4, 16, 20, 20), (32, 16, 3, 3)))
    b = -conv2d(x.float(), w.float()).mean((0, 2, 3)).bfloat16()
    given = [x, w, b]
    expected = backproof.expect(conv2d, *given, gradients=False)
    stored = conv2d(x.float(), w.float()).bfloat16() + b[:, None, None]
    assert expected.compare(stored).verdict == "agree"
    assert expected.compare(conv2d(x.float(), w.float()).bfloat16()).verdict == "differ"


# --- a fast convolution: Winograd's F(4x4, 3x3), A. Lavin and S. Gray, 2016 -----------------------

B = torch.tensor(
    [[4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0],
     [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1.0]]
)  # fmt: skip
A = torch.tensor(
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1.0]]
)
G = torch.tensor([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24.0]]) / 24


def winograd(x: Tensor, w: Tensor, B: Tensor = B) -> Tensor:
    """Return the convolution of x (n, c, h, w) with w (k, c, 3, 3); h - 2 and w - 2 in fours."""
    kernels = torch.einsum("ia,kcab,jb->ijkc", G, w, G)
    tiles = torch.einsum("ia,nctuab,jb->ijcntu", B, x.unfold(2, 6, 4).unfold(3, 6, 4), B)
    sums = torch.einsum("ijkc,ijcntu->ijkntu", kernels, tiles)
    result = torch.einsum("ai,ijkntu,bj->nktaub", A, sums, A)
    n, k, *_ = result.shape
    return result.reshape(n, k, x.shape[2] - 2, x.shape[3] - 2)


@pytest.mark.parametrize(("channels", "size"), [(8, 18), (32, 34), (128, 18)])
def test_a_fast_convolution_is_within_the_bars(channels: int, size: int) -> None:
    torch.manual_seed(0)
    x = torch.randn(2, channels, size, size)
    w = torch.randn(32, channels, 3, 3) / (9 * channels) ** 0.5
    expected = backproof.expect(conv2d, x, w, gradients=False)
    comparison = expected.compare(winograd(x, w))
    assert comparison.verdict == "agree"
    assert comparison.findings[0].z > 1
    wrong = B.clone()
    wrong[1, 1] *= 1.001
    assert expected.compare(winograd(x, w, wrong)).verdict == "differ"
