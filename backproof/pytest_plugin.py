"""A plugin of pytest: @backproof.parametrize_with_checks runs a test once for each check."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from backproof.errors import BackproofError


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark that parametrize_with_checks leaves."""
    config.addinivalue_line(
        "markers", "backproof(network, seed, known): run once for each check of a network"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a marked test its checks, each with an id of its own."""
    marks = list(metafunc.definition.iter_markers("backproof"))
    if not marks:
        return
    if "check" not in metafunc.fixturenames:
        raise pytest.UsageError(
            f"{metafunc.definition.nodeid}: parametrize_with_checks hands over `check`: write "
            f"def {metafunc.definition.name}(check)."
        )
    parameters = []
    for mark in marks:
        network = _beside(mark.args[0], metafunc.definition.path)
        parameters += _parameters(network, mark.kwargs["seed"], mark.kwargs["known"])
    metafunc.parametrize("check", parameters)


def _beside(network: str, test: Path) -> str:
    """Return a path relative to the test's file, if there is such a file; else the words."""
    file, colon, name = network.partition(":")
    there = test.parent / file
    return f"{there}{colon}{name}" if there.exists() else network


def _parameters(network: str, seed: int, known: dict[str, str]) -> list[Any]:
    checks = _checks(network, seed)
    names = {word for check in checks for word in (check.name, check.array) if word}
    for word, reason in known.items():
        if word not in names:
            raise pytest.UsageError(
                f"known names '{word}', which is no check of {network}; they are "
                f"{', '.join(check.name for check in checks[:6])}, ..."
            )
        if not reason.strip():
            raise pytest.UsageError(f"known excuses '{word}' without a reason: give one.")
    parameters = []
    for check in checks:
        reason = known.get(check.name) or known.get(check.array) or ""
        excuse = [pytest.mark.xfail(reason=reason, raises=AssertionError, strict=True)]
        parameters.append(pytest.param(check, id=check.name, marks=excuse if reason else ()))
    return parameters


@cache
def _checks(network: str, seed: int) -> list[Any]:
    """Judge a network once, however many tests ask."""
    from backproof.api import check
    from backproof.checks import checks_of
    from backproof.verdict import TargetReport

    try:
        (report,) = check(network, seed=seed).targets
    except BackproofError as error:
        report = TargetReport(network, [], refused=str(error))
    return list(checks_of(report))
