"""The versions that backproof needs, and those that are here."""

import platform
import re
from importlib.metadata import PackageNotFoundError, version

from backproof.errors import BackproofError

OLDEST = {"torch": (2, 11), "numpy": (2, 0)}  # as in pyproject.toml


def version_of(package: str) -> str:
    """Return the version of an installed package, or "not installed"."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def in_words() -> str:
    """Return "backproof 0.1.0, torch 2.13.0, numpy 2.4.6, Python 3.11.7"."""
    found = [f"{name} {version_of(name)}" for name in ("backproof", *OLDEST)]
    return ", ".join([*found, f"Python {platform.python_version()}"])


def refuse_old() -> None:
    """Raise BackproofError where a package is older than what was tried; one that is absent is not.

    pip sees to this, other installers may not.
    """
    for package, oldest in OLDEST.items():
        here = version_of(package)
        numbers = re.match(r"(\d+)\.(\d+)", here)
        if numbers and tuple(map(int, numbers.groups())) < oldest:
            wanted = ".".join(map(str, oldest))
            raise BackproofError(
                f"{package} {here} is too old: install {package} {wanted} or newer, for example "
                f"with pip install '{package}>={wanted}'."
            )
