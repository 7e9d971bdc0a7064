"""Records: what is recorded can be compared without torch, and differs where the networks do."""

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from backproof.compare import Expected
from backproof.errors import BackproofError
from backproof.records.comparing import Comparison, compared
from backproof.records.json import rendered as as_json
from backproof.records.record import FORMAT, Record, Run, read_record, rendered
from backproof.records.taking import taken
from backproof.suite.request import Request
from backproof.suite.target import Program, PythonFile, Twins
from backproof.trace import trace_names

ROOT = Path(__file__).parents[2]
ASKED = Request(("ragged", "tanh-hidden"), 0, ("float64", "float32"), 0)
DOCUMENT = (ROOT / "docs" / "record.md").read_text("utf-8")
TELL = "\nimport sys\nprint([name for name in ('torch', 'impl_torch') if name in sys.modules])"


@cache
def recorded(twin: str) -> Record:
    return taken(Twins(), ASKED, twin)[0]


def with_first(record: Record, **fields: object) -> Record:
    """Return a record with another first run."""
    first, *others = record.runs
    return replace(record, runs=[replace(first, **fields), *others])  # type: ignore[arg-type]


def spoiled(record: Record, name: str, factor: float) -> Record:
    run = record.runs[0]
    return with_first(record, actual={**run.actual, name: run.actual[name] * factor})


def verdicts(comparison: Comparison) -> list[str]:
    return [pair.verdict for pair in comparison.pairs]


# --- the file ---------------------------------------------------------------------------------


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = recorded("")
    path = tmp_path / "a.safetensors"
    path.write_bytes(rendered(record))
    again = read_record(path)
    assert (again.date, again.environment) == (record.date, record.environment)
    assert [r.candidate for r in again.runs] == 4 * ["impl_numpy", "impl_torch (cpu)"]
    for one, other in zip(record.runs, again.runs, strict=True):
        assert (one.case, one.dtype, one.settings) == (other.case, other.dtype, other.settings)
        assert list(other.actual) == list(trace_names(3 if one.case == "ragged" else 2))
        assert one.inputs.keys() == other.inputs.keys() >= {"X", "Y", "W1"}
        for name, value in one.actual.items():
            assert np.array_equal(value, other.actual[name])
            assert other.actual[name].dtype == one.dtype
            assert np.array_equal(one.expected[name].sigma, other.expected[name].sigma)
    assert json.loads(again.runs[0].settings["seed"]) == 0


