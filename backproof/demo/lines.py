"""Lines of Python: what a file of any style is put together from."""

from collections.abc import Iterable

from backproof.demo.network import DATA
from backproof.demo.program import Lines, Program

RATE = "0.5"  # the learning rate of every script
STEPS, SHOWN = 3000, 500
INITIAL = "Random weights, zero biases."
FORWARD = "X holds one example a column."
GRADIENTS = "Gradients of the cost, output layer first."
DESCENT = "One step of gradient descent."
IMMEDIATE_DESCENT = "Backpropagation and one step of gradient descent, output layer first."


def definition(name: str, arguments: Iterable[str], body: Iterable[str], says: str = "") -> Lines:
    """Return a function; says is its docstring."""
    words = [f'"""{says}"""'] if says else []
    return [f"def {name}({', '.join(arguments)}):", *indented([*words, *body])]


def indented(lines: Iterable[str]) -> Lines:
    """Return lines four spaces further in."""
    return [f"    {line}" if line else line for line in lines]


def parameters_of(program: Program) -> Lines:
    """Return W1, b1, ..., WL, bL."""
    return [f"{kind}{l}" for l in range(1, program.L + 1) for kind in "Wb"]


def sizes_of(program: Program) -> Lines:
    """Return what the sizes of the layers are called."""
    L = program.L
    return ["n_x", *(["n_h"] if L == 2 else [f"n_h{l}" for l in range(1, L)]), "n_y"]


def drawn(program: Program, name: str) -> str:
    """Return the expression that a parameter starts from."""
    sizes, l = sizes_of(program), int(name[1:])
    if name[0] == "b":
        return f"np.zeros(({sizes[l]}, 1))"
    return f"rng.normal(size=({sizes[l]}, {sizes[l - 1]}))"


def file_of(program: Program, parts: Iterable[Lines], start: str, loop: Lines) -> str:
    """Return a whole file: its functions or class, and the script that trains it.

    start, loop  what the script does before its loop, and in it; the loop finds the cost
    """
    main = [
        'if __name__ == "__main__":',
        *indented(DATA[program.network.data]),
        "",
        f"    {start}",
        f"    for step in range({STEPS + 1}):",
        *indented(indented(loop)),
        f"        if step % {SHOWN} == 0:",
        '            print(f"step {step}: cost {cost:.4f}")',
    ]
    text = "\n\n\n".join("\n".join(part) for part in (*parts, main))
    helpers = ["\n".join(definition(n, ["z"], body)) for n, body in program.helpers(text)]
    layers = "one hidden layer" if program.L == 2 else f"{program.L - 1} hidden layers"
    title = f'"""A network with {layers}, trained by gradient descent."""\n\nimport numpy as np'
    return "\n\n\n".join([title, *helpers, text]) + "\n"
