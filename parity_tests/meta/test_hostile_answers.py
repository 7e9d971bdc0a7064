"""Answers full of rubbish: whatever numbers a file sends, the judge has a verdict or a sentence."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from backproof.candidate.letters import Answer
from backproof.errors import BackproofError
from backproof.own import judging
from backproof.own.trials import Trial, trials
from backproof.report.json import as_json
from backproof.report.model import Report
from backproof.report.notebook import as_html
from backproof.report.text import print_report
from backproof.trace import Trace, trace_names
from backproof.verdict import TargetReport

TRIALS = [trial for trial in trials(0) if trial.depth == 2]
RUBBISH = {
    "ordinary": lambda a: a,
    "float32": lambda a: a.astype(np.float32),
    "float16": lambda a: a.astype(np.float16),
    "integers": lambda a: (9 * a).astype(int),
    "bytes": lambda a: (9 * abs(a)).astype(np.uint8),
    "booleans": lambda a: a > 0,
    "complex": lambda a: a + 1j * a,
    "nan": lambda a: a * np.nan,
    "infinite": lambda a: np.full(a.shape, -np.inf),
    "huge": lambda a: np.sign(a) * 1e308,
    "tiny": lambda a: np.sign(a) * 1e-310,
    "zero": np.zeros_like,
    "empty": lambda a: np.zeros((0, 3)),  # noqa: ARG005
    "a number": lambda a: np.array(1.0),  # noqa: ARG005
    "deeper": lambda a: a[None],
    "transposed": lambda a: a.T,
}


def shape(name: str, trial: Trial) -> tuple[int, ...]:
    layer = int(name.lstrip("ZAWbdcost") or 0)
    if name == "cost":
        return ()
    units = trial.layer_dims[layer]
    if name[0] in "ZA":
        return units, trial.m
    return (units, trial.layer_dims[layer - 1]) if "W" in name else (units, 1)


def rubbish(rng: np.random.Generator, kinds: list[str], trial: Trial, kept: float) -> Trace:
    """Return a trace; every weight gradient is there, and a share of all the rest."""
    trace = {}
    for name in trace_names(trial.depth):
        kind = RUBBISH[kinds[rng.integers(len(kinds))]]
        if name[:2] == "dW" or rng.random() < kept:
            trace[name] = kind(rng.normal(size=shape(name, trial)))
    return trace


def judged(path: Path, monkeypatch: pytest.MonkeyPatch, **fields: Any) -> TargetReport:
    """Judge an answer as if a file had given it, and write every kind of report."""
    names = tuple(TRIALS[0].inputs.parameters)
    usual = {
        "words": "functions",
        "calls": "forward",
        "learning_rate": 0.5,
        "outputs": None,
        "notes": (),
        "parameters": {trial.name: names for trial in TRIALS},
        "again": {},
    }
    answer = Answer(**(usual | {"again": fields.get("traces", {})} | fields))
    monkeypatch.setattr(judging, "answer_of", lambda *arguments: answer)  # noqa: ARG005
    path.write_text("def forward(X): ...\n")
    report = judging.judge_file(path, "", ["float64"], 0, [])
    print_report(Report([report]), Console(file=io.StringIO()))
    json.dumps(as_json(Report([report])), allow_nan=False)
    assert "backproof" in as_html(Report([report]))
    return report


@pytest.mark.parametrize("kind", RUBBISH)
def test_rubbish_of_one_kind_differs(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    traces = {trial.name: rubbish(rng, [kind], trial, 1.0) for trial in TRIALS}
    assert judged(tmp_path / "my_net.py", monkeypatch, traces=traces).verdict == "differ"


@pytest.mark.parametrize("seed", range(24))
def test_rubbish_of_all_kinds_differs(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(seed)
    some = [trial for trial in TRIALS if rng.random() < 0.6] or TRIALS[:1]
    traces, again = (
        {trial.name: rubbish(rng, list(RUBBISH), trial, rng.random()) for trial in some}
        for _ in range(2)
    )
    if seed % 3 == 0:
        traces = {name: trace | {"recovered": np.array(1.0)} for name, trace in traces.items()}
    report = judged(
        tmp_path / "my_net.py",
        monkeypatch,
        traces=traces,
        again=again if seed % 2 else traces,
        learning_rate=[None, 0.5, 1e-300, 9e5][seed % 4],
        outputs=[None, 1, 3, -5, 0][seed % 5],
    )
    assert report.verdict == "differ"


@pytest.mark.parametrize(
    "trace",
    [{}, {"recovered": np.array(1.0)}, {"Z9": np.ones((3, 9))}, {"AW1": np.ones((3, 9))}],
    ids=["nothing", "only a mark", "a layer too many", "no name"],
)
@pytest.mark.parametrize("rate", [None, 0.5])
def test_nothing_to_be_judged_is_said(
    trace: Trace, rate: float | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    traces = {trial.name: trace for trial in TRIALS}
    with pytest.raises(BackproofError, match=r"^my_net\.py: "):
        judged(tmp_path / "my_net.py", monkeypatch, traces=traces, learning_rate=rate)
