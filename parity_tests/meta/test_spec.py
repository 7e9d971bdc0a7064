"""Python files with trace(case): one process runs all cases, and none harms another."""

from pathlib import Path

import pytest

from backproof import judge
from backproof.candidate import NOT_RUN, spec
from backproof.candidate.loading import read_source
from backproof.candidate.sandbox import Limits, Outcome
from backproof.candidate.spec import has_trace
from backproof.cases import case_named
from backproof.suite.request import Request
from backproof.suite.target import PythonFile
from backproof.suite.tasks import Task, gathered
from backproof.verdict import CaseReport, TargetReport

EXAMPLES = Path(__file__).parents[2] / "examples"
THREE = ("one-layer", "dead", "ragged")
NET = """
import numpy as np
CALLS = []
open('missing.csv')
def trace(case):
    W, b, X, Y = case.parameters['W1'], case.parameters['b1'], case.X, case.Y
    A = 1 / (1 + np.exp(-(W @ X + b)))
    dW = (A - Y) @ X.T / X.shape[1] if len(case.layer_dims) == 2 else None
"""


def written(folder: Path, body: str) -> Path:
    """Write a file that computes A and dW of one layer, and then does what `body` says."""
    path = folder / "my_net.py"
    path.write_text(NET + "".join(f"    {line}\n" for line in body.splitlines()))
    return path


def reported(path: Path, *names: str, dtypes: tuple[str, ...] = ("float64",)) -> TargetReport:
    target, request = PythonFile(path.name, path), Request(names, 0, dtypes, 0)
    return gathered([Task(target, request)], {0: target.judge(request)})[0]


def judged(path: Path, name: str = "one-layer", dtype: str = "float64") -> CaseReport:
    (case,) = reported(path, name, dtypes=(dtype,)).cases
    return case


def differing(case: CaseReport) -> set[str]:
    return {f.name for v in case.verdicts for f in v.findings if f.verdict == "differ"}


# --- one case ---------------------------------------------------------------------------------


def test_the_example_agrees() -> None:
    case = judged(EXAMPLES / "spec.py", "tanh-hidden", "float32")
    assert [f.name for f in case.verdicts[0].findings] == ["A1", "A2", "dW2", "db2", "dW1", "db1"]
    assert case.verdict == "agree"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("return {'A1': A, 'dW1': dW}", set()),
        ("return {'A1': A.tolist(), 'dW1': dW}", set()),
        ("import torch\nreturn {'dW1': torch.from_numpy(dW)}", set()),
        ("dW.flags.writeable = False\nreturn {'dW1': dW}", set()),
        ("return {'dW1': np.asfortranarray(dW), 'A1': A[:, ::-1][:, ::-1]}", set()),
        ("X *= 0\nreturn {'A1': A, 'dW1': dW}", set()),
        ("return {'cost': float(-np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A)))}", set()),
        ("return {'A1': A, 'dW1': -dW}", {"dW1"}),
        ("return {'A1': A, 'dW1': dW.T}", {"dW1"}),
        ("return {'A1': A, 'dW1': dW.astype(np.float32)}", {"dW1"}),
        ("return {'A1': A, 'dW1': dW * np.nan}", {"dW1"}),
        ("return {'dW1': X}", {"dW1"}),
        ("return {'dW1': dW, 'W1': W}", {"W1"}),
        ("CALLS.append(1)\nreturn {'A1': A * len(CALLS), 'dW1': dW}", set()),
    ],
)
def test_what_a_spec_returns_is_judged(body: str, wrong: set[str], tmp_path: Path) -> None:
    case = judged(written(tmp_path, body))
    assert differing(case) == wrong
    assert (case.verdict == "agree") == (not wrong)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("return [dW]", "Its trace(case) returned a list; return a dict of arrays by name."),
        ("return {'dW1': 'great'}", "Its dW1 has dtype <U5; give numbers."),
        ("return {'dW1': [[1], [1, 2]]}", "Its trace(case) gave dW1, which is no array: ValueErr"),
        ("return {'grad': dW}", "Its trace holds 'grad', which no network of 1 layers has"),
        ("return {'dW2': dW}", "Its trace holds 'dW2'"),
        ("return {}", "Its trace holds no array"),
        ("return 1 / 0", "It raised ZeroDivisionError: division by zero (my_net.py:9)."),
        ("raise ValueError('\\x1b[1mb')", "It raised ValueError: ?[1mb (my_net.py:9)."),
        ("raise SystemExit(0)", "It raised SystemExit: 0 (my_net.py:9)."),
        ("import os\nos._exit(0)", "It ended itself before it was done (os._exit or sys.exit)."),
        ("import os\nos._exit(1)", "It ended itself with exit code 1 (os._exit or sys.exit)."),
        ("import os\nprint('bye\\x1b[1m', file=open(2, 'w'))\nos._exit(65)", "It ended itself wi"),
        ("import ctypes\nctypes.string_at(0)", "It crashed: segmentation fault."),
        ("import planar_utils\nreturn planar_utils.x", "my_net.py needs 'planar_utils', which"),
        ("while True: pass", "It ran for more than 2 seconds and was stopped."),
        ("return np.ones(1 << 36)", "It raised numpy._core._exceptions._ArrayMemoryError: Unabl"),
    ],
)
def test_rubbish_gets_a_sentence(
    body: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spec, "LIMITS", Limits(seconds=2.0))
    report = reported(written(tmp_path, body), "one-layer")
    assert report.cases[0].refused.startswith(sentence)
    where = "" if sentence.startswith("my_net.py") else "my_net.py on case one-layer: "
    assert report.refused.startswith(where + sentence)
    assert report.refused.isprintable()
    assert report.verdict == "cannot judge"


