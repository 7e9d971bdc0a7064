"""The mutator mutates, the runner tells killed from survived, the list of survivors is fresh."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("cosmic_ray", reason="cosmic-ray is missing: pip install backproof[mutants]")

from cosmic_ray.mutating import mutate_code

from parity_tests.mutation import operators
from parity_tests.mutation.kinds import KINDS
from parity_tests.mutation.mutants import MODULES, Mutant, mutants
from parity_tests.mutation.page import page
from parity_tests.mutation.run import Results
from parity_tests.mutation.survivors import Survivor, superfluous, survivors, unexplained
from parity_tests.mutation.worker import Outcome, warm

ROOT = Path(__file__).parents[2]
SAMPLE = '''\
"""Not 1 of these > those is changed: A @ B.T."""
__all__ = ["mean"]
TABLE: dict[str, int] = {"mean": 1, "sum": 2}

@dataclass(frozen=True)
def f(A: X | Y, B: int = 0) -> X | Y:
    """Nor is 0.5 here."""
    if A.ndim > 2 and B:
        raise ValueError("2 is not 3", 4)
    for i in range(3):
        p = grads[f"dW{i}"]
    Z = np.sum(A @ B.T, axis=1)
    return -float(Z) * f(A, B)
'''
MADE = list(mutants("sample", SAMPLE))
# kind -> one of its mutants of the sample
EXPECTED = {
    "matrix product": "Z = np.sum(B.T @ A, axis=1)",
    "transpose": "Z = np.sum(A @ B, axis=1)",
    "axis": "Z = np.sum(A @ B.T, axis=0)",
    "function": "Z = np.mean(A @ B.T, axis=1)",
    "comparison": "if A.ndim >= 2 and B:",
    "arithmetic": "return -float(Z) / f(A, B)",
    "operand": "return -float(Z)",
    "sign": "return float(Z) * f(A, B)",
    "number": "for i in range( 4):",
    "truth": "@dataclass(frozen=False)",
    "condition": "if A.ndim > 2 or B:",
    "loop": "for i in []:",
    "decorator": "",
    "left out": "return -Z * f(A, B)",
    "arguments": "return -float(Z) * f(B, A)",
    "table": 'TABLE: dict[str, int] = {"mean": 2, "sum": 1}',
    "name": "TABLE: dict[str, int] = {'sum': 1, \"sum\": 2}",
    "key": 'p = grads[f"db{i}"]',
    "raise": "pass",
}


def test_every_kind_is_expected() -> None:
    assert list(EXPECTED) == list(KINDS)


@pytest.mark.parametrize("kind", EXPECTED)
def test_sample_has_a_mutant_of_each_kind(kind: str) -> None:
    assert EXPECTED[kind] in {m.after for m in MADE if m.kind == kind}


def test_mutants_differ_and_can_be_compiled() -> None:
    assert len({m.source for m in MADE} | {SAMPLE}) == len(MADE) + 1
    assert len({m.key for m in MADE}) == len(MADE)
    for mutant in MADE:
        compile(mutant.source, "sample", "exec")
        line = SAMPLE.splitlines()[mutant.line - 1]
        assert line.strip() in mutant.before


def test_text_and_annotations_are_left_alone() -> None:
    for mutant in MADE:
        for text in ("Not 1 of these > those is changed: A @ B.T", "Nor is 0.5 here", '["mean"]'):
            assert text in mutant.source
        assert ") -> X | Y:" in mutant.source
        assert "(A: X | Y, B: int" in mutant.source
        assert mutant.kind == "raise" or 'ValueError("2 is not 3", 4)' in mutant.source


@pytest.mark.parametrize("operator", operators.Rewriting.__subclasses__())
def test_operator_does_what_its_example_says(operator: type[operators.Rewriting]) -> None:
    for example in operator.examples():
        changed = mutate_code(example.pre_mutation_code, operator(), example.occurrence)
        assert changed == example.post_mutation_code


def planted(module: str, before: str, after: str) -> Mutant:
    source = (ROOT / "impl_numpy" / f"{module}.py").read_text()
    assert source.count(before) == 1
    return Mutant(module, "", "planted", 0, 0, before, after, source.replace(before, after))


RUNNER = """
import json, sys
from parity_tests.mutation.mutants import Mutant
from parity_tests.mutation.worker import outcome, warm
warm()
for row, seconds in json.load(sys.stdin):
    mutant = Mutant(**row) if row else None
    found = outcome(mutant, ["parity_tests/test_guards.py", "parity_tests/test_steps.py"], seconds)
    print(found.state, found.by)
