"""How often the computation is run, and what is made of the spread of its results."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from backproof.errorbars.sampled.noise import Rounding
from backproof.precision import Z_LIMIT

PLAIN, EIGHTFOLD = 24, 8  # runs with the candidate's errors, and with eight times as large ones
RUNS = PLAIN + EIGHTFOLD
REFUSED = 1e-6  # how often a right array of any size is refused, at most
JUMP = 6.0  # so many times further off than eight times the plain ones: it has jumped
NO_GROWTH = 1.5
FINE = 2.0**12  # float64 rounds here too: its errors are drawn so much larger, then scaled back

Tensors = dict[str, Tensor]


@dataclass(frozen=True)
class Sampled:
    """What a tensor should be, float64, with the standard deviation of a right one's error.

    dtype  as what the candidate stores it; of complex numbers value and sigma have a last dim
           more, of size 2
    kinks  how many of its elements jump where the computation has a kink
    """

    value: Tensor
    sigma: Tensor
    dtype: torch.dtype
    kinks: int


def sampled(
    run: Callable[[Rounding], Tensors], dtype: torch.dtype, tf32: bool = False
) -> dict[str, Sampled]:
    """Return error bars of everything that `run` returns, by name.

    run    computes in float64, under the mode that it is given; the same each time
    dtype  in which the candidate computes; tf32: whether its float32 products are those of TF32
    Each of RUNS runs rounds at random.  Let d be its distance from the run without roundings: then
    sigma is the root of the mean of d^2.  Of few runs that is too small now and then: a normal
    error over it has Student's t distribution with RUNS degrees of freedom, and sigma is widened
    so that of a whole array of N elements, right as it is, one is beyond the limit less often than
    REFUSED.
    """
    mode = Rounding(dtype, 0.0, 0)
    results = run(mode)
    stored = {name: mode.stored(value) for name, value in results.items()}
    exact = {name: _real(value) for name, value in results.items()}
    squares = {name: torch.zeros_like(value.abs()) for name, value in exact.items()}
    plain, far = dict(squares), dict(squares)
    for factor, seed in _runs(dtype):
        for name, value in run(Rounding(dtype, factor, seed, tf32)).items():
            off = (_real(value) - exact[name]).abs()
            scaled = off / factor
            squares[name] = squares[name] + scaled.square()
            if seed <= PLAIN:
                plain[name] = torch.maximum(plain[name], scaled)
            else:
                far[name] = torch.maximum(far[name], off)
    bars = {}
    for name, value in exact.items():
        sigma, kinks = _spread(squares[name], plain[name], far[name], _eightfold(dtype))
        widened = max(1.0, student_limit(value.numel()) / Z_LIMIT)
        bars[name] = Sampled(value, sigma * widened, stored[name], kinks)
    return bars


def _real(value: Tensor) -> Tensor:
    """Return the numbers in float64; real and imaginary parts side by side, in a last dim."""
    if value.is_complex():
        value = torch.view_as_real(value.resolve_conj())
    return value.double()


def _runs(dtype: torch.dtype) -> Iterator[tuple[float, int]]:
    """Yield the factor and the seed of each run."""
    for seed in range(1, RUNS + 1):
        yield _eightfold(dtype) / 8 if seed <= PLAIN else _eightfold(dtype), seed


def _eightfold(dtype: torch.dtype) -> float:
    return 8 * (FINE if dtype == torch.float64 else 1.0)


def _spread(squares: Tensor, plain: Tensor, far: Tensor, eightfold: float) -> tuple[Tensor, int]:
    """Return sigma, and how many elements are at a kink; there it takes in how far they jump.

    plain  the largest distance of a plain run, in units of its factor
    far    that of an eightfold one
    Away from a kink errors that are eight times as large go about eight times as far.
    """
    growth = far / (plain * (eightfold / 8))
    jumped = (far > 0) & ((growth > 8 * JUMP) | (growth < NO_GROWTH))
    at_kink = torch.hypot(plain, far / (Z_LIMIT / 2))
    return torch.where(jumped, at_kink, (squares / RUNS).sqrt()), int(jumped.sum())


def student_limit(size: int) -> float:
    """Return beyond what t one of `size` errors lies less often than REFUSED.

    With f its density and v degrees of freedom, P(T > t) <= f(t) (v + t^2) / (v t): integrate
    f = -f' (v + x^2) / ((v + 1) x) by parts.
    """
    v, wanted = RUNS, REFUSED / (2 * max(size, 1))
    log_scale = math.lgamma((v + 1) / 2) - math.lgamma(v / 2) - math.log(v * math.pi) / 2

    def tail(t: float) -> float:
        density = math.exp(log_scale - (v + 1) / 2 * math.log1p(t * t / v))
        return density * (v + t * t) / (v * t)

    low, high = 1.0, 1e6
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if tail(middle) < wanted else (middle, high)
    return high
