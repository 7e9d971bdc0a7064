"""Mutants: a module of impl_numpy with one thing in it changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator

from parity_tests.mutation.kinds import KINDS
from parity_tests.mutation.operators import Node

MODULES = ("activations", "arrays", "backward", "forward", "losses", "steps", "training")

Position = tuple[int, int]


@dataclass(frozen=True)
class Mutant:
    """One change: `before` and `after` are the lines it changes, without their indentation."""

    module: str
    function: str  # or class in which it is; "" at the top
    kind: str
    line: int
    column: int
    before: str
    after: str
    source: str  # of the whole module, changed

    @property
    def key(self) -> str:
        """Return what tells this mutant from every other, whatever changes around it."""
        return sha256(f"{self.module}\n{self.source}".encode()).hexdigest()[:16]

    def __str__(self) -> str:
        return f"{self.module}.{self.function}:{self.line}  {self.before}  ->  {self.after}"


def mutants(module: str, source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module's source once, in the order of KINDS.

    Nothing is changed in docstrings, annotations, imports, `__all__`, or the text of an error.
    """
    nodes = list(ast_nodes(get_ast(source)))
    silent = list(_silent_spans(nodes))
    made = {source}
    for name, kind in KINDS.items():
        for operator in kind.operators:
            for occurrence, start in enumerate(_positions(operator, nodes)):
                if any(first <= start < last for first, last in silent):
                    continue
                changed = mutate_code(source, operator, occurrence)
                if changed is not None and changed not in made:
                    made.add(changed)
                    place = _function(nodes, start)
                    lines = _lines(source, changed)
                    yield Mutant(module, place, name, *start, *lines, changed)


def _positions(operator: Operator, nodes: list[Node]) -> Iterator[Position]:
    """Yield where an operator can work, in the order in which mutate_code counts."""
    for node in nodes:
        for start, _ in operator.mutation_positions(node):
            yield start


def _function(nodes: list[Node], position: Position) -> str:
    """Return the name of the function or class around a position."""
    around = [
        node.name.value
        for node in nodes
        if node.type in ("funcdef", "classdef") and node.start_pos <= position < node.end_pos
    ]
    return around[-1] if around else ""


def _silent_spans(nodes: list[Node]) -> Iterator[tuple[Position, Position]]:
    """Yield where no mutant is wanted, as (first, last) positions, the last not included."""
    for node in nodes:
        match node.type:
            case "import_name" | "import_from" | "fstring_format_spec":
                yield node.start_pos, node.end_pos
            case "expr_stmt" if node.get_first_leaf().value == "__all__":
                yield node.start_pos, node.end_pos
            case "simple_stmt" if node.children[0].type == "string":  # a docstring
                yield node.start_pos, node.end_pos
            case "raise_stmt":  # what is raised; that it is raised, is behaviour
                yield node.children[1].start_pos, node.end_pos
            case "annassign":
                yield node.children[1].start_pos, node.children[1].end_pos
            case "param" | "funcdef" if node.annotation is not None:
                yield node.annotation.start_pos, node.annotation.end_pos


def _lines(source: str, changed: str) -> tuple[str, str]:
    """Return the lines that a change takes out, and those it puts in, each as one line."""
    old, new = source.splitlines(), changed.splitlines()
    pieces = [p for p in SequenceMatcher(None, old, new, False).get_opcodes() if p[0] != "equal"]
    _, first, _, start, _ = pieces[0]
    _, _, last, _, end = pieces[-1]
    before, after = (
        " ".join(text.split()) for text in (" ".join(old[first:last]), " ".join(new[start:end]))
    )
    return before, after
