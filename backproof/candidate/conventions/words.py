"""How a file was read, in words."""

from collections.abc import Sequence

from backproof.candidate.conventions.reading import Reading
from backproof.candidate.conventions.session import Session
from backproof.candidate.conventions.slots import Leaf, is_object


def described(reading: Reading, session: Session) -> str:
    """Return "functions over a dict of W1, b1, W2, b2; features first; weights (n_out, n_in)"."""
    m = session.problem.X.shape[1]
    parts = [f"{_holder(reading, session)} {_listed(_names(session))}", reading.layout.words(m)]
    parts.append(f"weights {'(n_in, n_out)' if session.layers.transposed else '(n_out, n_in)'}")
    if not session.layers.biased:
        parts.append("no bias")
    return "; ".join(parts)


def called(reading: Reading) -> str:
    """Return which functions were called, in order."""
    parts = (reading.forward, reading.cost, reading.backward, reading.train, reading.update)
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _holder(reading: Reading, session: Session) -> str:
    if reading.name:
        return f"class {reading.name} with"
    if is_object(session.root):
        return "layers with"
    whole = isinstance(session.root, dict) and "parameters" in session.known.used
    return "functions over a dict of" if whole else "functions of"


def _names(session: Session) -> list[str]:
    """Return the names of the parameters in the file, one of several that differ by a number."""
    names = []
    for _, paths, _ in session.layers.paths():
        words = Leaf(paths[0], None).words
        names.append(words if is_object(session.root) else Leaf(paths[0], None).name or words)
    return names


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 8 else ", ".join([*names[:4], "...", names[-1]])
