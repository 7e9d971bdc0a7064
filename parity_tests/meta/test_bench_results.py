"""A result of the benchmarks: what is read off it, and how it travels."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backproof.bench import sampling
from backproof.bench.crossing import crossing, exponent, sentences
from backproof.bench.implementations import of_file
from backproof.bench.measuring import measured
from backproof.bench.numpy_works import NUMPY
from backproof.bench.order import Order, order_of
from backproof.bench.report.json import rendered
from backproof.bench.result import PRODUCTS, Result, Settings, Timing, parsed, plain, sweeps
from backproof.bench.sampling import result_of
from backproof.bench.tables import missing, tables
from backproof.bench.workload import (
    FORWARD,
    KINDS,
    Workload,
    chosen,
    full,
    quick,
    square,
)
from backproof.errors import BackproofError

BRIEF = Settings(seconds=0.01, fewest=8, warm_up=0.001)
NET = Workload((5, 7, 1), 11, "float64")
WIDE = square(192, 64)

# --- reading a result ------------------------------------------------------------------------


def timing(name: str, workload: Workload, seconds: float, noise: float = 0.01) -> Timing:
    wiggle = [1 + noise * (k % 5 - 2) for k in range(20)]
    return Timing(name, workload, tuple(seconds * w for w in wiggle))


WIDTHS = (16, 64, 256, 512, 1024)


def made_up(**lines: list[float]) -> Result:
    workloads = [square(width, 64) for width in WIDTHS]
    timings = [
        timing(name.replace("_", " "), w, seconds)
        for name, line in lines.items()
        for w, seconds in zip(workloads, line, strict=True)
    ]
    return Result(tuple(timings), Settings(), {"cpu": "x"}, "2026-01-01")


def test_crossing_is_named_in_words() -> None:
    result = made_up(numpy=[1, 2, 3, 8, 30], torch_eager=[9, 9, 9, 6, 20])
    assert sentences(result) == [
        "PyTorch on CPU overtakes NumPy from width 512 at batch 64.",
    ]


def test_the_fastest_mode_counts_at_each_size() -> None:
    result = made_up(
        numpy=[1, 2, 3, 8, 30], torch_eager=[9, 9, 9, 6, 50], torch_fused=[9, 9, 9, 9, 20]
    )
    assert sentences(result) == ["PyTorch on CPU overtakes NumPy from width 512 at batch 64."]


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        (
            [9, 1, 9, 9, 60],
            "does not overtake NumPy up to width 1,024 at batch 64: there it takes 2.00",
        ),
        ([9, 1, 9, 9, 30], "there it takes 1.00 (within the noise) times as long."),
        ([0.5, 1, 2, 4, 20], "is ahead of NumPy at every width at batch 64, up to 1,024"),
        ([0.5, 1, 9, 4, 20], "overtakes NumPy from width 512"),
    ],
)
def test_every_outcome_has_its_sentence(theirs: list[float], words: str) -> None:
    (sentence,) = sentences(made_up(numpy=[1, 2, 3, 8, 30], torch_eager=theirs))
    assert words in sentence


def test_noise_is_no_crossing() -> None:
    workloads = tuple(square(width, 64) for width in WIDTHS)
    rng = np.random.default_rng(0)
    one, other = (
        {
            w.width: Timing(name, w, tuple(np.exp(rng.normal(0, 0.3, 20)) * factor))
            for w in workloads
        }
        for name, factor in (("a", 1.0), ("b", 0.96))
    )
    found = crossing("a", one, "b", other)
    assert found is not None
    assert (found.first, found.everywhere, found.behind) == (None, False, False)


def test_those_that_do_not_overtake_share_a_sentence() -> None:
    result = made_up(
        numpy_trainer=[1, 2, 3, 8, 30],
        torch_eager=[9, 9, 9, 6, 20],
        mine=[9, 9, 9, 9, 30],
        jax_jit=[2, 4, 6, 16, 60],
    )
    assert sentences(result) == [
        "PyTorch on CPU overtakes NumPy's trainer from width 512 at batch 64.",
        "mine and jax jit do not overtake NumPy's trainer up to width 1,024 at batch 64: there "
        "they take 1.00 (within the noise) and 2.00 times as long.",
    ]


def test_precisions_are_named_where_there_are_several() -> None:
    result = made_up(numpy=[1, 2, 3, 8, 30], torch_eager=[9, 9, 9, 6, 20])
    single = [replace(t, workload=replace(t.workload, precision="float64")) for t in result.timings]
    both = replace(result, timings=(*result.timings, *single))
    assert sentences(both) == [
        f"PyTorch on CPU overtakes NumPy from width 512 at batch 64 in {precision}."
        for precision in ("float32", "float64")
    ]


def test_exponent_of_the_upper_half() -> None:
    line = [1.0, 1.0, 16.0, 64.0, 256.0]  # from 256 on as the square
    result = made_up(numpy=[line[0], line[1], 1.0, 4.0, 16.0])
    (sweep,) = sweeps(result)
    assert exponent(result, sweep, "numpy") == pytest.approx(2.0, abs=1e-6)


def test_sizes_that_nobody_was_timed_on_make_no_sweep() -> None:
    result = made_up(numpy=[1, 2, 3, 8, 30])
    absent = [replace(t, samples=(), absent="no device") for t in result.timings]
    assert sweeps(replace(result, timings=tuple(absent))) == []
    few = replace(result, timings=(*result.timings[:3], *absent[3:]))
    assert sweeps(few) == []
    (sweep,) = sweeps(replace(result, timings=(*result.timings[:4], *absent[4:])))
    assert len(sweep.workloads) == 4


def test_ratios_are_of_rounds() -> None:
    """A slow machine in the second half of the rounds moves both, and the ratio not at all."""
    slow = np.repeat([1.0, 7.0], 10)
    a, b = (Timing(n, NET, tuple(s * slow)) for n, s in ((PRODUCTS, 1.0), ("numpy", 4.0)))
    result = Result((a, b), Settings(), {}, "")
    assert result.share(b) == pytest.approx(0.25)


def test_tables_hold_the_numbers_and_what_is_missing() -> None:
    result = made_up(numpy=[1e-6] * 5, torch_eager=[2e-6] * 5)
    absent = Timing("cuda eager", NET, absent="torch finds no CUDA device here", device="cuda")
    refused = Timing("mine", NET, refused="W1 is wrong")
    result = replace(result, timings=(*result.timings, absent, refused))
    times, speed, *_ = tables(result)
    assert times.head == ("network, batch, precision", "numpy", "torch eager")
    assert times.rows[0] == ("16-16-16-1, 64, float32", "1.00", "2.00")
    assert (0, 1) in times.best
    assert speed.rows[0][1:] == ("1.00", "0.50")
    assert list(missing(result)) == [
        "cuda eager: torch finds no CUDA device here",
        "mine on 5-7-1, 11, float64, step: refused: W1 is wrong",
    ]


def test_json_is_pytest_benchmarks(tmp_path: Path) -> None:
    """Its own command reads the file and prints the medians."""
    result = made_up(numpy=[1e-6, 2e-6, 3e-6, 4e-6, 5e-6], torch_eager=[2e-6] * 5)
    path = tmp_path / "0001_run.json"
    path.write_text(rendered(result), "utf-8")
    found = json.loads(path.read_text("utf-8"))
    first = found["benchmarks"][0]
    assert first["stats"]["data"] == list(result.timings[0].samples)
    assert first["stats"]["median"] == pytest.approx(1e-6)
    assert found["machine_info"]["cpu"]["brand_raw"] == "x"
    words = [sys.executable, "-m", "pytest_benchmark", "compare", str(path), "--columns=median"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "numpy[step, 16-16-16-1, 64, float32]" in done.stdout


def test_a_timing_survives_the_way_between_processes() -> None:
    one = replace(timing("numpy", NET, 1e-6), memory=7, clocks={"host": 1.0})
    assert parsed(json.loads(json.dumps(plain(one)))) == one
    order = Order((NET, WIDE), BRIEF, ("a.py",))
    assert order_of(order.text()) == order


# --- workloads, files, the command -----------------------------------------------------------


def test_products_are_counted() -> None:
    assert NET.flop == 2 * 11 * (7 * 5 + 1 * 7 + 7 * 5 + 1 * 7 + 7 * 1)
    assert replace(NET, kind=FORWARD).flop == 2 * 11 * (7 * 5 + 1 * 7)


def test_the_sets_are_what_they_say() -> None:
    everything = full()
    assert {w.width for w in everything} >= {4, 1024, 4096}
    assert {w.m for w in everything} >= {1, 64, 65536}
    assert {w.kind for w in everything} == set(KINDS)
    assert len(set(quick())) == len(quick())
    assert {w.precision for w in everything} == {"float64", "float32", "tf32", "bfloat16"}


def test_what_is_too_much_for_a_cpu_is_not_begun() -> None:
    """Nothing is drawn for it: a width of a million would not fit."""
    huge, reduced = square(10**6, 64), replace(NET, precision="tf32")
    (timing,) = measured(huge, [NUMPY], BRIEF)
    assert "too many for a CPU" in timing.absent
    assert timing.samples == ()
    (timing,) = measured(reduced, [NUMPY], BRIEF)
    assert timing.absent == "tf32 is timed on CUDA only"


def test_some_workloads_are_chosen_by_their_names() -> None:
    assert [w.words for w in chosen(quick(), ["step, 2-4-1"])] == ["2-4-1, 3, float64"]
    assert chosen(quick(), []) == quick()
    with pytest.raises(BackproofError, match="No workload has '9-9'"):
        chosen(quick(), ["2-4-1", "9-9"])


FILE = """
from backproof.bench.numpy_works import _Step
from backproof.bench.work import Implementation
class Bad(_Step):
    def result(self):
        return {name: 1.001 * value for name, value in super().result().items()}
