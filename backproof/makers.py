"""How a case draws its arrays: (case, generator, dtype) -> Inputs."""

import numpy as np

from backproof import datasets
from backproof.case import PROBABILITIES, Case, Inputs
from backproof.trace import Array


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


def within_reach(case: Case, drawn: Inputs, reach: float = 12.0) -> Inputs:
    """Shrink the output weights until no logit can exceed about `reach`.

    The bound is a product of norms: every activation used is 1-Lipschitz, the ReLUs are 0 at 0, and
    sigmoid and tanh stay below 1.
    """
    parameters = dict(drawn.parameters)
    bound = float(np.linalg.norm(drawn.X, axis=0).max())
    for l in range(1, case.depth + 1):
        if l > 1 and case.hidden_layers[l - 2] in ("sigmoid", "tanh"):
            bound = float(np.sqrt(case.layer_dims[l - 1]))
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        bound = float(np.linalg.norm(W, 2)) * bound + float(np.linalg.norm(b))
    if bound > reach:
        parameters[f"W{case.depth}"] = (W * (reach / bound)).astype(W.dtype)
    return Inputs(parameters, drawn.X, drawn.Y)


def _labels(case: Case, rng: np.random.Generator) -> Array:
    shape = (case.layer_dims[-1], case.m)
    if case.output not in PROBABILITIES:
        return rng.normal(size=shape)
    if case.output == "softmax" or case.loss == "categorical_cross_entropy":
        return np.eye(shape[0])[rng.integers(shape[0], size=shape[1])].T
    return rng.integers(2, size=shape).astype(np.float64)


def _inputs(parameters: dict[str, Array], X: Array, Y: Array, dtype: str) -> Inputs:
    as_dtype = {name: value.astype(dtype) for name, value in parameters.items()}
    return Inputs(as_dtype, X.astype(dtype), Y.astype(dtype))


def notebook_backprop(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:  # noqa: ARG001
    """The arrays of the backpropagation example."""
    parameters = {
        "W1": np.array([[0.1, -0.2], [0.4, 0.5], [-0.3, 0.2], [0.1, -0.5]]),
        "b1": np.zeros((4, 1)),
        "W2": np.array([[0.3, -0.1, 0.2, 0.4]]),
        "b2": np.zeros((1, 1)),
    }
    return _inputs(parameters, *_notebook_data(), dtype)


def _notebook_data() -> tuple[Array, Array]:
    return np.array([[1.0, 2.0, -1.0], [3.0, -1.0, 2.0]]), np.array([[1.0, 0.0, 1.0]])


def notebook_trained(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:  # noqa: ARG001
    """initialize_parameters([2, 4, 1]) with seed 42, on the data of Example 3.7.3."""
    stream = np.random.RandomState(42)
    parameters = {
        "W1": stream.randn(4, 2) * 0.01,
        "b1": np.zeros((4, 1)),
        "W2": stream.randn(1, 4) * 0.01,
        "b2": np.zeros((1, 1)),
    }
    return _inputs(parameters, *_notebook_data(), dtype)


def notebook_xor_like(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    """The four points of the PyTorch training example, with random parameters."""
    drawn = scaled(case, rng, dtype)
    X = np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 1.0, 0.0]])
    return _inputs(dict(drawn.parameters), X, X[:1], dtype)


def saturated(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    """Hidden pre-activations far beyond 1; the output weights scaled to logits of at most 12."""
    drawn = scaled(case, rng, "float64", data=10.0, weights=2.0)
    parameters = dict(drawn.parameters)
    hidden = np.tanh(parameters["W1"] @ drawn.X + parameters["b1"])
    logits = parameters["W2"] @ hidden
    parameters["W2"] *= 12.0 / np.abs(logits).max()
    return _inputs(parameters, drawn.X, drawn.Y, dtype)


def at_kink(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    """Every other example is all zeros and so are the biases."""
    drawn = scaled(case, rng, dtype, biases=0.0)
    X, Y = drawn.X.copy(), drawn.Y.copy()
    X[:, ::2] = 0
    Y[:, ::2] = 1  # one label, or their deltas could cancel and hide what happens at the kink
    return Inputs(drawn.parameters, X, Y)


def dead(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    """Biases of -100 in the first layer."""
    drawn = scaled(case, rng, dtype)
    parameters = dict(drawn.parameters)
    parameters["b1"] = parameters["b1"] - parameters["b1"].dtype.type(100)
    return Inputs(parameters, drawn.X, drawn.Y)


def tiny(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    """Small data and small weights."""
    return scaled(case, rng, dtype, data=1e-4, weights=1e-3, biases=1e-6)


def huge(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    """Data of 1e15, weights of 1e-15 in the first layer."""
    drawn = scaled(case, rng, "float64", data=1e15)
    parameters = dict(drawn.parameters)
    parameters["W1"] = parameters["W1"] * 1e-15
    return _inputs(parameters, drawn.X, drawn.Y, dtype)


def subnormal(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    """Data of a twentieth of the smallest normal number."""
    drawn = scaled(case, rng, "float64")
    X = drawn.X * (0.05 * float(np.finfo(dtype).smallest_normal))
    return _inputs(dict(drawn.parameters), X, drawn.Y, dtype)


def ties(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    """The last layer is all zeros."""
    drawn = scaled(case, rng, dtype)
    parameters = dict(drawn.parameters)
    for name in (f"W{case.depth}", f"b{case.depth}"):
        parameters[name] = np.zeros_like(parameters[name])
    return Inputs(parameters, drawn.X, drawn.Y)


def breast_cancer(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    """Breast Cancer Wisconsin, with random parameters."""
    return _inputs(dict(scaled(case, rng, dtype).parameters), *datasets.breast_cancer(), dtype)


def digits(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    """Digits, with random parameters."""
    return _inputs(dict(scaled(case, rng, dtype).parameters), *datasets.digits(), dtype)
