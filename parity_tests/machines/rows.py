"""The rows of the matrix: how one machine is made to compute as another would."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """Environment variables that choose kernels, or the number of threads."""

    name: str
    environment: Mapping[str, str]


def threads(count: int) -> dict[str, str]:
    return {f"{library}_NUM_THREADS": str(count) for library in ("OMP", "MKL", "OPENBLAS")}


def numpy_blas(core: str) -> dict[str, str]:
    """Choose the kernels of OpenBLAS, with which numpy multiplies matrices."""
    return {"OPENBLAS_CORETYPE": core}


def torch_kernels(capability: str) -> dict[str, str]:
    """Choose the kernels with which torch sums, and evaluates functions."""
    return {"ATEN_CPU_CAPABILITY": capability}


def torch_blas(branch: str) -> dict[str, str]:
    """Choose the code branch of MKL, with which torch multiplies matrices."""
    return {"MKL_CBWR": branch}


OLDEST = Row(
    "the oldest of all",
    numpy_blas("Prescott") | torch_kernels("default") | torch_blas("COMPATIBLE"),
)
ROWS = (
    Row("as it is, 1 thread", threads(1)),
    Row("2 threads", threads(2)),
    *(
        Row(f"numpy as on {core}", numpy_blas(core))
        for core in ("Haswell", "Zen", "Nehalem", "Prescott", "SkylakeX")
    ),
    *(Row(f"torch with {kind}", torch_kernels(kind)) for kind in ("default", "avx2", "avx512")),
    *(Row(f"MKL as {kind}", torch_blas(kind)) for kind in ("COMPATIBLE", "SSE4_2", "AVX2")),
    Row("MKL with AVX2 at most", {"MKL_ENABLE_INSTRUCTIONS": "AVX2"}),
    OLDEST,
)
