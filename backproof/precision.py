"""Precisions, described by their units rather than by their names."""

from dataclasses import dataclass
from math import frexp, hypot, isfinite, nan

from backproof.errors import BackproofError

Z_LIMIT = 8.0  # an element agrees up to this many sigmas; on right code z stays below 5


@dataclass(frozen=True)
class Precision:
    """How finely a candidate computes.

    storage, product, accumulation  unit roundoffs: the relative error of a stored result, of a
                                    product inside a sum, and of each addition of that sum
    smallest                        smallest positive number (a subnormal)
    smallest_normal                 smallest positive number in full precision
    largest                         largest finite number
    """

    name: str
    storage: float
    product: float
    accumulation: float
    smallest: float
    smallest_normal: float
    largest: float

    @property
    def partial(self) -> float:
        """The unit of a part of a sum of products: of a product, or of what a kernel stores.

        A kernel may divide a long sum among processors, and store each one's part as it stores
        results: cuBLAS does in bfloat16 and float16, by PyTorch's default.
        """
        return max(self.product, self.storage)

    @property
    def rounds_operands(self) -> bool:
        """Whether what is multiplied is rounded before: all rows meet the same rounded weight."""
        return self.product > self.storage

    def spacing(self, number: float) -> float:
        """Return a unit in the last place of `number`: how far its neighbour in this format is."""
        if not isfinite(number):
            return nan
        return max(2 * self.storage * 2.0 ** (frexp(number)[1] - 1), self.smallest)

    def against(self, reference: "Precision") -> "Precision":
        """Return the units of a difference between a result of this precision and of another."""
        return Precision(
            self.name,
            hypot(self.storage, reference.storage),
            hypot(self.product, reference.product),
            hypot(self.accumulation, reference.accumulation),
            self.smallest,
            self.smallest_normal,
            self.largest,
        )


def _binary(
    name: str, bits: int, exponent: int, product: int = 0, accumulation: int = 0
) -> Precision:
    """Return a binary format of `bits` significant bits and largest exponent `exponent`."""
    return Precision(
        name,
        storage=2.0**-bits,
        product=2.0 ** -(product or bits),
        accumulation=2.0 ** -(accumulation or bits),
        smallest=2.0 ** (2 - exponent - bits),
        smallest_normal=2.0 ** (1 - exponent),
        largest=(2 - 2.0 ** (1 - bits)) * 2.0**exponent,
    )


PRECISIONS: dict[str, Precision] = {
    p.name: p
    for p in (
        _binary("float64", 53, 1023),
        _binary("float32", 24, 127),
        _binary("tf32", 24, 127, product=11, accumulation=24),
        _binary("bfloat16", 8, 127, product=24, accumulation=24),
        _binary("float16", 11, 15, product=24, accumulation=24),
    )
}
FLOAT64 = PRECISIONS["float64"]


def precision(name: str) -> Precision:
    """Return a precision by name; raise BackproofError for an unknown one."""
    if name not in PRECISIONS:
        known = ", ".join(PRECISIONS)
        raise BackproofError(f"There is no precision '{name}': choose one of {known}.")
    return PRECISIONS[name]
