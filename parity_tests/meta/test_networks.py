"""Every specimen of parity_tests/networks, judged as a user would: verdict, blame and reading."""

import dataclasses
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from backproof.architecture.vocabulary import term
from backproof.case import DTYPES
from backproof.errors import BackproofError
from backproof.suite.address import located
from backproof.suite.request import Request
from backproof.suite.target import PythonFile
from backproof.trace import trace_names
from backproof.verdict import CaseReport, TargetReport
from parity_tests.networks.TABLE import (
    AGREE,
    CANNOT,
    DIFFER,
    MSE,
    NETWORKS,
    RIGHT,
    SINGLE,
    SQUARED,
    WRONG,
    Network,
)

FOLDER = Path(__file__).parents[1] / "networks"
DEPTHS = {  # of the names in `wrong`, where it is not 2
    "sigmoid_prime_for_relu.py": 3,
    "gradient_check_fails.py": 3,
    "flowers_stuck.ipynb": 3,
}
NAMED = {  # what the sentence about a file that cannot be judged must hold
    "needs_dnn_utils.py": ("L_model_forward", "relu", "dnn_utils_v2"),
    "training_function_only.py": ("build_and_train", "nothing can be set or compared"),
    "bare_script.py": ("no function and no class",),
    "two_networks.py": ("SigmoidNet", "TanhNet", "two_networks.py:SigmoidNet"),
    "nielsen_python2.py": ("Python 2", "line 25", "print"),
    "syntax_error.py": ("syntax error in line 5", "expected ':'"),
    "no_network.py": ("nothing looks like a network", "KMeans", "standardise"),
}


@cache
def judged(file: str) -> TargetReport:
    path, name = located(str(FOLDER / file))
    return PythonFile(file, path, name).judge(Request((), 0, DTYPES, 0))


def ids(networks: tuple[Network, ...]) -> list[str]:
    return [network.file for network in networks]


def faults(row: Network, report: TargetReport) -> Iterator[str]:
    """Yield every way in which a report does not fit a row of the table."""
    if report.verdict != row.verdict:
        yield "verdict"
    if not report.controls or report.missed:
        yield "controls"
    if row.verdict == DIFFER:
        cases = [case for case in report.judged if depth_of(case) == DEPTHS.get(row.file, 2)]
        if not cases or not all(_blames(case, row.wrong.split()) for case in cases):
            yield "blame"
    if row.family != "S":
        yield from _misreadings(row, report)


def depth_of(case: CaseReport) -> int:
    return int(case.case.partition("-")[0])


def _blames(case: CaseReport, wrong: list[str]) -> bool:
    """Return whether what differs is what is wrong, and at most what is computed from that."""
    (verdict,) = case.verdicts
    differing = [f.name for f in verdict.findings if f.verdict == "differ"]
    order = list(trace_names(depth_of(case)))
    allowed = {*wrong, *(name[1:] for name in wrong if name[0] == "d")}
    if wrong[0][0] in "ZA":
        allowed |= set(order[order.index(wrong[0]) :])
    return differing[:1] == wrong[:1] and set(wrong) <= set(differing) <= allowed


def _misreadings(row: Network, report: TargetReport) -> Iterator[str]:
    held, laid, *_ = report.reading.split("; ")
    if row.family in "ABCDEFG" and not held.startswith(HELD[row.family]):
        yield "family"
    fits_both = row.layout == SINGLE and row.family == "H"  # plain lists, made two-dimensional
    if not laid.startswith(str(row.layout)) and not fits_both:
        yield "layout"
    activations, loss = report.reading.split("; ")[-3:-1]
    if row.hidden != activations.split(", ")[0]:
        yield "hidden"
    open_ = {note.partition(":")[0]: note for note in report.notes}
    name, _, rest = loss.partition(", ")
    outputs = {case.case.split("-layer")[1].partition("-")[2][0] for case in report.judged}
    same = {SQUARED, MSE} if outputs == {"1"} else set()  # one thing with one output
    wanted = {term(other) for other in ({row.loss, *same} if row.loss in same else {row.loss})}
    if name not in wanted and not any(loss in open_.get("loss", "") for loss in wanted):
        yield "loss"
    scale = {"sum": "sum"}.get(str(row.scale), "mean")
    one = all(case.case.endswith(("-single", "-single-larger")) for case in report.judged)
    if rest.partition(",")[0] != scale and row.layout != SINGLE and not one:
        yield "scale"


HELD = {
    "A": ("functions over a dict of ",),
    "B": ("functions of ",),
    "C": ("class ",),
    "D": ("class ",),
    "E": ("layers with ", "class "),
    "F": ("class ",),
    "G": ("class ",),
}


@pytest.mark.parametrize("row", RIGHT + WRONG, ids=ids(RIGHT + WRONG))
def test_it_is_judged_as_the_table_says(row: Network) -> None:
    report = judged(row.file)
    assert list(faults(row, report)) == [], report.reading


@pytest.mark.parametrize("file", NAMED)
def test_what_cannot_be_judged_is_refused_in_one_sentence(file: str) -> None:
    with pytest.raises(BackproofError) as caught:
        judged(file)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    assert file.partition(":")[0] in sentence
    for word in NAMED[file]:
        assert word in sentence


def test_the_table_is_covered() -> None:
    assert set(NAMED) == {row.file for row in NETWORKS if row.verdict == CANNOT}
    assert {row.verdict for row in RIGHT} == {AGREE}
    there = {path.name for path in FOLDER.iterdir() if path.suffix in (".py", ".ipynb")}
    assert there - {"TABLE.py"} == {row.file.partition(":")[0] for row in NETWORKS}


@pytest.mark.parametrize(
    ("fault", "changed"),
    [
        ("verdict", {"verdict": AGREE}),
        ("blame", {"wrong": "db1"}),
        ("blame", {"wrong": "dW1"}),
        ("blame", {"wrong": "cost dW1 db1"}),
        ("family", {"family": "C"}),
        ("layout", {"layout": "examples first"}),
        ("hidden", {"hidden": "sigmoid"}),
        ("loss", {"loss": "half_squared_error"}),
        ("scale", {"scale": "sum"}),
    ],
)
def test_a_false_row_would_be_noticed(fault: str, changed: dict[str, str]) -> None:
    row = next(row for row in WRONG if row.file == "mean_twice.py")
    assert fault in list(faults(dataclasses.replace(row, **changed), judged(row.file)))
