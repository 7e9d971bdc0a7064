"""A share of the damaged inputs, and the proof that a traceback would be seen."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from backproof.errors import BackproofError
from backproof.gate.baseline import read_baseline
from backproof.gate.history import runs_in
from parity_tests.mutated.damage import WAYS, spoiled
from parity_tests.mutated.kinds import KINDS
from parity_tests.mutated.run import ended

SHARE = {"source": 6, "notebook": 3, "record": 25, "trace": 25, "baseline": 25, "history": 8}
HUGE = 10**400  # an int that is no float


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_read_or_refused_with_a_sentence(kind: str) -> None:
    found = [ended(kind, seed) for seed in range(SHARE[kind])]
    assert [ending.said for ending in found if ending.outcome == "failed"] == []
    assert {ending.outcome for ending in found} <= {"read", "refused"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_one_is_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / KINDS[kind].name
    for data in KINDS[kind].sound():
        path.write_bytes(data)
        KINDS[kind].read(path)


@pytest.mark.parametrize("error", [KeyError, OverflowError, RecursionError, AssertionError])
def test_anything_but_a_sentence_is_seen(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: Path) -> None:
        raise error(path)

    monkeypatch.setitem(KINDS, "trace", replace(KINDS["trace"], read=read))
    assert ended("trace", 0).outcome == "failed"


def test_a_sentence_that_says_nothing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_: Path) -> None:
        raise BackproofError(" ")

    monkeypatch.setitem(KINDS, "trace", replace(KINDS["trace"], read=read))
    assert ended("trace", 0).outcome == "failed"


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_every_way_damages(way: object) -> None:
    data = json.dumps({"a": [1, 2.5, {"b": "c"}], "d": None}, indent=1).encode()
    changed = [WAYS[WAYS.index(way)](data, random.Random(n)) != data for n in range(30)]  # type: ignore[arg-type]
    assert sum(changed) > 20
    assert spoiled(data, random.Random(1)) == spoiled(data, random.Random(1))


# --- what it found --------------------------------------------------------------------------------


def test_a_number_that_is_no_float_in_a_baseline(tmp_path: Path) -> None:
    (data,) = KINDS["baseline"].sound()
    text = json.loads(data)
    case = next(iter(text["targets"]["twins"].values()))["float64"]
    arrays = next(iter(case["arrays"].values()))
    arrays[next(iter(arrays))][1] = HUGE
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(text))
    with pytest.raises(BackproofError, match="is no baseline"):
        read_baseline(path)


def test_a_number_that_is_no_float_in_a_history(tmp_path: Path) -> None:
    (data,) = KINDS["history"].sound()
    text = json.loads(data)
    text["series"]["z"]["twins, float64"] = HUGE
    (tmp_path / KINDS["history"].name).write_text(json.dumps(text))
    found, notes = runs_in(tmp_path)
    assert (found, len(notes)) == ([], 1)


def test_a_constant_that_is_no_float_in_a_source(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_bytes(KINDS["source"].sound()[-1] + f"\nHUGE = {HUGE}\n".encode())
    KINDS["source"].read(path)
