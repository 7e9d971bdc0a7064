"""A small share of the matrix, and the proof that it would see what it is there for."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from unittest.mock import Mock, patch

import pytest

from backproof.candidate import Candidate, Run
from backproof.case import Case, Inputs
from backproof.twins import numpy_candidate
from parity_tests.machines.built import CHANGES, built_case
from parity_tests.machines.fingerprint import fingerprint_under
from parity_tests.machines.rows import OLDEST, ROWS, Row
from parity_tests.machines.run import main, outcome, ran
from parity_tests.machines.sweep import judged_case

BUILT = len(CHANGES)  # the extremes come later


def run(environment: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return done.stdout


def test_right_code_agrees_as_on_the_oldest_machine() -> None:
    words = f"--random 15 --built {BUILT} --seed 7 --jobs 1".split()
    said = run(OLDEST.environment, "parity_tests.machines.sweep", *words)
    assert re.search(rf"^{4 * (15 + BUILT)} verdicts, 0 differ", said)


def test_rows_change_what_is_computed() -> None:
    """A matrix of environment variables that nobody reads would prove nothing."""
    here = fingerprint_under(Row("here", {}))
    assert here == fingerprint_under(Row("again", {"UNREAD": "1"}))
    assert fingerprint_under(OLDEST) not in (here, None)
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_a_row_that_this_processor_cannot_run_is_told_by_its_signal() -> None:
    killed = Row("killed", {"PYTHONPATH": "."})
    with patch.object(subprocess, "run", return_value=Mock(returncode=-signal.SIGILL)):
        assert fingerprint_under(killed) is None
    with patch.object(subprocess, "run", return_value=Mock(returncode=0, stdout="abc\n")):
        assert fingerprint_under(killed) == "abc"


def test_a_row_that_gives_no_fingerprint_has_failed(capsys: pytest.CaptureFixture[str]) -> None:
    killed = Mock(returncode=-signal.SIGKILL, stderr="out of memory", stdout="")
    with patch.object(subprocess, "run", return_value=killed), pytest.raises(SystemExit) as end:
        main(tests=[])
    assert end.value.code == 1
    said = capsys.readouterr().out
    assert "out of memory\nno fingerprint: exit code -9" in said
    assert said.splitlines()[1].strip() == "no fingerprint", "each row is told when it has ended"


@pytest.mark.usefixtures("unexplained")
@pytest.mark.parametrize("number", range(1, 1 + len(CHANGES)))
def test_a_wrong_network_differs_on_each_kind_of_case(number: int) -> None:
    """The planted fault: an output layer's weights a hundredth off."""

    def wrong(case: Case, inputs: Inputs) -> Run:
        L = case.depth
        parameters = {**inputs.parameters, f"W{L}": 1.01 * inputs.parameters[f"W{L}"]}
        return numpy_candidate().run(case, Inputs(parameters, inputs.X, inputs.Y))

    found = judged_case(built_case(3, number), 3, [Candidate("wrong", wrong)])
    assert found.complaints
    assert not judged_case(built_case(3, number), 3, [numpy_candidate()]).complaints


@pytest.mark.parametrize("code", [1, -signal.SIGKILL])
def test_what_ends_without_a_word_has_failed(code: int) -> None:
    with patch.object(subprocess, "run", return_value=Mock(returncode=code, stdout="")):
        said, failed = ran(["pytest"], {})
    assert said == failed.strip() == f"pytest: exit code {code}"
    with patch.object(subprocess, "run", return_value=Mock(returncode=0, stdout="1 passed\n")):
        assert ran(["pytest"], {}) == ("1 passed", "")


def test_what_fails_is_in_the_outcome() -> None:
    failing = outcome(Row("any", {}), ["--random", "1", "--no-such-option"], [])
    assert "No such option" in failing.failed
