"""What a whole run found: the reports of its cases, and the verdict over all of them."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from backproof.controls import Control
from backproof.verdict import CaseReport, worst

EXIT_CODES = {"agree": 0, "differ": 1, "undecided": 1, "nothing judged": 2}


@dataclass(frozen=True)
class Report:
    """The reports of all cases, in the order in which they were asked for."""

    cases: list[CaseReport]

    @property
    def controls(self) -> list[Control]:
        """Every fault that was planted."""
        return [c for case in self.cases for v in case.verdicts for c in v.controls]

    @property
    def missed(self) -> list[Control]:
        """The planted faults that were not caught."""
        return [control for control in self.controls if not control.caught]

    @property
    def verdict(self) -> str:
        """The worst verdict; "nothing judged" where a planted fault passed, or none was planted."""
        judged = [case.verdict for case in self.cases if not case.skipped]
        if not judged or self.missed:
            return "nothing judged"
        found = worst(judged)
        return "nothing judged" if found == "agree" and not self.controls else found

    @property
    def exit_code(self) -> int:
        """0 agree, 1 differ or undecided, 2 nothing judged."""
        return EXIT_CODES[self.verdict]

    @property
    def arrays(self) -> int:
        """How many arrays were compared."""
        return sum(len(v.all_findings) for case in self.cases for v in case.verdicts)


def environment() -> dict[str, str]:
    """Return the versions and the machine that a figure depends on."""
    packages = {name: _version(name) for name in ("backproof", "numpy", "torch")}
    return packages | {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cores": str(os.cpu_count()),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