def test_a_spec_may_skip_a_case(tmp_path: Path) -> None:
    report = reported(written(tmp_path, "return None"), *THREE)
    assert {case.skipped for case in report.cases} == {"my_net.py does not do it"}
    assert (report.verdict, report.refused) == ("nothing judged", "")


def test_a_trace_that_cannot_be_defined_says_why(tmp_path: Path) -> None:
    (tmp_path / "my_net.py").write_text("@no_such_thing\ndef trace(case):\n    return {}\n")
    sentence = reported(tmp_path / "my_net.py", *THREE).refused
    assert sentence.startswith("my_net.py: It defines no function trace(case): my_net.py:")
    assert "no_such_thing" in sentence


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("def trace(case): ...", True),
        ("def trace(case, scale=2): ...", True),
        ("def trace(model, X): ...", False),
        ("def trace(): ...", False),
        ("class Net:\n    def trace(case): ...", False),
        ("from numpy import trace", False),
        ("trace = lambda case: {}", False),
        ("if __name__ == '__main__':\n    def trace(case): ...", False),
    ],
)
def test_only_a_function_of_one_argument_is_a_spec(text: str, answer: bool, tmp_path: Path) -> None:
    (tmp_path / "my_net.py").write_text(f"import numpy as np\n{text}\n")
    assert has_trace(read_source(tmp_path / "my_net.py")) == answer


# --- many cases, one process ------------------------------------------------------------------


