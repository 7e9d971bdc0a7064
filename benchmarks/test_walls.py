"""What the walls cost a file: a program that does nothing, with them and without, in turn.

Run it with `pytest benchmarks/test_walls.py --benchmark-enable -s`.
"""

import statistics
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from backproof.candidate import walls
from backproof.candidate.sandbox import Limits, run_limited

MOST = 10e-3  # seconds more a file
PAIRS = 60
NOTHING = [sys.executable, "-I", "-S", "-c", ""]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")


def seconds(folder: Path) -> float:
    began = time.perf_counter()
    outcome = run_limited(NOTHING, folder, Limits())
    took = time.perf_counter() - began
    assert outcome.code == 0, outcome
    return took


def test_the_walls_cost_little(
    benchmark: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here = walls.found()
    apart: list[float] = []

    def pair() -> None:
        took = {}
        order = ((), here) if len(apart) % 2 else (here, ())
        for layers in order:
            monkeypatch.setattr(walls, "found", lambda layers=layers: layers)
            took[layers] = seconds(tmp_path)
        apart.append(took[here] - took[()])

    pair()
    apart.clear()
    benchmark.pedantic(pair, rounds=PAIRS, iterations=1)
    middle = statistics.median(apart)
    assert len(apart) == (PAIRS if benchmark.enabled else 1)
    if benchmark.enabled:
        benchmark.extra_info["more a file, milliseconds"] = 1e3 * middle
        quarters = statistics.quantiles(apart, n=4)
        words = ", ".join(f"{1e3 * one:.1f}" for one in quarters)
        print(f"\nthe walls cost a file {words} ms more (quartiles of {len(apart)} pairs)")  # noqa: T201
        assert middle < MOST
