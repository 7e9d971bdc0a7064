"""Habits do not change the verdict: three right and three wrong networks, written in many ways."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backproof.own import judging
from backproof.own.trials import trials
from parity_tests.meta.strangers import Stranger, judged

NETWORKS = {
    "tanh": Stranger("tanh", "sigmoid"),
    "relu-softmax": Stranger("relu", "softmax"),
    "regression": Stranger("sigmoid", "identity"),
    "no-mean": Stranger("tanh", "sigmoid", "no mean"),
    "mask-dropped": Stranger("relu", "softmax", "mask dropped"),
    "wrong-slope": Stranger("sigmoid", "identity", "slope of the activation"),
}
ORDERS = [
    ("X", "Y", "parameters", "cache"),
    ("A2", "Y", "X", "cache", "parameters"),
    ("X", "Y", "cache", "parameters"),
    ("cache", "parameters", "Y", "X"),
]
KEYS = [("w{}", "b{}"), ("weights{}", "biases{}"), ("W_{}", "b_{}"), ("weight{}", "bias{}")]
HABITS: list[dict[str, Any]] = [
    *({"backward": order} for order in ORDERS),
    *({"keys": keys} for keys in KEYS),
    *({"grads": words} for words in ("{}", "grad_{}", "d_{}")),
    *({"cache": kind} for kind in ("tuple", "list")),
    *({"bias": shape} for shape in ("(n,)", "(1, n)", "none")),
    *({"cost": where} for where in ("first", "last")),
    *({"update": how} for how in ("in place", "none")),
    {"data": "rows", "bias": "(n,)"},
    {"data": "rows", "bias": "(1, n)"},
    {"data": "rows outside"},
    {"held": "class"},
]
CHOICES: dict[str, list[Any]] = {
    "backward": ORDERS,
    "keys": KEYS,
    "grads": ["d{}", "{}", "grad_{}"],
    "cache": ["dict", "tuple", "list"],
    "bias": ["(1, n)", "(n,)", "none"],
    "cost": ["apart", "first", "last"],
    "update": ["new", "in place"],
    "data": ["columns", "rows", "rows outside"],
    "held": ["functions", "class"],
}


def variants() -> list[Any]:
    """Return every habit in a right and a wrong network, then many at once in each network."""
    right = [name for name, network in NETWORKS.items() if not network.fault]
    wrong = [name for name, network in NETWORKS.items() if network.fault]
    found = []
    for k, habits in enumerate(HABITS):
        found += [(names[k % 3], habits) for names in (right, wrong)]
    for name, network in NETWORKS.items():
        labels = "integers" if network.output == "softmax" else "vector"
        found.append((name, {"labels": labels}))
        found.append((name, {"labels": labels, "data": "rows", "bias": "(1, n)"}))
    rng = np.random.default_rng(0)
    for name in [*NETWORKS] * 6:
        found.append(
            (name, {w: values[rng.integers(len(values))] for w, values in CHOICES.items()})
        )
    return [
        pytest.param(dataclasses.replace(NETWORKS[name], **habits), id=f"{name}-{_words(habits)}")
        for name, habits in found
    ]


def _words(habits: dict[str, Any]) -> str:
    return "-".join(" ".join(v) if isinstance(v, tuple) else str(v) for v in habits.values())


@pytest.fixture(autouse=True)
def _two_layers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "trials", lambda seed: [t for t in trials(seed) if t.depth == 2])


@pytest.mark.parametrize("stranger", variants())
def test_a_habit_does_not_change_the_verdict(stranger: Stranger, tmp_path: Path) -> None:
    report = judged(stranger.text(), tmp_path)
    differing = {f.name for c in report.judged for v in c.verdicts for f in v.findings} - {
        f.name for c in report.judged for v in c.verdicts for f in v.findings if f.agrees
    }
    gradients = {name for name in differing if name[0] == "d"}
    assert gradients == set(stranger.wrong), report.reading
    assert differing <= gradients | {name[1:] for name in gradients}
    assert report.verdict == ("differ" if stranger.wrong else "agree")
    assert f"{stranger.hidden}, {stranger.output}; " in report.reading