def test_bad_files_are_a_sentence(tmp_path: Path) -> None:
    array = {"0/actual/W1": np.zeros(2)}
    runs = json.dumps([{"case": "ragged"}])
    head = {"format": FORMAT, "date": "", "environment": "{}"}
    whole = rendered(recorded("numpy"))
    files = {
        "Cannot read ": b"",
        "is no record of this backproof": save(array),
        "is no record of this backproof:": save(array, {"format": "2"}),
        "is no record that can be read": b"{}" * 100,
        "is no record that can be read (": save(array, head),
        "is no record that can be read ('": save(array, head | {"runs": runs}),
        "is no record that can be read (E": save(array, head | {"runs": "["}),
        "is no record that can be": whole[: len(whole) // 2],
    }
    for words, data in files.items():
        path = tmp_path / "x.safetensors"
        path.write_bytes(data)
        path = path if data else tmp_path / "nothing"
        with pytest.raises(BackproofError) as complaint:
            read_record(path)
        assert words.rstrip("E('") in str(complaint.value)
        assert "\n" not in str(complaint.value)


# --- what is compared ---------------------------------------------------------------------------


def test_two_frameworks_agree_within_their_error_bars() -> None:
    comparison = compared(recorded("numpy"), recorded("torch"))
    assert (comparison.verdict, verdicts(comparison)) == ("agree", 4 * ["agree"])
    assert comparison.alone == []
    apart = [finding for pair in comparison.pairs for finding in pair.apart]
    assert any(finding.z > 0 for finding in apart), "two ways to round the same numbers"
    controls = [control for pair in comparison.pairs for control in pair.controls]
    assert len(controls) >= 40
    assert all(control.caught for control in controls)


def test_a_difference_is_found_where_it_is() -> None:
    comparison = compared(recorded("numpy"), spoiled(recorded("torch"), "dW2", 1 + 1e-9))
    assert verdicts(comparison) == ["differ", "agree", "agree", "agree"]
    pair = comparison.pairs[0]
    assert [f.name for f in pair.one if not f.agrees] == []
    assert [f.name for f in pair.other if not f.agrees] == ["dW2"]
    assert [f.name for f in pair.apart if not f.agrees] == ["dW2"]


def test_the_same_mistake_in_both_differs_from_the_reference() -> None:
    both = spoiled(recorded("numpy"), "dW2", 2.0)
    pair = compared(both, both).pairs[0]
    assert pair.verdict == "differ"
    assert [f.name for f in pair.one if not f.agrees] == ["dW2"]
    assert all(f.agrees for f in pair.apart)


def test_the_bars_between_two_are_wider_than_of_one() -> None:
    """Off by 7 sigmas to either side: both agree with the reference, but not with each other."""
    record = recorded("numpy")
    run = record.runs[0]
    bars = run.expected["dW2"]
    up, down = (
        with_first(record, actual={**run.actual, "dW2": bars.value + sign * 7 * bars.sigma})
        for sign in (1, -1)
    )
    pair = compared(up, down).pairs[0]
    assert all(f.agrees for f in (*pair.one, *pair.other))
    assert [f.name for f in pair.apart if not f.agrees] == ["dW2"]
    apart = next(f for f in pair.apart if f.name == "dW2")
    assert apart.z == pytest.approx(14 / 2**0.5, rel=0.05)


def test_runs_of_one_name_are_compared_where_there_are_several() -> None:
    comparison = compared(recorded(""), recorded("numpy"))
    names = [(p.runs[0].candidate, p.runs[1].candidate) for p in comparison.pairs]
    assert names == 4 * [("impl_numpy", "impl_numpy")]
    assert comparison.alone[0] == ("ragged, float64, impl_torch (cpu): in the first record only")


@pytest.mark.parametrize("name", ["X", "W2", "learning_rate", "seed"])
def test_another_question_is_not_compared(name: str) -> None:
    record = recorded("numpy")
    run = record.runs[0]
    if name in run.settings:
        other = with_first(record, settings={**run.settings, name: "7"})
    else:
        changed = np.nextafter(run.inputs[name], np.inf)
        other = with_first(record, inputs={**run.inputs, name: changed})
    comparison = compared(record, other)
    assert comparison.pairs[0].otherwise == [name]
    assert comparison.verdict == "cannot judge"


def test_other_shapes_and_missing_arrays_are_told() -> None:
    record = recorded("numpy")
    run = record.runs[0]
    flat = with_first(record, actual={**run.actual, "dW2": run.actual["dW2"].ravel()})
    pair = compared(record, flat).pairs[0]
    assert [f.name for f in pair.apart if not f.agrees] == ["dW2"]
    fewer = with_first(record, actual={n: a for n, a in run.actual.items() if n != "dW2"})
    pair = compared(record, fewer).pairs[0]
    assert (pair.verdict, pair.alone) == ("agree", ["dW2"])


def test_blunt_bars_judge_nothing() -> None:
    record = recorded("numpy")
    run = record.runs[0]
    wide = {n: Expected(e.value, np.full_like(e.sigma, np.inf)) for n, e in run.expected.items()}
    assert compared(record, with_first(record, expected=wide)).pairs[0].verdict == "undecided"


def test_nothing_in_common_is_a_sentence() -> None:
    one = recorded("numpy")
    ragged, others = (
        replace(one, runs=[r for r in one.runs if (r.case == "ragged") == wanted])
        for wanted in (True, False)
    )
    with pytest.raises(BackproofError, match="No case is in both"):
        compared(ragged, others)


def test_the_document_names_every_field() -> None:
    plain = json.loads(as_json(compared(recorded("numpy"), recorded("torch"))))
    case = plain["cases"][0]
    arrays = case["arrays"]["dW1"]
    for field in (*plain, *case, *case["controls"][0], *arrays, *arrays["apart"]):
        assert f"{field}`" in DOCUMENT or f"{field}[]`" in DOCUMENT, field


# --- what is recorded -----------------------------------------------------------------------


def test_a_file_with_trace_is_recorded_and_what_it_does_not_do_is_counted() -> None:
    request = Request(("ragged", "tanh-hidden"), 0, ("float64",), 0)
    record, failed = taken(PythonFile("spec.py", ROOT / "examples" / "spec.py"), request)
    (run,) = record.runs
    assert (run.case, run.candidate, run.target) == ("tanh-hidden", "spec.py", "spec.py")
    assert failed == {"spec.py: spec.py does not do it": 1}


def test_a_program_that_fails_is_a_sentence() -> None:
    with pytest.raises(BackproofError, match="Nothing was recorded of false: "):
        taken(Program("false"), ASKED)


# --- from outside -------------------------------------------------------------------------------


def run_command(*words: str, cwd: Path, tell: str = "") -> tuple[int, str, str]:
    code = (
        f"import sys\nsys.argv = {['backproof', *words]}\n"
        "from backproof.cli import main\n"
        "try:\n    main()\nexcept SystemExit as done:\n    code = done.code\n"
        f"{tell}\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_compare_needs_no_torch(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(rendered(recorded("numpy")))
    (tmp_path / "b").write_bytes(rendered(recorded("torch")))
    (tmp_path / "c").write_bytes(rendered(spoiled(recorded("torch"), "dW2", 1 + 1e-9)))
    code, out, err = run_command("compare", "a", "b", "--json", "c.json", cwd=tmp_path, tell=TELL)
    assert (code, err) == (0, "")
    assert out.splitlines()[-2:] == ["agree", "[]"]
    assert json.loads((tmp_path / "c.json").read_text())["exit_code"] == 0
    code, out, err = run_command("compare", "a", "c", cwd=tmp_path, tell=TELL)
    assert (code, err, out.splitlines()[-2:]) == (1, "", ["differ", "[]"])
    assert "(first, against the second)" in out
    code, out, err = run_command("compare", "a", "nothing", cwd=tmp_path)
    assert (code, out) == (2, "")
    assert err == "backproof: Cannot read nothing: No such file or directory.\n"


def test_the_test_sees_torch(tmp_path: Path) -> None:
    """The test, tested: recording does load torch."""
    words = "record", "dead", "--twin", "torch", "--dtype", "float64", "-o", "x"
    code, out, err = run_command(*words, cwd=tmp_path, tell=TELL)
    assert (code, err) == (0, "")
    assert out.splitlines() == ["1 run, 13 arrays: x", "['torch', 'impl_torch']"]
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("record raged -o x", "There is no case 'raged'"),
        ("record ragged", "Missing option '--output'"),
        ("record ragged -o x --twin jax", "--twin is numpy or torch"),
        ("record ragged -o x --twin numpy --cmd true", "--twin is numpy or torch"),
        ("record ragged -o no/x", "Cannot write no/x: No such file"),
        ("record ragged -o x --target nothing.py", "nothing.py is not there"),
        ("record ragged -o x --dtype float16", "There is no dtype 'float16'"),
        ("compare a", "Missing argument 'B'"),
    ],
)
def test_a_request_that_makes_no_sense_is_one_sentence(
    words: str,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    from backproof import cli

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["backproof", *words.split()])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    out, err = capsys.readouterr()
    assert (stop.value.code, out) == (2, "")
    assert err.startswith(f"backproof: {sentence}")
    assert not list(tmp_path.iterdir())


def test_a_run_is_described_by_words() -> None:
    run: Run = recorded("numpy").runs[0]
    assert run.settings["learning_rate"] == "0.1"
    assert run.settings["layer_dims"] == "5-7-3-2"
