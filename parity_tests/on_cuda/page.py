"""What came back from a device, as docs/cuda.md: python -m parity_tests.on_cuda.page FOLDER ...

The folders are those that parity_tests.on_cuda.run filled, in the order of the runs; what a later
one measured again counts.  Of docs/cuda.md all between the two MARKS is written anew.  The picture
needs the extra `bench`.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from backproof.bench.result import CUDA_PRODUCTS, Result, Timing
from backproof.bench.tables import micro, size
from backproof.bench.workload import KINDS, Workload
from parity_tests.on_cuda.speed import read, together

PAGE = Path("docs/cuda.md")
MARKS = ("<!-- measured: python -m parity_tests.on_cuda.page -->", "<!-- end of measured -->")
NONE = "–"
EAGER, GRAPH = "cuda eager", "cuda graph"
CPU = ("numpy", "numpy trainer", "torch eager", "torch foreach")
COLUMNS = {
    "fastest on the CPU": CPU,
    "eager": (EAGER,),
    "foreach": ("cuda foreach",),
    "fused": ("cuda fused",),
    "compiled": ("cuda compiled",),
    "graph": (GRAPH,),
    "products alone": (CUDA_PRODUCTS,),
}
PRECISIONS = ("float32", "tf32", "bfloat16", "float16")


def block(folders: Sequence[Path]) -> str:
    """Return what stands between the marks."""
    result = one(folders)
    parts = [
        *machine(folders), *steps(folders), *times(result), *shares(result), *bars(folders),
        *refused(result),
    ]  # fmt: skip
    return "\n".join([MARKS[0], "", *parts, MARKS[1]])


def one(folders: Sequence[Path]) -> Result:
    """Return all runs as one; of what was measured twice, the last that has a time."""
    whole = together([read(f / "speed.json") for f in folders if (f / "speed.json").exists()])
    last: dict[tuple[Workload, str], Timing] = {}
    runs: dict[Workload, list[Timing]] = {}
    for timing in whole.timings:
        runs.setdefault(timing.workload, []).append(timing)
        key = timing.workload, timing.implementation
        if timing.samples or key not in last:
            last[key] = timing
    return replace(whole, timings=tuple(last.values()))


def found(folder: Path, name: str) -> Any:
    path = folder / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else []


def machine(folders: Sequence[Path]) -> Iterator[str]:
    about = next(m for m in (found(folder, "machine") for folder in folders) if m)
    device, driver, packages = about["device"], about["driver"], about["packages"]
    when = read(folders[0] / "speed.json").date[:10]
    clock, version = driver.get("clocks.max.sm", "?"), driver.get("driver_version", "?")
    yield (
        f"{device['name']}, {device['memory']}, driver {version}, SM clock up to {clock}; "
        f"CUDA {device['cuda']}, cuDNN {device['cudnn']}, torch {packages['torch']}, "
        f"numpy {packages['numpy']}, Python {about['environment']['python']}, "
        f"{about['environment']['cores']} CPU cores; {when}."
    )
    yield ""


def steps(folders: Sequence[Path]) -> Iterator[str]:
    """Yield what became of each step: its last words."""
    yield "| run | step | seconds | outcome | its last line |"
    yield "|---|---|---|---|---|"
    for number, folder in enumerate(folders, 1):
        for step in found(folder, "steps"):
            code = step["code"]
            outcome = "time was up" if code is None else f"exit code {code}"
            words = [line for line in step["tail"] if line.strip()]
            last = words[-2] if words[-1] in ("agree", "differ") else words[-1]
            last = NONE if last in "{}" else last.strip("= ")
            took = f"{step['seconds']:.0f}"
            yield f"| {number} | {step['name']} | {took} | {outcome} | {last[:110]} |"
    yield ""


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        return
    yield f"**{title}**"
    yield ""
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def times(result: Result) -> Iterator[str]:
    """Yield a table of times for each kind of workload, and how much faster a captured step is."""
    for kind in KINDS:
        rows = []
        for workload in (w for w in result.workloads if w.kind == kind):
            cells = [cell(result, workload, names) for names in COLUMNS.values()]
            eager, graph = (result.of(name, workload) for name in (EAGER, GRAPH))
            faster = f"{eager.median / graph.median:.1f}" if eager and graph else NONE
            if any(text != NONE for text in cells):
                rows.append([workload.words, *cells, faster])
        head = ["network, batch, precision", *COLUMNS, "eager / graph"]
        yield from table(f"a {kind}, microseconds", head, rows)


def cell(result: Result, workload: Workload, names: Sequence[str]) -> str:
    timed = [t for t in (result.of(name, workload) for name in names) if t]
    return micro(min(t.median for t in timed)) if timed else NONE


def shares(result: Result) -> Iterator[str]:
    """Yield how near wide steps are to the products alone, and to the rate of the device."""
    rows = []
    for workload in (w for w in result.workloads if w.width >= 4096):
        for name in (EAGER, "cuda fused", GRAPH, CUDA_PRODUCTS):
            timing, products = (result.of(n, workload) for n in (name, CUDA_PRODUCTS))
            if timing and products:
                rate = workload.flop / timing.median / 1e12
                share = products.median / timing.median
                peak = result.share_of_peak(timing)
                memory = NONE if timing.memory is None else size(timing.memory)
                rows.append(
                    [workload.words, name.removeprefix("cuda "), micro(timing.median),
                     f"{rate:.0f}", f"{share:.2f}",
                     NONE if peak is None else f"{peak:.2f}", memory]
                )  # fmt: skip
    head = (
        "network, batch, precision",
        "",
        "microseconds",
        "TFLOP/s of the products",
        "share of the products alone",
        "of the largest rate seen",
        "memory it makes",
    )
    yield from table("wide steps", head, rows)


def bars(folders: Sequence[Path]) -> Iterator[str]:
    """Yield a row for each computation: the largest z in each precision."""
    rows: dict[str, dict[str, str]] = {}
    for judged in (one for folder in folders for one in found(folder, "bars")):
        z = max(judged["z"].values(), default=0.0)
        text = judged["verdict"] if judged["verdict"] == "refused" else f"{z:.2g}"
        if judged["verdict"] not in ("agree", "refused"):
            text = f"{judged['verdict']}, {z:.2g}"
        rows.setdefault(judged["name"], {})[judged["precision"]] = text
    cells = [[name, *(row.get(p, NONE) for p in PRECISIONS)] for name, row in rows.items()]
    yield from table("error bars: the largest z, 8 allowed", ("", *PRECISIONS), cells)


def refused(result: Result) -> Iterator[str]:
    """Yield what has no time, in a line."""
    clauses: dict[str, list[str]] = {}
    for timing in result.timings:
        if timing.refused:
            kind = "it kept more threads busy than it may"
            clause = kind if "threads busy" in timing.refused else timing.refused
            clauses.setdefault(clause, []).append(timing.implementation)
    for clause, names in clauses.items():
        several = f"{len(names)} timings" if len(names) > 1 else names[0]
        yield f"Refused a time: {several}: {clause}."
    if clauses:
        yield ""


def written(text: str, measured: str) -> str:
    """Return the page with what is measured in its place."""
    begin, end = text.index(MARKS[0]), text.index(MARKS[1]) + len(MARKS[1])
    return text[:begin] + measured + text[end:]


def main(folders: list[Path]) -> None:
    """Write the page and its picture."""
    for folder in folders:
        if not (folder / "steps.json").is_file():
            sys.exit(f"{folder} holds no steps.json: give folders that `make cuda` has filled.")
    from backproof.bench.pictures import pictures

    PAGE.write_text(written(PAGE.read_text("utf-8"), block(folders)), "utf-8")
    for picture in pictures(one(folders)):
        if picture.name.startswith("time-"):
            Path("docs/cuda", f"{picture.name}.svg").write_text(picture.svg, "utf-8")


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit("Give the folders that `make cuda` has filled, in the order of the runs.")
    main([Path(name) for name in sys.argv[1:]])
