"""The judgement on speed, from measurements that are made up: every one knows what is true."""

import math
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from backproof.gate import timing
from backproof.gate.measuring import CHANGE, SAME, SLOWED, Order
from backproof.gate.timing import LIMIT, MARGIN, PROCESSES, Ratios, Timing, compared

ORDER = Order("base", "head", ("a", "b"), ("a",), 2 * LIMIT)


class Machine:
    """A machine that is as noisy as one likes: stands in for the processes.

    truth  workload -> how much slower it is; noise: of one measurement; bias: of one process
    """

    def __init__(self, truth: dict[str, float], noise: float, bias: float = 0.005) -> None:
        self.truth, self.noise, self.bias, self.orders = truth, noise, bias, []
        self.seen = 2 * LIMIT  # what it makes of a planted slowdown
        self.apart = 0.0  # by how much a thing seems slower than itself

    def __call__(self, order: Order) -> Iterator[dict[str, Any]]:
        self.orders.append(order)
        rng = Random(order.seed)
        for name in order.names:
            kinds = {CHANGE: self.truth[name]}
            if name in order.controls:
                kinds |= {SAME: self.apart, SLOWED: self.seen}
            for kind, change in kinds.items():
                bias = rng.gauss(0, self.bias)
                ratios = [change + bias + rng.gauss(0, self.noise) for _ in range(80)]
                yield {"name": name, "kind": kind, "ratios": ratios}


def judged(machine: Machine, monkeypatch: pytest.MonkeyPatch, budget: float = 0.0) -> Timing:
    monkeypatch.setattr(timing, "measured", machine)
    return compared(ORDER, LIMIT, budget)


def test_what_is_as_fast_as_before_is_not_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(Machine({"a": 0.0, "b": 0.0}, noise=0.03), monkeypatch)
    assert found.verdict == "not slower"
    assert len(found.changes["a"].processes) == PROCESSES


@pytest.mark.parametrize("slowdown", [0.05, 0.1, 0.5])
def test_a_slowdown_is_named(slowdown: float, monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(Machine({"a": 0.0, "b": slowdown}, noise=0.03), monkeypatch)
    assert found.verdict == "slower"
    assert {name: r.verdict for name, r in found.changes.items()} == {
        "a": "not slower",
        "b": "slower",
    }
    assert found.changes["b"].change == pytest.approx(math.expm1(slowdown), rel=0.2)


def test_less_than_the_limit_is_no_slowdown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(Machine({"a": 0.0, "b": 0.02}, noise=0.01, bias=0.0), monkeypatch).verdict == (
        "not slower"
    )


def test_a_machine_that_is_too_noisy_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(Machine({"a": 0.0, "b": 0.1}, noise=1.0), monkeypatch)
    assert found.verdict == "undecided"
    assert found.changes["a"].visible > 2 * LIMIT


def test_a_planted_slowdown_that_is_not_seen_decides_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    blind = Machine({"a": 0.0, "b": 0.1}, noise=0.01)
    blind.seen = 0.0
    found = judged(blind, monkeypatch)
    assert (found.verdict, found.believable) == ("undecided", False)
    assert found.changes["b"].verdict == "slower"  # which it alone would not have been trusted with


def test_a_thing_slower_than_itself_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    biased = Machine({"a": 0.0, "b": 0.0}, noise=0.01)
    biased.apart = 0.08
    assert judged(biased, monkeypatch).verdict == "undecided"


def test_what_is_undecided_is_measured_again_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = Machine({"a": 0.0, "b": 0.0}, noise=0.03)
    real = machine.__call__

    def noisy(order: Order) -> Iterator[dict[str, Any]]:
        for found in real(order):
            shaken = len(machine.orders) <= PROCESSES and found["name"] == "b"
            spread = [r * 30 if shaken else r for r in found["ratios"]]
            yield found | {"ratios": spread}

    monkeypatch.setattr(timing, "measured", noisy)
    found = compared(ORDER, LIMIT, budget=60.0)
    assert {order.names for order in machine.orders[:PROCESSES]} == {("a", "b")}
    assert {order.names for order in machine.orders[PROCESSES:]} == {("b",)}
    assert found.verdict == "not slower"
    assert len({order.seed for order in machine.orders}) == len(machine.orders)


def test_nothing_measured_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(order: Order) -> Iterator[dict[str, Any]]:
        yield from ({"name": name, "absent": "base"} for name in order.names)

    monkeypatch.setattr(timing, "measured", absent)
    found = compared(ORDER, LIMIT, 0.0)
    assert (found.verdict, found.absent) == ("nothing measured", {"a": "base", "b": "base"})


def test_both_conditions_are_needed() -> None:
    steady = [[0.025] * 40] * 3  # clears the margin, not the limit
    wild = [[-0.5] * 19 + [0.1] * 21] * 3  # clears the limit, not the margin
    slow = [[0.06] * 40] * 3
    verdicts = []
    for processes in (steady, wild, slow):
        verdicts.append(Ratios("a", CHANGE, LIMIT, tuple(map(tuple, processes))).verdict)
    assert MARGIN < 0.025 < LIMIT
    assert verdicts == ["not slower", "undecided", "slower"]
