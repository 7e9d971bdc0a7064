"""Differences that are known, and why they are not mended: a TOML file that is committed.

[[excuse]]
case = "digits"          # patterns, as for file names; what is left out is "*"
dtype = "float32"
array = "later W*"
reason = "the update is computed in half precision on purpose, see #12"
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from backproof.errors import BackproofError
from backproof.gate.judgement import Complaint, Place

PATTERNS = Place._fields
KEYS = ("reason", *PATTERNS)


@dataclass(frozen=True)
class Excuse:
    """One known difference: a pattern for each part of a Place, a reason, the line it starts at."""

    patterns: Place
    reason: str
    line: int

    def covers(self, place: Place) -> bool:
        """Tell whether every part of a place matches."""
        return all(map(fnmatchcase, place, self.patterns))

    @property
    def words(self) -> str:
        """Return what it is called in a sentence."""
        named = [word for word in self.patterns if word != "*"]
        return f"the excuse in line {self.line} ({', '.join(named) or 'for everything'})"


def read_excuses(path: Path) -> tuple[Excuse, ...]:
    """Return the excuses in a file; none where there is no such file.

    Raises BackproofError, naming the line, where it is no TOML, where a key is unknown, or where an
    excuse gives no reason.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise BackproofError(f"Cannot read the excuses {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BackproofError(f"The excuses {path} are no TOML: {error}.") from error
    for key in tables:
        if key != "excuse" or not isinstance(tables[key], list):
            where = f"{path}, line {_line(text, key)}"
            raise BackproofError(
                f"{where}: '{key}' is unknown: each excuse begins with [[excuse]]."
            )
    starts = [n for n, line in enumerate(text.splitlines(), 1) if _opens(line)]
    return tuple(_excuses(path, text, tables.get("excuse", []), starts))


def _excuses(path: Path, text: str, tables: list[Any], starts: list[int]) -> Iterator[Excuse]:
    if len(tables) != len(starts) or not all(isinstance(table, dict) for table in tables):
        raise BackproofError(f"The excuses {path} are to be written as [[excuse]], a line each.")
    for table, start in zip(tables, starts, strict=True):
        for key, value in table.items():
            where = f"{path}, line {_line(text, key, start)}"
            if key not in KEYS:
                raise BackproofError(
                    f"{where}: an excuse has no '{key}'; it has {', '.join(KEYS)}."
                )
            if not isinstance(value, str) or not value.strip():
                raise BackproofError(f"{where}: {key} is to be a text that is not empty.")
        if "reason" not in table:
            raise BackproofError(f"{path}, line {start}: the excuse gives no reason; give one.")
        yield Excuse(_patterns(table), table["reason"], start)


def _patterns(table: Mapping[str, str]) -> Place:
    return Place(*(table.get(part, "*") for part in PATTERNS))


def _opens(line: str) -> bool:
    return re.match(r"\s*\[\[\s*[\"']?excuse[\"']?\s*\]\]", line) is not None


def _line(text: str, key: str, start: int = 1) -> int:
    """Return the first line from `start` on in which a key stands."""
    for number, line in enumerate(text.splitlines(), 1):
        if number >= start and re.match(rf"\s*\[*\s*[\"']?{re.escape(key)}\b", line):
            return number
    return start


def not_needed(
    excuses: Iterable[Excuse], judged: Iterable[Place], differing: Iterable[Place], whole: bool
) -> Iterator[Complaint]:
    """Yield a complaint for each excuse that this run shows to be superfluous.

    judged, differing  the arrays that were compared, and those of them that do not agree
    whole              every case of these targets was run: an excuse that covers nothing there
                       names nothing
    """
    there, bad = list(judged), list(differing)
    targets = {place.target for place in there}
    for excuse in excuses:
        if any(excuse.covers(place) for place in bad):
            continue
        place = Place(excuse.patterns.target)
        if any(excuse.covers(one) for one in there):
            yield _superfluous(excuse, place, "all that it covers agrees")
        elif whole and any(fnmatchcase(target, excuse.patterns.target) for target in targets):
            yield _superfluous(excuse, place, "there is nothing that it covers")


def _superfluous(excuse: Excuse, place: Place, why: str) -> Complaint:
    sentence = f"{excuse.words} is no longer needed: {why}; remove it"
    return Complaint("excuse", place, sentence)
