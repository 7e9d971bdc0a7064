"""The twin on several processes: right in every share, and a mistake in sharing is named."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from backproof.candidate import FailedError
from backproof.cases import case_named
from backproof.errors import BackproofError
from backproof.judge import judge_case
from backproof.parallel import (
    EVEN,
    KINDS,
    UNEVEN,
    Ranks,
    Share,
    mistakes_in,
    parallel_candidate,
    refuse_impossible,
    shares,
)
from backproof.parallel.candidate import Sharing
from backproof.parallel.ranks import together
from backproof.suite.request import Request
from backproof.suite.target import Parallel
from backproof.verdict import TargetReport


@pytest.fixture(scope="module")
def two() -> Iterator[Ranks]:
    with Ranks(2) as ranks:
        yield ranks


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("m", "ranks"), [(2, 2), (3, 2), (7, 3), (8, 8), (569, 4), (64, 5)])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_shares_are_all_examples_once(kind: str, m: int, ranks: int, reduction: str) -> None:
    parts = shares(m, ranks, kind, reduction)
    assert [k for part in parts for k in range(part.begin, part.end)] == list(range(m))
    assert all(part.size >= 1 for part in parts)
    assert sum(part.weight for part in parts) == pytest.approx(
        ranks * (1 if reduction == "mean" else ranks)
    )
    sizes = [part.size for part in parts]
    if kind == EVEN:
        assert max(sizes) - min(sizes) <= 1
    elif m >= 4 * ranks:
        assert sizes == sorted(sizes)
        assert sizes[-1] > sizes[0]


def test_fewer_examples_than_processes() -> None:
    with pytest.raises(ValueError, match="1 examples cannot be shared among 2 processes"):
        shares(1, 2, EVEN, "mean")


CASES = ("ragged", "softmax", "regression", "sigmoid-squared-sum", "deep", "digits")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CASES)
def test_two_processes_are_one(two: Ranks, name: str, kind: str) -> None:
    for dtype in ("float64", "float32"):
        report = judge_case(case_named(name), dtype, 0, [parallel_candidate(two, kind)])
        (verdict,) = report.verdicts
        assert [f for f in verdict.all_findings if not f.agrees] == []
        assert verdict.controls
        assert all(control.caught for control in verdict.controls)


def test_the_whole_command() -> None:
    """Three processes, cases with fewer examples and with guards among them."""
    report = Parallel(3).judge(Request(("ragged", "one-example"), 2, ("float64",), 0))
    assert [case.verdict for case in report.cases] == ["agree", "skipped", "agree", "agree"]
    assert "fewer examples than there are processes (3)" in report.cases[1].skipped
    assert report.notes == ()
    assert {v.candidate for v in report.cases[0].verdicts} == {
        "impl_torch (3 processes, even shares)",
        "impl_torch (3 processes, uneven shares)",
    }


# --- mistakes in sharing ---------------------------------------------------------------------


def wrong(change: Callable[[list[Share]], list[Share]]) -> Sharing:
    def sharing(m: int, ranks: int, kind: str, reduction: str) -> Sequence[Share]:
        return change(list(shares(m, ranks, kind, reduction)))

    return sharing


def counted_alike(parts: list[Share]) -> list[Share]:
    return [replace(part, weight=1.0) for part in parts]


def left_out(parts: list[Share]) -> list[Share]:
    return [parts[0], replace(parts[1], weight=0.0)]


def added_up(parts: list[Share]) -> list[Share]:
    return [replace(part, weight=2 * part.weight) for part in parts]


def seen_twice(parts: list[Share]) -> list[Share]:
    """The second has the first one's examples, of which there are as many."""
    return [parts[0], replace(parts[0], weight=parts[1].weight)]


def alone(parts: list[Share]) -> list[Share]:
    return [replace(parts[0], weight=2 * parts[0].weight), replace(parts[1], weight=0.0)]


