"""What Python code asks backproof: a verdict in a notebook, and one test for each check.

Everything heavy is imported when it is called.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from backproof.errors import BackproofError

if TYPE_CHECKING:
    from backproof.expectation import Expectation
    from backproof.report.model import Report
    from backproof.verdict import TargetReport


def check(network: Any, name: str = "", *, seed: int = 0) -> "Report":
    """Judge a network; the report shows itself in a notebook, and prints as text.

    network  globals(), a module or a class; or the path of a file or notebook, as a str or a Path
    name     of the class or function to choose where there are several
    Raises BackproofError where there is no network that can be read.
    """
    from backproof.report.model import Report

    if isinstance(network, str | Path):
        return Report([_judged_file(f"{network}:{name}" if name else str(network), seed)])
    from backproof.own.judging import judge_live

    if isinstance(network, ModuleType):
        network = vars(network)
    elif isinstance(network, type):
        name = name or network.__name__
        network = {network.__name__: network}
    if not isinstance(network, Mapping):
        raise BackproofError(
            f"backproof.check was given a {type(network).__name__}; give globals(), a class, a "
            "module, or the path of a file."
        )
    return Report([judge_live(network, name, seed)])


def expect(function: Callable[..., Any], *inputs: Any, **options: Any) -> "Expectation":
    """Return what a function or module must give for these inputs, each element with an error bar.

    See backproof.expectation.expect for the options: dtype, gradients, seed.
    """
    from backproof.expectation import expect as expected

    return expected(function, *inputs, **options)


def assert_close(actual: Any, function: Callable[..., Any], *inputs: Any, **options: Any) -> None:
    """Assert that a candidate, or what it returned, is right up to its own rounding.

    actual    what the candidate returned, or the candidate: a function or an nn.Module
    function  the reference; see backproof.expectation.expect for inputs and options
    """
    from backproof.expectation import assert_close as asserted

    asserted(actual, function, *inputs, **options)


def _judged_file(words: str, seed: int) -> "TargetReport":
    from backproof.case import DTYPES
    from backproof.suite.address import located
    from backproof.suite.request import Request
    from backproof.suite.target import PythonFile

    path, name = located(words)
    return PythonFile(words, path, name).judge(Request((), 0, DTYPES, seed))


def parametrize_with_checks(
    network: str | Path, *, seed: int = 0, known: Mapping[str, str] | None = None
) -> Callable[[Any], Any]:
    """Return a decorator that runs a test once for each check of a file; it takes `check`.

        @backproof.parametrize_with_checks("my_net.py", known={"db1": "summed twice; see #12"})
        def test_my_net(check):
            check()

    network  my_net.py, my_net.py:Net or package.module; a path is relative to the test's file
    known    a check, or an array in all of its cases -> why it may fail; once it passes, it fails
    """
    import pytest

    return pytest.mark.backproof(str(network), seed=seed, known=dict(known or {}))
