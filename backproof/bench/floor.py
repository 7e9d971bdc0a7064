"""What no implementation can go below: the matrix products alone, and what the hardware can do."""

import math
import time
from collections.abc import Callable, Iterator, Sequence, Set
from functools import cache, partial
from itertools import product

import numpy as np
import torch
from torch import Tensor

from backproof.bench.judging import RefusedError
from backproof.bench.work import Parameters, Ready, Work
from backproof.bench.workload import Workload
from backproof.precision import Z_LIMIT, precision
from backproof.trace import Array, Trace

ALLOWANCE = 1.25  # by which a chip may be faster than it was when its rate was measured
SQUARE = 768  # size of the product by which a CPU's rate is measured
SMALLEST, LARGEST = 1024, 8192  # and a CUDA device's: doubled until a product takes LONG
LONG = 1e-3  # seconds
TRIES, FEW = 12, 3


class Products(Ready):
    """The products of one step, on arrays that are there already: `ndarray.dot(a, out)`.

    Each factor lies in memory by rows or by columns, and the product is done as it stands or
    transposed, whichever the BLAS is fastest with.
    """

    def __init__(self, workload: Workload, seed: int = 0) -> None:
        """Draw a pair of factors for each product."""
        self._units = precision(workload.precision)
        self._take(workload, seed)

    def _take(self, workload: Workload, seed: int) -> None:
        """Draw the factors, and keep them as they are multiplied fastest."""
        rng = np.random.default_rng(seed)
        drawn = [
            (_drawn(rng, (rows, inner), workload), _drawn(rng, (inner, columns), workload))
            for rows, inner, columns in workload.products()
        ]
        self._factors = [_laid_out(a, b) for a, b in drawn]
        self._results = [np.empty((a.shape[0], b.shape[1]), a.dtype) for a, b in self._factors]
        self._calls = [
            (a.dot, b, out) for (a, b), out in zip(self._factors, self._results, strict=True)
        ]

    def start(self, parameters: Parameters) -> None:
        """There is nothing to start from: the factors stay what they are."""

    def run(self) -> None:
        """Do every product once."""
        for dot, b, out in self._calls:
            dot(b, out)

    def result(self) -> Trace:
        """Return the products by number."""
        return {str(k): value for k, value in enumerate(self._results)}

    def _done(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Yield the factors and the product of each, where they were computed."""
        for (a, b), out in zip(self._factors, self._results, strict=True):
            yield torch.from_numpy(a), torch.from_numpy(b), torch.from_numpy(out)

    def refuse_wrong(self) -> None:
        """Raise RefusedError where a product is off by more than its rounding errors."""
        units = self._units.against(precision("float64"))
        for left, right, value in self._done():
            a, b = left.double(), right.double()
            exact, squares = a @ b, a.square() @ b.square()
            unit = math.hypot(units.accumulation * math.sqrt(a.shape[1]), units.partial)
            sigma = unit * squares.sqrt() + units.storage * exact.abs()
            if not bool(((value - exact).abs() <= Z_LIMIT * sigma + units.smallest).all()):
                raise RefusedError(f"a product of {tuple(a.shape)} and {tuple(b.shape)} is wrong")


class CudaProducts(Products):
    """The same on a CUDA device, in the precision of the workload."""

    def _take(self, workload: Workload, seed: int) -> None:
        """Draw the factors there."""
        self._tf32 = workload.precision == "tf32"
        dtype = torch.float32 if self._tf32 else getattr(torch, workload.precision)
        torch.manual_seed(seed)
        self._there = []
        for rows, inner, columns in workload.products():
            a, b = (
                torch.randn(shape, dtype=dtype, device="cuda")
                for shape in ((rows, inner), (inner, columns))
            )
            self._there.append((a, b, a.new_empty(rows, columns)))

    def run(self) -> None:
        """Begin every product once."""
        before = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("high" if self._tf32 else "highest")
        for a, b, out in self._there:
            torch.mm(a, b, out=out)
        torch.set_float32_matmul_precision(before)

    def wait(self) -> None:
        """Return when they are done."""
        torch.cuda.synchronize()

    def result(self) -> Trace:
        """Return the products by number, in float64."""
        return {str(k): out.double().cpu().numpy() for k, (_, _, out) in enumerate(self._there)}

    def _done(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        yield from self._there


def _laid_out(a: Array, b: Array) -> tuple[Array, Array]:
    """Return factors by rows or by columns, of the product or its transpose: what is fastest."""
    trials = []
    layouts = product((np.ascontiguousarray, np.asfortranarray), repeat=2)
    for (p, q), (lay_p, lay_q) in product(((a, b), (b.T, a.T)), tuple(layouts)):
        one, other = lay_p(p), lay_q(q)
        out = np.empty((p.shape[0], q.shape[1]), a.dtype)
        trials.append((_shortest(partial(one.dot, other, out), FEW), one, other))
    _, one, other = min(trials, key=lambda trial: trial[0])
    return one, other


def _drawn(rng: np.random.Generator, shape: tuple[int, int], workload: Workload) -> Array:
    value: Array = rng.normal(size=shape).astype(workload.dtype)
    return value


def peaks_seen(workloads: Sequence[Workload], devices: Set[str]) -> dict[str, float]:
    """Return the rate measured for each precision on each device, flop a second."""
    found = {}
    for precision_name in dict.fromkeys(w.precision for w in workloads):
        if "cuda" in devices:
            found[f"cuda {precision_name}"] = peak_rate_of_cuda(precision_name)
        if "cpu" in devices and precision_name in ("float64", "float32"):
            found[f"cpu {precision_name}"] = peak_rate(precision_name)
    return found


@cache
def peak_rate(dtype: str) -> float:
    """Return the largest rate of a product seen on this CPU, flop a second, with the threads set.

    Of NumPy's BLAS and torch's, which may be different ones.
    """
    a = np.random.default_rng(0).normal(size=(SQUARE, SQUARE)).astype(dtype)
    one, out = torch.from_numpy(a), np.empty_like(a)
    both: list[Callable[[], object]] = [lambda: a.dot(a, out), lambda: torch.mm(one, one)]
    return 2.0 * SQUARE**3 / min(_shortest(call, TRIES) for call in both)


@cache
def peak_rate_of_cuda(name: str) -> float:
    """Return the rate of a large product on the CUDA device, in a precision, flop a second."""
    size = SMALLEST
    while True:
        workload = Workload((size, size), size, name, "forward")
        products = CudaProducts(workload)

        def call(products: CudaProducts = products) -> None:
            products.run()
            products.wait()

        if size == LARGEST or _shortest(call, 1) > LONG:
            return workload.flop / _shortest(call, TRIES)
        size *= 2


@cache
def empty_call() -> float:
    """Return the seconds that a call of a function takes that does nothing."""

    def nothing() -> None:
        pass

    def many() -> None:
        for _ in range(1000):
            nothing()

    return _shortest(many, TRIES) / 1000


def _shortest(call: Callable[[], object], tries: int) -> float:
    call()
    found = []
    for _ in range(tries):
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
    return min(found)


def least_seconds(workload: Workload, device: str) -> float:
    """Return a time below which no step of a workload can be on this machine."""
    rate = peak_rate(workload.dtype) if device == "cpu" else peak_rate_of_cuda(workload.precision)
    return workload.flop / (ALLOWANCE * rate) + empty_call() / workload.steps


def refuse_impossible(workload: Workload, device: str, seconds: float) -> None:
    """Raise RefusedError for a step that is faster than the hardware allows."""
    least = least_seconds(workload, device)
    if seconds < least:
        raise RefusedError(
            f"{seconds:.2e} s a step is less than the hardware allows ({least:.2e} s): "
            "the work was not done"
        )


def products_of(workload: Workload, device: str) -> Work:
    """Return the products of a workload, judged, as work to be timed."""
    products = Products(workload) if device == "cpu" else CudaProducts(workload)
    products.run()
    products.wait()
    products.refuse_wrong()
    return products
