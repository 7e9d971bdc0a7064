"""The table of cases, and random ones.  Every row says what only it would show."""

from collections.abc import Iterator

import numpy as np

from backproof import datasets
from backproof.case import HIDDEN, LOSSES, Case, Inputs
from backproof.errors import BackproofError
from backproof.trace import Array

# --- makers: how a case draws its arrays -------------------------------------------------------


def ordinary(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    """Standard normal data, weights of gain one, small biases, random labels."""
    return scaled(case, rng, dtype)


def scaled(
    case: Case,
    rng: np.random.Generator,
    dtype: str,
    data: float = 1.0,
    weights: float = 1.0,
    biases: float = 0.1,
) -> Inputs:
    """Return the ordinary arrays times the given scales."""
    parameters = {}
    for l, (n_in, n_out) in enumerate(zip(case.layer_dims, case.layer_dims[1:], strict=False), 1):
        parameters[f"W{l}"] = weights * rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
        parameters[f"b{l}"] = biases * rng.normal(size=(n_out, 1))
    X = data * rng.normal(size=(case.layer_dims[0], case.m))
    return _inputs(parameters, X, _labels(case, rng), dtype)


def _labels(case: Case, rng: np.random.Generator) -> Array:
    shape = (case.layer_dims[-1], case.m)
    if case.loss == "mean_squared_error":
        return rng.normal(size=shape)
    if case.loss == "categorical_cross_entropy":
        return np.eye(shape[0])[rng.integers(shape[0], size=shape[1])].T
    return rng.integers(2, size=shape).astype(np.float64)


def _inputs(parameters: dict[str, Array], X: Array, Y: Array, dtype: str) -> Inputs:
    as_dtype = {name: value.astype(dtype) for name, value in parameters.items()}
    return Inputs(as_dtype, X.astype(dtype), Y.astype(dtype))


def _notebook_backprop(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:  # noqa: ARG001
    parameters = {
        "W1": np.array([[0.1, -0.2], [0.4, 0.5], [-0.3, 0.2], [0.1, -0.5]]),
        "b1": np.zeros((4, 1)),
        "W2": np.array([[0.3, -0.1, 0.2, 0.4]]),
        "b2": np.zeros((1, 1)),
    }
    return _inputs(parameters, *_notebook_data(), dtype)


def _notebook_data() -> tuple[Array, Array]:
    return np.array([[1.0, 2.0, -1.0], [3.0, -1.0, 2.0]]), np.array([[1.0, 0.0, 1.0]])


def _notebook_trained(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:  # noqa: ARG001
    stream = np.random.RandomState(42)  # noqa: NPY002  (the notebook's figures come from it)
    parameters = {
        "W1": stream.randn(4, 2) * 0.01,
        "b1": np.zeros((4, 1)),
        "W2": stream.randn(1, 4) * 0.01,
        "b2": np.zeros((1, 1)),
    }
    return _inputs(parameters, *_notebook_data(), dtype)


def _notebook_xor_like(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    drawn = scaled(case, rng, dtype)
    X = np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 1.0, 0.0]])
    return _inputs(dict(drawn.parameters), X, X[:1], dtype)


def _saturated(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    drawn = scaled(case, rng, "float64", data=10.0, weights=2.0)
    parameters = dict(drawn.parameters)
    hidden = np.tanh(parameters["W1"] @ drawn.X + parameters["b1"])
    logits = parameters["W2"] @ hidden
    parameters["W2"] *= 12.0 / np.abs(logits).max()
    return _inputs(parameters, drawn.X, drawn.Y, dtype)


def _at_kink(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    drawn = scaled(case, rng, dtype, biases=0.0)
    X = drawn.X.copy()
    X[:, ::2] = 0
    return Inputs(drawn.parameters, X, drawn.Y)


def _dead(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    drawn = scaled(case, rng, dtype)
    parameters = dict(drawn.parameters)
    parameters["b1"] = parameters["b1"] - parameters["b1"].dtype.type(100)
    return Inputs(parameters, drawn.X, drawn.Y)


def _tiny(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    return scaled(case, rng, dtype, data=1e-4, weights=1e-3, biases=1e-6)


def _huge(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    drawn = scaled(case, rng, "float64", data=1e15)
    parameters = dict(drawn.parameters)
    parameters["W1"] = parameters["W1"] * 1e-15
    return _inputs(parameters, drawn.X, drawn.Y, dtype)


def _subnormal(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    drawn = scaled(case, rng, "float64")
    X = drawn.X * (0.05 * float(np.finfo(dtype).smallest_normal))
    return _inputs(dict(drawn.parameters), X, drawn.Y, dtype)


def _ties(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    drawn = scaled(case, rng, dtype)
    parameters = dict(drawn.parameters)
    for name in (f"W{case.depth}", f"b{case.depth}"):
        parameters[name] = np.zeros_like(parameters[name])
    return Inputs(parameters, drawn.X, drawn.Y)


def _breast_cancer(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    return _inputs(dict(scaled(case, rng, dtype).parameters), *datasets.breast_cancer(), dtype)


def _digits(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    return _inputs(dict(scaled(case, rng, dtype).parameters), *datasets.digits(), dtype)


# --- the table ---------------------------------------------------------------------------------

BINARY, CATEGORICAL, SQUARED = LOSSES

TABLE: tuple[Case, ...] = (
    Case(
        "notebook-2-4-1",
        "the notebook's backpropagation example, whose gradients are printed there",
        (2, 4, 1),
        3,
        _notebook_backprop,
    ),
    Case(
        "notebook-trained",
        "the notebook's complete network: 10,000 iterations, each judged from its own start",
        (2, 4, 1),
        3,
        _notebook_trained,
        iterations=10_000,
        dtypes=("float64",),
    ),
    Case(
        "notebook-xor-like",
        "the notebook's PyTorch training data: four points, y = x1",
        (2, 4, 1),
        4,
        _notebook_xor_like,
        iterations=50,
    ),
    Case(
        "ragged",
        "no two sizes are equal: a transpose or a wrong axis cannot pass",
        (5, 7, 3, 2),
        11,
        ordinary,
    ),
    Case(
        "one-layer",
        "logistic regression: the output layer is also the first",
        (4, 1),
        7,
        ordinary,
    ),
    Case(
        "one-example",
        "mean and sum over the batch coincide here, and only here",
        (4, 6, 1),
        1,
        ordinary,
    ),
    Case(
        "sigmoid-hidden",
        "a hidden derivative that is neither 0 nor 1",
        (6, 5, 4, 1),
        9,
        ordinary,
        hidden="sigmoid",
    ),
    Case(
        "softmax",
        "three classes: the softmax must run over classes, not examples",
        (5, 6, 3),
        8,
        ordinary,
        hidden="tanh",
        loss=CATEGORICAL,
    ),
    Case(
        "softmax-ties",
        "all logits of an example are equal: every class gets the same probability",
        (5, 4, 3),
        7,
        _ties,
        loss=CATEGORICAL,
        iterations=1,
    ),
    Case(
        "regression",
        "squared error of several outputs: its 2 / n_out shows",
        (3, 8, 4),
        6,
        ordinary,
        hidden="tanh",
        loss=SQUARED,
    ),
    Case(
        "deep",
        "ten layers: errors of every layer reach the first",
        (6, 9, 8, 7, 10, 8, 7, 9, 6, 5, 1),
        13,
        ordinary,
        hidden="tanh",
    ),
    Case(
        "wide",
        "1024 units: long sums, where constants for tolerances fail",
        (20, 1024, 3),
        24,
        ordinary,
        loss=CATEGORICAL,
        iterations=1,
    ),
    Case(
        "saturated",
        "hidden units at exactly 1 or -1, logits up to 12: derivatives that vanish",
        (3, 5, 1),
        9,
        _saturated,
        hidden="tanh",
        iterations=1,
    ),
    Case(
        "at-kink",
        "pre-activations of exactly 0: the ReLU's derivative there is 0, in PyTorch too",
        (4, 6, 5, 1),
        8,
        _at_kink,
        iterations=1,
    ),
    Case(
        "dead",
        "no hidden unit fires: gradients that are exactly zero must be exactly zero",
        (4, 5, 1),
        6,
        _dead,
    ),
    Case(
        "tiny-gradients",
        "gradients of 1e-7 and below: an absolute tolerance would accept anything",
        (5, 6, 4, 1),
        7,
        _tiny,
        hidden="tanh",
    ),
    Case(
        "huge-inputs",
        "data of 1e15, gradients as large: an absolute tolerance would accept nothing",
        (4, 6, 1),
        5,
        _huge,
        learning_rate=1e-30,
    ),
    Case(
        "subnormal-inputs",
        "data below the normal numbers: digits are lost, and only those",
        (4, 6, 1),
        5,
        _subnormal,
        hidden="sigmoid",
    ),
    Case(
        "breast-cancer",
        "real data: Breast Cancer Wisconsin, 569 examples, 30 features, two classes",
        (30, 16, 8, 1),
        569,
        _breast_cancer,
        iterations=20,
    ),
    Case(
        "digits",
        "real data: Digits, 1797 examples, 64 pixels, ten classes",
        (64, 32, 10),
        1797,
        _digits,
        loss=CATEGORICAL,
        iterations=5,
    ),
)


def case_named(name: str) -> Case:
    """Return a case of the table, or random-SEED-N; raise BackproofError for an unknown name."""
    for case in TABLE:
        if case.name == name:
            return case
    parts = name.split("-")
    if len(parts) == 3 and parts[0] == "random" and parts[1].isdigit() and parts[2].isdigit():
        return random_case(int(parts[1]), int(parts[2]))
    raise BackproofError(f"There is no case '{name}': backproof check --list shows them all.")


def random_cases(seed: int, count: int) -> Iterator[Case]:
    """Yield `count` random cases; the same seed gives the same cases."""
    for number in range(count):
        yield random_case(seed, number)


def random_case(seed: int, number: int) -> Case:
    """Return a random case: depth 1 to 5, width 1 to 32, batch 1 to 48, any activation and loss.

    Scales run from 1e-3 to 3 for data and weights; the logits stay within reach of BCELoss, which
    departs from the mathematics where float32 rounds a probability to 1 (docs/differences.md).
    """
    rng = np.random.default_rng([seed, number])
    depth = int(rng.integers(1, 6))
    loss = LOSSES[rng.integers(3)]
    n_out = int(rng.integers(2 if loss == CATEGORICAL else 1, 6))
    dims = (*(int(n) for n in rng.integers(1, 33, size=depth)), n_out)
    data, weights = (float(10 ** rng.uniform(-3, 0.5)) for _ in range(2))

    def make(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
        return scaled(case, rng, dtype, data, weights)

    return Case(
        f"random-{seed}-{number}",
        f"random: data about {data:.0e}, weights about {weights:.0e}",
        dims,
        int(rng.integers(1, 49)),
        make,
        hidden=HIDDEN[rng.integers(3)],
        loss=loss,
        learning_rate=float(10 ** rng.uniform(-3, 0)),
        iterations=2,
    )
