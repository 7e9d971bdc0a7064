"""Runs of a gate as files: one a run, so that two runs at once never meet."""

import json
import math
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backproof.errors import MALFORMED, BackproofError
from backproof.gate.judgement import TWINS
from backproof.gate.outcome import Outcome
from backproof.gate.timing import Timing
from backproof.report.files import reserved
from backproof.report.model import environment

VERSION = 1
END = ".run.json"


@dataclass(frozen=True)
class Run:
    """What is kept of one run.

    date      of its end, UTC, ISO 8601
    revision  of the working tree, as git names it; "" outside git
    verdicts  judgement -> green, red or cannot judge
    series    kind (z, sensitivity, ratio) -> name -> number: the largest z and the worst
              sensitivity of each target and precision, and how much slower each workload is than
              in the base revision
    """

    date: str
    revision: str
    verdicts: Mapping[str, str]
    series: Mapping[str, Mapping[str, float]]
    environment: Mapping[str, str]


def run_of(outcome: Outcome, timing: Timing | None, revision: str) -> Run:
    """Return what is kept of an outcome."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    verdicts = {judgement.name: judgement.verdict for judgement in outcome.judgements}
    z: dict[str, float] = {}
    sensitivity: dict[str, float] = {}
    for target in outcome.report.targets:
        for case in target.judged:
            name = f"{target.target or TWINS}, {case.dtype}"
            for finding in (f for v in case.verdicts for f in v.all_findings):
                if math.isfinite(finding.z):
                    z[name] = max(z.get(name, 0.0), finding.z)
                if math.isfinite(finding.sensitivity):
                    sensitivity[name] = max(sensitivity.get(name, 0.0), finding.sensitivity)
    ratio = {name: r.change for name, r in timing.changes.items()} if timing else {}
    series = {"z": z, "sensitivity": sensitivity, "ratio": ratio}
    return Run(now, revision, verdicts, series, environment())


def drawings(folder: Path | None) -> dict[str, Path | None]:
    """Return what is drawn in a folder, which is made where it is not there: format -> file.

    Raises BackproofError where it cannot be made.
    """
    if folder is None:
        return {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BackproofError(
            f"Cannot keep the history in {folder}: {error.strerror}; give --history a folder."
        ) from error
    return {"picture": folder / "trends.svg", "page": folder / "trends.html"}


def append(folder: Path, run: Run) -> Path:
    """Write a run into a folder; return its file.  Raises BackproofError where that fails."""
    stamp = run.date.replace(":", "").replace("-", "").partition("+")[0]
    path = folder / f"{stamp}-{secrets.token_hex(3)}{END}"
    with reserved({"runs": path}, "backproof.gate.history") as files:
        for file in files:
            file.write(run)
    return path


def rendered(run: Run) -> str:
    """Return the text of a run's file."""
    return json.dumps({"version": VERSION, **asdict(run)}, indent=1) + "\n"


def runs_in(folder: Path) -> tuple[list[Run], list[str]]:
    """Return the runs of a folder, the oldest first, and a sentence for each that is unreadable."""
    runs, notes = [], []
    for path in sorted(folder.glob(f"*{END}")):
        try:
            runs.append(_parsed(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, *MALFORMED) as error:
            notes.append(f"{path.name} is no run of the gate, and is left out ({error})")
    return sorted(runs, key=lambda run: run.date), notes


def _parsed(text: Any) -> Run:
    if text["version"] != VERSION:
        raise ValueError(f"its version is {text['version']}")
    series = {
        str(kind): {str(name): float(value) for name, value in numbers.items()}
        for kind, numbers in text["series"].items()
    }
    verdicts, about = (
        {str(k): str(v) for k, v in text[field].items()} for field in ("verdicts", "environment")
    )
    return Run(str(text["date"]), str(text["revision"]), verdicts, series, about)