def test_one_process_runs_all_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it has ended before anything that is expected of it is computed."""
    events = []

    def run_limited(*arguments: object) -> Outcome:
        outcome = ours(*arguments)
        events.append("ended")
        return outcome

    def expectations(case: object, *others: object) -> object:
        events.append("expected")
        return theirs(case, *others)

    ours, theirs = spec.run_limited, judge.expectations
    monkeypatch.setattr(spec, "run_limited", run_limited)
    monkeypatch.setattr(judge, "expectations", expectations)
    body = "return {'A1': A, 'dW1': dW} if len(case.layer_dims) == 2 else None"
    report = reported(written(tmp_path, body), "one-layer", "dead", dtypes=("float64", "float32"))
    assert [case.verdict for case in report.cases] == ["agree", "agree", "skipped", "skipped"]
    assert events == ["ended", "expected", "expected"]


def test_a_case_leaves_nothing_behind_for_the_next(tmp_path: Path) -> None:
    """What a case gives alone, it gives among others: the line that runs it again is true."""
    body = "CALLS.append(1)\nX += 1\nreturn {'A1': A * len(CALLS)}"
    report = reported(written(tmp_path, body), "one-layer", dtypes=("float64", "float32"))
    assert [case.verdict for case in report.cases] == ["agree", "agree"]


def test_a_case_that_fails_harms_no_other(tmp_path: Path) -> None:
    body = "return {'A1': A} if len(case.layer_dims) == 2 else 1 / 0 if case.name == 'dead' else []"
    report = reported(written(tmp_path, body), "dead", "one-layer", "ragged")
    assert [case.verdict for case in report.cases] == ["cannot judge", "agree", "cannot judge"]
    assert "ZeroDivisionError" in report.cases[0].refused
    assert "returned a list" in report.cases[2].refused
    assert (report.verdict, report.refused) == ("cannot judge", "")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("import os\nos._exit(3)", "It ended itself with exit code 3 (os._exit or sys.exit)."),
        ("while True: pass", "It ran for more than 2 seconds and was stopped."),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "A signal ended it: Killed."),
    ],
)
def test_what_was_answered_before_the_end_counts(
    body: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spec, "LIMITS", Limits(seconds=2.0))
    body = f"if case.name == 'one-layer': return {{'A1': A, 'dW1': 2 * dW}}\n{body}"
    report = reported(written(tmp_path, body), *THREE, "tanh-hidden")
    assert [case.verdict for case in report.cases] == ["differ", "cannot judge", *["skipped"] * 2]
    assert report.cases[1].refused == sentence
    assert {case.skipped for case in report.cases[2:]} == {NOT_RUN}
    assert (report.verdict, report.refused) == ("differ", "")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("return [dW]", "my_net.py: Its trace(case) returned a list; return a dict of arrays by n"),
        ("assert len(W) > 90, len(W)", "my_net.py on case one-layer: It raised AssertionError: 1 "),
        ("import os\nos._exit(3)", "my_net.py on case one-layer: It ended itself with exit code 3"),
    ],
)
def test_what_hits_every_case_is_said_once(body: str, sentence: str, tmp_path: Path) -> None:
    report = reported(written(tmp_path, body), *THREE)
    assert report.refused.startswith(sentence)
    assert report.verdict == "cannot judge"
    if "on case" in sentence:
        others = " were not run." if "exit" in sentence else "None of the other cases could be"
        assert others in report.refused


# --- forgeries --------------------------------------------------------------------------------


def test_a_forged_trace_is_no_report(tmp_path: Path) -> None:
    """Whatever else it writes, only the arrays of its trace come back, and they are compared."""
    body = (
        "import pathlib, json\n"
        "for name in ('report.json', 'verdict', 'agree'):\n"
        "    pathlib.Path(name).write_text(json.dumps({'verdict': 'agree'}))\n"
        "print('agree')\nreturn {'dW1': 2 * dW}"
    )
    assert differing(judged(written(tmp_path, body))) == {"dW1"}


@pytest.mark.parametrize(
    "forgery",
    [
        "here.with_suffix('.skipped').touch()",
        "here.with_suffix('.failed').write_text('All agree.')",
        "here.with_suffix('.trace').write_text('agree')",
        "here.with_suffix('.trace').symlink_to('/dev/zero')",
        "here.with_suffix('.skipped').symlink_to('/dev/zero')",
        "(here.parent / '000009.trace').write_text('agree')",
        "(here.parent / '000000.trace').unlink(missing_ok=True)",
        "[p.unlink() for p in here.parent.glob('*.case')]",
        "here.parent.chmod(0)",
        "here.with_suffix('.trace').mkdir()",
        "import os; os.mkfifo(here.with_suffix('.part'))",
    ],
)
def test_a_forged_answer_makes_no_wrong_network_agree(
    forgery: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It forges at the second case: the first was answered, the third is to come."""
    monkeypatch.setattr(spec, "LIMITS", Limits(seconds=3.0))
    body = (
        "import pathlib\nhere = pathlib.Path('000001.case').absolute()\n"
        f"if case.dtype == 'float32' and case.name == 'one-layer': {forgery}\n"
        "return {'A1': 1.5 * A + 1}"
    )
    names, dtypes = ("one-layer", "dead"), ("float64", "float32")
    report = reported(written(tmp_path, body), *names, dtypes=dtypes)
    assert "agree" not in [case.verdict for case in report.cases]
    assert report.verdict in ("differ", "cannot judge")
    assert [case.case for case in report.cases if case.skipped and case.skipped != NOT_RUN] == []


def test_the_worlds_longest_sentence_is_cut(tmp_path: Path) -> None:
    report = reported(written(tmp_path, "raise ValueError('no' * 10**6)"), "one-layer")
    assert len(report.refused) < 200
    assert case_named("one-layer").name in report.refused
