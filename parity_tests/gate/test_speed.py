"""The judgement on speed: what is red, what is undecided, and what each says."""

import pytest

from backproof.gate.measuring import CHANGE, SAME, SLOWED
from backproof.gate.speed import STEP_OF, speed
from backproof.gate.timing import LIMIT, Ratios, Timing

NOISE = [k / 2000 for k in range(-40, 41)]


def ratios(name: str, kind: str, change: float, noise: float = 1.0) -> Ratios:
    process = tuple(change + noise * one for one in NOISE)
    return Ratios(name, kind, LIMIT, (process,) * 3)


def timing(
    change: float = 0.0, *, noise: float = 1.0, apart: float = 0.0, seen: float = 0.06
) -> Timing:
    return Timing(
        LIMIT,
        {"step": ratios("step", CHANGE, change, noise), "forward": ratios("forward", CHANGE, 0.0)},
        {"forward": ratios("forward", SAME, apart)},
        {"forward": ratios("forward", SLOWED, seen)},
    )


def test_as_fast_as_before_is_green_and_says_what_would_have_been_seen() -> None:
    found = speed(timing(), "v1", False, {})
    assert found.verdict == "green"
    assert "2 workloads not slower than v1" in found.reason
    assert "% would have been seen" in found.reason


def test_slower_is_red_and_names_the_workload() -> None:
    found = speed(timing(0.08), "v1", False, {"step": 0.0412})
    assert found.verdict == "red"
    assert [c.place.case for c in found.complaints] == ["step"]
    assert "step takes 8.3% longer than in v1" in found.reason
    assert found.reason.endswith("+4.12% instructions")


@pytest.mark.parametrize(
    ("doubtful", "words"),
    [
        (timing(0.08, apart=0.1), "forward seemed +10.5% slower than itself"),
        (timing(0.08, seen=0.0), "a planted slowdown of forward was not seen"),
        (timing(noise=30), "step; the smallest slowdown"),
    ],
)
def test_in_doubt_nothing_is_red_unless_it_is_strict(doubtful: Timing, words: str) -> None:
    lenient, strict = (speed(doubtful, "v1", strict, {}) for strict in (False, True))
    assert (lenient.verdict, strict.verdict) == ("undecided", "red")
    assert words in lenient.reason
    assert words in strict.reason
    assert lenient.reason.endswith("red with --strict")


def test_nothing_measured_cannot_be_judged() -> None:
    found = speed(Timing(LIMIT, absent={"step": "base"}), "v1", False, {})
    assert (found.verdict, found.reason) == (
        "cannot judge",
        "nothing was measured: v1 has none of the workloads",
    )


def test_a_complaint_names_the_target_that_became_slower() -> None:
    of_a_file = Timing(LIMIT, {f"{STEP_OF}my_net.py": ratios("x", CHANGE, 0.08)})
    (complaint,) = speed(of_a_file, "v1", False, {}).complaints
    assert complaint.place.target == "my_net.py"
    (complaint,) = speed(timing(0.08), "v1", False, {}).complaints
    assert complaint.place.target == "twins"