"""


def test_runner_tells_killed_from_survived() -> None:
    """In a process of its own, as it runs: here, impl_numpy is loaded already."""
    unended = planted("training", "L, m = depth", "while True: pass\n    L, m = depth")
    rows = [
        (None, 600),
        (planted("steps", "W @ A_prev + b", "W @ A_prev - b"), 600),
        (planted("steps", "W @ A_prev + b", "b + W @ A_prev"), 600),
        (planted("losses", "np.log1p(-AL)", "np.log1p(AL)"), 600),
        (planted("steps", "return W @ A_prev + b", "return W @ A_prev + c"), 600),
        (unended, 2),
    ]
    text = json.dumps([(mutant and vars(mutant), seconds) for mutant, seconds in rows])
    done = subprocess.run(
        [sys.executable, "-c", RUNNER], input=text, capture_output=True, text=True, cwd=ROOT
    )
    assert done.stdout.splitlines() == [
        "survived ",
        "survived ",
        "survived ",
        "killed test_guards.py",
        "killed test_steps.py",
        "timeout ",
    ], done.stderr


def test_runner_refuses_to_start_where_no_mutant_would_be_imported() -> None:
    import impl_numpy  # noqa: F401

    with pytest.raises(RuntimeError, match=r"impl_numpy.* is loaded"):
        warm()


def test_results_are_kept_and_survivors_tried_again(tmp_path: Path) -> None:
    killed, survived, untried = MADE[:3]
    file = tmp_path / "build" / "mutants.jsonl"
    Results(file).put(killed, Outcome("killed", "test_steps.py"))
    Results(file).put(survived, Outcome("survived"))
    results = Results(file)
    assert results.get(killed) == Outcome("killed", "test_steps.py")
    assert results.get(survived) == Outcome("survived")
    assert results.get(untried) is None
    for row in results.rows.values():
        row["tests"] = "of another day"
    assert results.get(killed) is not None
    assert results.get(survived) is None


def test_survivors_are_lines_of_the_source() -> None:
    texts = {
        module: " ".join((ROOT / "impl_numpy" / f"{module}.py").read_text().split())
        for module in MODULES
    }
    for survivor in survivors():
        assert survivor.before in texts[survivor.module], survivor
        assert survivor.before not in survivor.after
        assert len(survivor.reason.split()) > 5


def test_page_counts_and_misses_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three, four = (replace(mutant, module="steps") for mutant in MADE[:4])
    outcomes = {
        one: Outcome("killed", "test_steps.py"),
        two: Outcome("timeout"),
        three: Outcome("survived"),
        four: Outcome("survived"),
    }
    explained = Survivor("steps", three.function, three.before, (three.after,), "The same number.")
    monkeypatch.setattr("parity_tests.mutation.survivors.survivors", lambda: [explained])
    text = page(outcomes)
    assert "4 mutants: 2 killed, 1 of them by never ending; 2 survive" in text
    assert "each with a reason but 1." in text.replace("\\\n", "")
    assert f"The same number.\n\n* `steps.f`: `{three.before}` → `{three.after}`" in text
    assert f"No reason is given.\n\n* `steps.f`: `{four.before}`" in text


def test_a_reason_is_for_one_change_only() -> None:
    mutant = MADE[0]
    explained = Survivor(
        "sample", mutant.function, mutant.before, (mutant.after,), "The same number."
    )
    assert explained.explains(mutant)
    for other in ({"module": "losses"}, {"function": "g"}, {"before": "x"}, {"after": "x"}):
        assert not explained.explains(replace(mutant, **other))


def test_list_and_survivors_are_to_match(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = MADE[:2]
    explained = Survivor("sample", one.function, one.before, (one.after, "x"), "The same number.")
    monkeypatch.setattr("parity_tests.mutation.survivors.survivors", lambda: [explained])
    assert unexplained([one]) == []
    assert unexplained([one, two]) == [f"survived, and no reason is given: {two}"]
    assert superfluous([one]) == [f"listed, and did not survive: sample.f  {one.before}  ->  x"]