IMPLEMENTATIONS = [Implementation("mine", lambda _, inputs: _Step(inputs)),
                   Implementation("bad", lambda _, inputs: Bad(inputs))]
"""


def test_a_file_adds_its_own_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(FILE, "utf-8")
    heard: list[int] = []
    result = result_of(
        Order((NET,), BRIEF, (str(path),)), lambda found: heard.append(len(found.workloads))
    )
    assert heard == [1]
    assert result.of("mine", NET) is not None
    assert result.of("bad", NET) is None
    assert any(line.startswith("bad on 5-7-1") for line in missing(result))
    assert result.environment["threads"] == "1"
    assert result.environment["torch threads"] == "1"


KILLER = """
import os, signal
from backproof.bench.numpy_works import _Step
from backproof.bench.work import Implementation
def make(workload, inputs):
    if workload.m == 11:
        os.kill(os.getpid(), signal.SIGKILL)
    return _Step(inputs)
IMPLEMENTATIONS = [Implementation("mine", make)]
"""


def test_a_killed_process_harms_one_workload_only(tmp_path: Path) -> None:
    path = tmp_path / "killer.py"
    path.write_text(KILLER, "utf-8")
    nets = [replace(NET, m=m) for m in (3, 11, 5)]
    heard: list[int] = []
    result = result_of(
        Order(tuple(nets), BRIEF, (str(path),)), lambda found: heard.append(len(found.workloads))
    )
    assert heard == [1, 2, 3]
    assert [result.of("mine", net) is not None for net in nets] == [True, False, True]
    (line,) = (line for line in missing(result) if line.startswith("everything"))
    assert "5-7-1, 11, float64" in line
    assert "the measuring process was killed by SIGKILL" in line
    assert result.environment["threads"] == "1"


def test_only_those_that_are_named_take_part(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(FILE, "utf-8")
    result = result_of(Order((NET,), BRIEF, (str(path),), among=("mine", "numpy")))
    names = {timing.implementation for timing in result.timings}
    assert names == {"mine", "numpy", PRODUCTS}


def test_an_interrupted_run_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(FILE, "utf-8")
    nets = tuple(replace(NET, m=m) for m in (3, 11, 5))

    def interrupted(found: Result) -> None:
        if len(found.workloads) == 2:
            raise KeyboardInterrupt

    result = result_of(Order(nets, BRIEF, (str(path),)), interrupted)
    assert [result.of("mine", net) is not None for net in nets] == [True, True, False]
    (line,) = (line for line in missing(result) if line.startswith("everything"))
    assert (
        line == "everything on 5-7-1, 5, float64, step: refused: the run was interrupted before it"
    )
    assert result.environment["threads"] == "1"
    assert rendered(result)


def test_a_run_that_is_interrupted_at_once_has_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Order) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sampling, "_lines", interrupted)
    with pytest.raises(KeyboardInterrupt):
        result_of(Order((NET,), BRIEF))


def test_what_is_too_large_for_a_machine_is_not_tried() -> None:
    wide = square(8192, 1)
    assert wide.parameters == 2 * 8193 * 8192 + 8193
    assert "parameters are too many for a CPU's memory" in NUMPY.why_not(wide)
    assert NUMPY.why_not(square(4096, 64)) == ""
    assert "flop a step are too many" in NUMPY.why_not(square(1024, 65536))


@pytest.mark.parametrize(
    ("text", "words"),
    [("x = 1", "holds no list IMPLEMENTATIONS"), ("1 / 0", "failed: ZeroDivisionError")],
)
def test_a_file_that_adds_nothing_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "bad.py"
    path.write_text(text, "utf-8")
    with pytest.raises(BackproofError, match=words):
        of_file(path)
    with pytest.raises(BackproofError, match="There is no file"):
        of_file(tmp_path / "none.py")


def test_the_process_tells_its_error_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BackproofError, match=r"^There is no file .*none\.py"):
        result_of(Order((NET,), BRIEF, (str(tmp_path / "none.py"),)))