FAULTS = {
    counted_alike: "the mean of each process counts alike, however many examples it has",
    left_out: "the gradients of process 1 are left out",
    added_up: "the gradients of the processes are added up, not averaged",
    seen_twice: "process 1 has the examples of process 0: they are seen twice, its own never",
    alone: "they are those of process 0 alone: they were not exchanged",
}


@pytest.mark.usefixtures("unexplained")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_mistake_in_sharing_is_caught_and_named(
    two: Ranks, fault: Callable[[list[Share]], list[Share]], dtype: str
) -> None:
    candidate = parallel_candidate(two, UNEVEN, wrong(fault))
    case = case_named("regression")
    report = judge_case(case, dtype, 0, [candidate])
    assert report.verdict == "differ"
    request = Request((case.name,), 0, (dtype,), 0)
    (note,) = mistakes_in(TargetReport("", [report]), request, {UNEVEN: candidate}, two.count)
    assert note == f"{candidate.name} on regression, {dtype}: {FAULTS[fault]}."


def test_a_process_that_goes_its_own_way_is_judged() -> None:
    right = {"Z1": np.ones((2, 3)), "W1": np.ones((2, 2)), "trajectory of W1": np.ones((5, 2, 2))}
    for wrong in (1.5, np.nan, np.inf):
        other = {name: value.copy() for name, value in right.items()}
        other["W1"][1, 1] = other["trajectory of W1"][4, 0, 0] = wrong
        for found in ([right, other, right], [right, right, other]):
            run = together(found)
            assert run.trace["Z1"].shape == (2, 9)
            np.testing.assert_array_equal(run.trace["W1"], other["W1"])
            np.testing.assert_array_equal(run.trajectory["W1"], other["trajectory of W1"])
    assert together([right, right]).trace["W1"] is right["W1"]


@pytest.mark.usefixtures("unexplained")
def test_what_is_no_mistake_of_sharing_is_not_named(two: Ranks) -> None:
    def off(parts: list[Share]) -> list[Share]:
        return [replace(part, weight=1.01 * part.weight) for part in parts]

    candidate = parallel_candidate(two, EVEN, wrong(off))
    report = judge_case(case_named("ragged"), "float64", 0, [candidate])
    assert report.verdict == "differ"
    request = Request(("ragged",), 0, ("float64",), 0)
    assert list(mistakes_in(TargetReport("", [report]), request, {EVEN: candidate}, 2)) == []


# --- what cannot be had, and what goes wrong -------------------------------------------------


@pytest.mark.parametrize(
    ("ranks", "device", "sentence"),
    [
        (1, "cpu", "--ddp 1 is not a number of processes that share examples: give 2 to 64"),
        (0, "cpu", "--ddp 0 is not a number"),
        (-2, "cpu", "--ddp -2 is not a number"),
        (65, "cpu", "--ddp 65 is not a number"),
        (2, "cuda:0", "--ddp runs on cpu or on cuda, and not on cuda:0"),
        (2, "cuda", "--ddp 2 wants a CUDA device for each process, and torch finds 0"),
    ],
)
def test_what_cannot_be_had(
    ranks: int, device: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    with pytest.raises(BackproofError, match=sentence):
        refuse_impossible(ranks, device)


def test_a_process_that_dies_is_said_and_none_is_left() -> None:
    case = case_named("ragged")
    with Ranks(2) as ranks:
        candidate = parallel_candidate(ranks, EVEN)
        candidate.run(case, case.inputs("float64", 0))
        processes = list(ranks._processes)
        os.kill(processes[1].pid, signal.SIGKILL)
        with pytest.raises(FailedError, match=r"process [01] of 2 ended with exit code"):
            candidate.run(case, case.inputs("float64", 0))
    assert all(process.poll() is not None for process in processes)


def test_processes_that_hang_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backproof.parallel.ranks.PATIENCE", 0.5)
    case = case_named("ragged")
    with Ranks(2) as ranks:
        os.kill(ranks._processes[0].pid, signal.SIGSTOP)
        with pytest.raises(FailedError, match=r"none of its processes answered within 0\.5 s"):
            parallel_candidate(ranks, EVEN).run(case, case.inputs("float64", 0))
