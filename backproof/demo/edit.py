"""An edit: the lines of a right network that a mistake replaces."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """How a mistake is written down by hand.

    lines    step -> template; see fragments.py for the places in a template
    network  a key of NETWORKS; empty: the first that takes the mistake
    """

    lines: dict[str, str]
    network: str = ""


def edit(network: str = "", /, **lines: str) -> Edit:
    """Return an edit: `weights_last` stands for the step "weights.last"."""
    updates = {"update_W": "update W", "update_b": "update b"}
    places = ("last", "first", "hidden")
    named = {}
    for step, text in lines.items():
        base, _, place = step.rpartition("_")
        named[updates.get(step, f"{base}.{place}" if place in places and base else step)] = text
    return Edit(named, network)
