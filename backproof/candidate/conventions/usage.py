"""Usage: what the file's own script does with its network."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from backproof.candidate.conventions.calls import parameters_of
from backproof.candidate.conventions.names import UPDATE, plain, role_of, size_role
from backproof.candidate.conventions.players import is_initialiser
from backproof.candidate.conventions.reading import Reading
from backproof.candidate.loading import Construction


def outputs_in_use(
    text: str, constructions: Sequence[Construction], reading: Reading, namespace: dict[str, Any]
) -> int | None:
    """Return the number of outputs in NeuralNetwork([784, 30, 10]) or init_params(2, 4, 1).

    The script's calls count, then the defaults of the arguments; None where neither tells.
    """
    if reading.name:
        made = [(list(c.args), c.keywords) for c in constructions if c.name == reading.name]
        function = namespace[reading.name]
    else:
        made = list(_initialised(text))
        function = None
    for args, keywords in made:
        count = _last_count([*args, *keywords.values()])
        if count is not None:
            return count
    for parameter in parameters_of(function) if function else []:
        if size_role(parameter.name) == "output" and isinstance(parameter.default, int):
            return parameter.default
    return None


def _initialised(text: str) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """Yield the literal arguments of every call of an initialising function."""
    for node in ast.walk(_tree(text)):
        match node:
            case ast.Call(func=ast.Name(id=name)) if is_initialiser(name):
                yield [_literal(arg) for arg in node.args], {}


def scopes(text: str) -> tuple[frozenset[str], ...]:
    """Return, for each function of a text and for its top level, the names it calls."""
    tree = _tree(text)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return tuple(frozenset(_called(node)) for node in (*functions, tree))


def _called(scope: ast.AST) -> Iterator[str]:
    """Yield the functions and methods that a scope calls, those inside functions left out."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.Call):
            yield _name_of(node)
        yield from _called(node)


def _tree(text: str) -> ast.Module:
    """Return the syntax tree of a text, lines of a notebook's magics left out; empty if none."""
    lines = ("" if line.lstrip().startswith(("%", "!", "?")) else line for line in text.split("\n"))
    try:
        return ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.List | ast.Tuple):
        return [_literal(part) for part in node.elts]
    return node.value if isinstance(node, ast.Constant) else None


def _last_count(values: list[Any]) -> int | None:
    """Return the last whole number of a list of sizes, or of at least two sizes in a row."""
    for value in values:
        if isinstance(value, list | tuple) and len(value) > 1:
            last = value[-1]
            return last if _is_count(last) else None
    counts = [value for value in values if _is_count(value)]
    return counts[-1] if len(counts) >= 2 and counts[-1] is values[-1] else None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def ascends(text: str) -> bool:
    """Return whether a file adds learning rate times gradient to its weights, and never subtracts.

    Then what it calls a gradient, or delta, is a step downhill.
    """
    return set(_steps(_tree(text))) == {True}


def stepping(text: str) -> frozenset[str]:
    """Return the functions of a text that take a step: W - learning_rate * dW, or plus."""
    functions = [node for node in ast.walk(_tree(text)) if isinstance(node, ast.FunctionDef)]
    return frozenset(function.name for function in functions if any(True for _ in _steps(function)))


def _steps(tree: ast.AST) -> Iterator[bool]:
    """Yield, for each step that is added to something or subtracted, whether it goes uphill."""
    for node in ast.walk(tree):
        match node:
            case ast.AugAssign(target=target, op=ast.Add() | ast.Sub(), value=step):
                steps = _is_step(step) or (_is_weight(target) and _has_gradient(step))
            case ast.BinOp(op=ast.Add() | ast.Sub(), right=step):
                steps = _is_step(step)
            case _:
                continue
        if steps:
            turned = any(isinstance(part, ast.USub) for part in ast.walk(step))
            yield isinstance(node.op, ast.Add) != turned


def _is_step(node: ast.expr) -> bool:
    """Return whether an expression is learning rate times something."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return False
    names = list(_names(node))
    if any(role_of(name, UPDATE) == "learning_rate" for name in names):
        return True
    return any(len(name) == 1 for name in names) and _has_gradient(node)


def _is_weight(node: ast.expr) -> bool:
    return any(re.match(r"_*(w|weight|theta|syn)", name, re.IGNORECASE) for name in _names(node))


def _has_gradient(node: ast.expr) -> bool:
    return any(re.match(r"_*(d(el)?_?(w|b)|grad|delta|nabla)", n, re.I) for n in _names(node))


def _names(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        name = getattr(part, "id", getattr(part, "attr", ""))
        if isinstance(name, str) and name:
            yield name


def one_at_a_time(text: str, forward: Iterable[str], learning: Iterable[str]) -> bool:
    """Return whether a loop hands single examples to the network.

    for x, y in zip(X, Y): net.backward(x, y), or for i in range(m): net.forward(X[i]); a loop that
    only shows predictions, for row in data: net.forward(row), does not count.
    """
    passes, learners = set(forward), set(learning)
    for loop in ast.walk(_tree(text)):
        if not isinstance(loop, ast.For):
            continue
        targets = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
        for node in ast.walk(loop):
            match node:
                case ast.Call(args=args) if _name_of(node) in learners:
                    found = any(_is_element(a, targets) or _is_example(a, targets) for a in args)
                case ast.Call(args=args) if _name_of(node) in passes:
                    found = any(_is_element(argument, targets) for argument in args)
                case _:
                    found = False
            if found:
                return True
    return False


def counts_examples(text: str, learning: Iterable[str]) -> bool:
    """Return whether what learns asks how many examples it has, or sums over an axis of them.

    m = X.shape[0], np.sum(delta, axis=0): then it means a batch, whatever shapes come out of it.
    """
    learners = set(learning)
    bodies = [
        node
        for node in ast.walk(_tree(text))
        if isinstance(node, ast.FunctionDef) and node.name in learners
    ]
    return any(_is_count_of(part) for body in bodies for part in ast.walk(body))


def _is_count_of(node: ast.AST) -> bool:
    match node:
        case ast.Subscript(value=ast.Attribute(attr="shape")):
            return True
        case ast.Call(keywords=keywords) if _name_of(node) in ("sum", "mean", "average"):
            return any(keyword.arg == "axis" for keyword in keywords)
    return False


EXAMPLES = ("x", "xi", "xy", "sample", "example", "input", "inputs", "record", "row")


def _is_element(argument: ast.expr, targets: set[str]) -> bool:
    """Return whether an argument is X[i], i being what the loop counts with."""
    if not isinstance(argument, ast.Subscript):
        return False
    index = argument.slice.elts[0] if isinstance(argument.slice, ast.Tuple) else argument.slice
    return isinstance(index, ast.Name) and index.id in targets and len(index.id) == 1


def _is_example(argument: ast.expr, targets: set[str]) -> bool:
    """Return whether an argument is x, one of what the loop runs over."""
    name = argument.id if isinstance(argument, ast.Name) else ""
    return name in targets and plain(name) in EXAMPLES


def _name_of(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))
