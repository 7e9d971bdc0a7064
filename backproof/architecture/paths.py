"""All activations of a network, as far as its forward pass tells: the paths that are possible."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from backproof.architecture.filled import Path
from backproof.architecture.forward import Options, look
from backproof.architecture.guards import Sizes
from backproof.architecture.observation import Sight
from backproof.architecture.shifts import is_explained, with_guards
from backproof.architecture.stretch import stretches

MANY = 320
FEW = 6  # paths that may have guards: the likeliest


@dataclass(frozen=True)
class Paths:
    """What the forward pass leaves possible.

    likely   the likeliest first
    logits   likely where none of those has a cost or a gradient that fits
    further  worth a look only where none of the likely ones explains cost or gradients
    notes    "hidden", "output" -> why the forward pass does not decide it
    """

    likely: list[Path]
    logits: list[Path]
    further: list[Path]
    notes: dict[str, str]


def find_paths(sights: Sequence[Sight], names: Collection[str]) -> Paths:
    """Return the paths through all layers; sights of one depth, at least one."""
    depth = sights[0].depth
    found = [(stretch, look(sights, stretch, names)) for stretch in stretches(sights)]
    notes: dict[str, str] = {}
    for stretch, options in found:
        if options.note:
            notes.setdefault("output" if stretch.first == depth else "hidden", options.note)
    likely = _joined([options for _, options in found], with_more=False)
    further = _joined([options for _, options in found], with_more=True)
    shown = any(depth in sight.A for sight in sights)
    logits = [path for other in likely for path in _of_logits(other) if shown]
    return Paths(likely, logits, [path for path in further if path not in set(likely)], notes)


def with_their_guards(seen: Sequence[Sight], paths: Paths, sizes: Sizes) -> Paths:
    """Return the paths with the guards of their activations.

    Where no plain activation gives what was computed, those that do so with a guard are meant.
    """
    likely = [with_guards(seen, path, sizes) for path in paths.likely[:FEW]] + paths.likely[FEW:]
    layers = {"output": seen[0].depth, "hidden": 1}
    notes = dict(paths.notes)
    for what in paths.notes:
        explained = [
            path for path in likely if path.guards and is_explained(seen, path, layers[what])
        ]
        if explained:
            likely = explained
            del notes[what]
    return replace(paths, likely=likely, notes=notes)


def _joined(found: list[Options], with_more: bool) -> list[Path]:
    choices = [options.some + (options.more if with_more else []) for options in found]
    whole = [sum(parts, ()) for parts in islice(product(*choices), MANY)]
    return list(dict.fromkeys(Path(names[:-1], names[-1]) for names in whole))


def _of_logits(path: Path) -> list[Path]:
    """Return what the path may be too where the output shown is its input: the logits."""
    if path.output != "identity":
        return []
    return [replace(path, output=output, logits=True) for output in ("softmax", "sigmoid")]
