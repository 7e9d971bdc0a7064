"""A kernel against its reference: RMS norm in bfloat16, right, and with a mistake in it.

python examples/any_module.py
"""

import torch
from torch import Tensor

import backproof


def reference(x: Tensor, weight: Tensor) -> Tensor:
    """Divide each row by the root of its mean square."""
    return x * (x.square().mean(-1, keepdim=True) + 1e-6).rsqrt() * weight


def fused(x: Tensor, weight: Tensor) -> Tensor:
    """The same, kept in float32 until the end, as a fused kernel does."""
    wide = x.float()
    scale = torch.rsqrt(wide.square().mean(-1, keepdim=True) + 1e-6)
    return (wide * scale * weight.float()).to(x.dtype)


def one_short(x: Tensor, weight: Tensor) -> Tensor:
    """A kernel whose sum leaves out the last column."""
    wide = x.float()
    scale = torch.rsqrt(wide[:, :-1].square().sum(-1, keepdim=True) / x.shape[-1] + 1e-6)
    return (wide * scale * weight.float()).to(x.dtype)


def main() -> None:
    """Print what comes of both kernels."""
    torch.manual_seed(0)
    x, weight = torch.randn(8, 64).bfloat16(), torch.randn(64).bfloat16()
    expected = backproof.expect(reference, x, weight)
    for kernel in (fused, one_short):
        print(f"{kernel.__name__}\n{expected.compare(kernel)}\n")  # noqa: T201


if __name__ == "__main__":
    main()
