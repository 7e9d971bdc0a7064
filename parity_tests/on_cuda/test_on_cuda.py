"""What runs on a device has run here, with the CPU in its place; each part has tripped once."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import typer

from parity_tests.on_cuda import bars, page, run, speed
from parity_tests.on_cuda.run import STEPS, Step, all_of, environment

RUNS = [Path("docs/cuda/first"), Path("docs/cuda/second")]


def stood_in(code: str) -> subprocess.CompletedProcess[str]:
    """Run a program with the CPU in CUDA's place."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment(dry=True) | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_every_step_runs_from_the_first_line_to_the_last(tmp_path: Path) -> None:
    outcomes = all_of(STEPS, tmp_path, dry=True, say=lambda _: None)
    assert [(one.name, one.words) for one in outcomes] == [(s.name, "done") for s in STEPS]
    written = {path.name for path in tmp_path.iterdir()}
    assert len(written) <= 8
    assert written >= {f"{name}.json" for name in ("machine", "steps", "check", "bars", "speed")}
    assert {one["verdict"] for one in json.loads((tmp_path / "bars.json").read_text())} == {"agree"}
    measured = speed.read(tmp_path / "speed.json")
    assert {t.implementation for t in measured.timings if t.samples} >= set(speed.EVERY_MODE)
    assert page.block([tmp_path]).count("\n|") > 20


def test_what_fails_or_hangs_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    steps = [
        Step("fails", "parity_tests.on_cuda.nowhere", 60),
        Step("hangs", "timeit -n 1 -r 1 -s pass __import__('time').sleep(60)", 1),
        Step("runs", "timeit -n 1 -r 1 pass", 60),
    ]
    said: list[str] = []
    outcomes = all_of(steps, tmp_path, dry=False, say=said.append)
    assert [one.words for one in outcomes] == ["exit code 1", "its time was up", "done"]
    assert "No module named parity_tests.on_cuda.nowhere" in outcomes[0].tail[-1]
    assert outcomes[1].seconds < 30  # it is not waited for, and would have slept a minute
    assert len(json.loads((tmp_path / "steps.json").read_text())) == 3
    assert said[0] == "fails ..."


def test_no_device_is_said(monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for options, words in (({}, "finds no CUDA device here"), ({"only": ["x"]}, "no step 'x'")):
        with pytest.raises(typer.Exit) as ended:
            run.main(tmp_path / "none", **options)
        assert ended.value.exit_code == 2
        assert words in capsys.readouterr().out
    assert not (tmp_path / "none").exists()


def test_a_folder_that_cannot_be_had_is_said(capsys: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(typer.Exit) as ended:
        run.main(tmp_path / "file" / "results", dry=True)
    assert ended.value.exit_code == 2
    assert "give another folder" in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r"holds no steps\.json: give folders that"):
        page.main([tmp_path])


# --- the stand-in ----------------------------------------------------------------------------


MIXED = """
import torch
there, here = torch.ones(3, device="cuda"), torch.ones(3)
assert (there.device.type, here.device.type, (there + 1).device.type) == ("cuda", "cpu", "cuda")
assert there.cpu().numpy().sum() == 3
{line}
"""


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("there + there.mean() + torch.ones(())", ""),
        ("there + here", "expected all tensors to be on the same device"),
        ("torch.nn.functional.linear(there, here[None])", "all tensors to be on the same device"),
        ("there.numpy()", "can't convert cuda:0 device type tensor to numpy"),
    ],
)
def test_a_tensor_on_the_wrong_device_is_found(line: str, error: str) -> None:
    done = stood_in(MIXED.format(line=line))
    assert (done.returncode, error in done.stderr) == (int(bool(error)), True)


FAULTY = """
import pytest, torch
import impl_torch.modes as modes
{fault}
raise SystemExit(pytest.main(["-q", "-W", "default", "-m", "cuda", "-p", "no:cacheprovider", "-x",
    "parity_tests/test_modes.py", "-k", "{chosen}"]))
"""
KEPT = "torch.optim.SGD.zero_grad = lambda self, set_to_none=True: None"
LEFT = """
def to(self, *where, moved=torch.Tensor.to, **options):
    return self if self.ndim < 2 else moved(self, *where, **options)
torch.Tensor.to = to
"""


@pytest.mark.parametrize(("fault", "code"), [("", 0), (KEPT, 1), (LEFT, 1)])
def test_a_fault_in_a_mode_trips_the_tests(fault: str, code: int) -> None:
    """Gradients that are never set to zero; biases that stay on the CPU."""
    done = stood_in(FAULTY.format(fault=fault, chosen="graph and (replayed or ragged)"))
    assert done.returncode == code, done.stdout + done.stderr


# --- bars ------------------------------------------------------------------------------------


def test_a_wrong_kernel_is_not_called_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bars, "DEVICE", "cpu")
    chosen = next(c for c in bars.COMPUTATIONS if c.name == "batched product")
    assert bars.judged(chosen, "bfloat16").verdict == "agree"

    def halved(function: Any, _: str) -> Any:
        return lambda *inputs: function(*inputs) / 2

    monkeypatch.setattr(bars, "there", halved)
    found = bars.judged(chosen, "bfloat16")
    assert found.verdict == "differ"
    assert "an error of" in found.said


def test_bars_too_wide_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A control that is not caught makes the step fail."""
    monkeypatch.setattr(bars, "agrees", lambda *_: True)
    monkeypatch.setattr(bars, "DEVICE", "cpu")
    monkeypatch.setattr(bars, "everything", lambda _: iter([bars.judged(chosen, "float32")]))
    chosen = next(c for c in bars.COMPUTATIONS if c.name == "softmax")
    assert bars.main(tmp_path / "bars.json", dry=True) == 1
    (found,) = json.loads((tmp_path / "bars.json").read_text())
    assert found["missed"][0] == "output halved"


# --- the page --------------------------------------------------------------------------------


def test_the_page_says_what_was_measured() -> None:
    text = page.PAGE.read_text("utf-8")
    assert text == page.written(text, page.block(RUNS))


def test_the_page_follows_the_numbers() -> None:
    result = page.one(RUNS)
    timings = [
        replace(t, samples=tuple(2 * s for s in t.samples))
        if t.implementation == "cuda graph"
        else t
        for t in result.timings
    ]
    changed = replace(result, timings=tuple(timings))
    assert list(page.times(changed)) != list(page.times(result))


@pytest.mark.parametrize(
    ("clause", "code"),
    [("", 0), ("W1 is wrong: actual 1, expected 2", 1), ("it kept 9.00 threads busy, where", 0)],
)
def test_what_is_wrong_is_refused_where_nothing_is_timed(
    clause: str, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    timing = replace(page.one(RUNS).timings[0], refused=clause)
    found = replace(page.one(RUNS), timings=(timing,))
    monkeypatch.setattr(speed, "result_of", lambda *_: found)
    assert speed.main(tmp_path / "speed.json", dry=True) == code
    assert speed.main(tmp_path / "speed.json", dry=False) == int(bool(clause))
