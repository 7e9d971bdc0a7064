"""The kinds of files that backproof reads, each with sound ones and with what reads them."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from rich.console import Console
from safetensors.numpy import save

from backproof.case import DTYPES
from backproof.exchange import read_trace
from backproof.gate import baseline
from backproof.gate.history import page, picture, runs, runs_in
from backproof.own.judging import judge_file
from backproof.records.comparing import compared
from backproof.records.json import rendered as as_json
from backproof.records.record import Record, read_record, rendered
from backproof.records.taking import taken
from backproof.records.text import print_comparison
from backproof.report import html
from backproof.report.model import Report
from backproof.suite.request import Request
from backproof.suite.target import Twins

ROOT = Path(__file__).parents[2]
NETWORKS = ROOT / "parity_tests" / "networks"
SOURCES = ("dict_no_bias_sgd.py", "hidden_rate.py", "mean_twice.py", "xor_class.py")
NOTEBOOKS = ("affine_layers.ipynb", "biases_come_first.ipynb")
RUN = runs.Run(
    "2026-01-01T00:00:01.000+00:00",
    "abc",
    {"parity": "green", "speed": "red"},
    {"z": {"twins, float64": 1.5}, "sensitivity": {"twins, float64": 1e-9}, "ratio": {"step": 0.1}},
    {"numpy": "2"},
)


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    name   of a file of it
    share  of all damaged files
    sound  the bytes of sound ones
    read   reads a file and uses what it holds; raises BackproofError where it cannot
    """

    name: str
    share: float
    sound: Callable[[], list[bytes]]
    read: Callable[[Path], object]


def _judged(path: Path) -> str:
    return html.rendered(Report([judge_file(path, "", list(DTYPES), 0, [])]))


@cache
def _recorded() -> Record:
    return taken(Twins(), Request(("dead",), 0, ("float64",), 0), "")[0]


def _compared(path: Path) -> str:
    one, other = read_record(path), _recorded()
    comparison = compared(one, other)
    print_comparison(comparison, [one, other], Console(file=io.StringIO()))
    return as_json(comparison)


def _baseline(path: Path) -> str:
    kept = baseline.read_baseline(path)
    assert kept is not None
    return baseline.rendered(kept)


def _history(path: Path) -> list[str]:
    """Read it beside two sound ones, as a folder of them is read."""
    for n in (2, 3):
        sound = replace(RUN, date=f"2026-01-0{n}T00:00:01.000+00:00")
        (path.parent / f"{n}{runs.END}").write_text(runs.rendered(sound))
    found, notes = runs_in(path.parent)
    assert len(found) + len(notes) == 3
    return [page.rendered(found), picture.rendered(found), *notes]


KINDS = {
    "source": Kind(
        "net.py", 0.2, lambda: [(NETWORKS / name).read_bytes() for name in SOURCES], _judged
    ),
    "notebook": Kind(
        "net.ipynb", 0.1, lambda: [(NETWORKS / name).read_bytes() for name in NOTEBOOKS], _judged
    ),
    "record": Kind("a.safetensors", 0.2, lambda: [rendered(_recorded())], _compared),
    "trace": Kind(
        "trace.safetensors",
        0.2,
        lambda: [save(dict(run.actual)) for run in _recorded().runs],
        lambda path: read_trace(path, 2),
    ),
    "baseline": Kind(
        "parity.json",
        0.15,
        lambda: [(ROOT / "backproof-baseline.json").read_bytes()],
        _baseline,
    ),
    "history": Kind(f"1{runs.END}", 0.15, lambda: [runs.rendered(RUN).encode()], _history),
}
