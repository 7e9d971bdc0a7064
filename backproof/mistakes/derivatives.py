"""Mistakes of the derivatives of hidden activations."""

import numpy as np

from backproof.mistakes.mistake import Applies, Mistake, has_hidden, hidden_of
from backproof.mistakes.planting import derivative, hidden_delta
from backproof.mistakes.watching import Pass
from backproof.trace import Array
from impl_numpy import (
    Steps,
    leaky_relu_derivative,
    relu,
    relu_derivative,
    sigmoid_derivative,
    tanh_derivative,
)
from impl_numpy.activations import HIDDEN
from impl_numpy.steps import replace

DZ = "dZ = dA * g'(Z)"


def _last_hidden_of(*names: str) -> Applies:
    return lambda case: case.depth > 1 and case.hidden_layers[-1] in names


def _squared(steps: Steps, _: Pass) -> Steps:
    return replace(steps, hidden_delta=lambda dA, g: steps.hidden_delta(dA, g) * g)


def _wrong_layer(Z: Array, g: str, at: Pass) -> Array:
    above = at.Z[at.layer + 1]
    return HIDDEN[g].derivative(above) if above.shape == Z.shape else HIDDEN[g].derivative(Z)


MISTAKES = (
    Mistake(
        "no-derivative",
        "the derivative of the hidden activation is missing",
        DZ,
        "dZ = dA",
        "conventions 13, 24; datascience.stackexchange.com/q/120115, Grokking-Deep-Learning#50",
        derivative(lambda Z, *_: np.ones_like(Z)),
        has_hidden,
    ),
    Mistake(
        "relu-derivative-at-least",
        "the ReLU's derivative is taken as A >= 0, which is true of every activation",
        "g'(Z) = 1 where Z > 0, else 0",
        "g'(Z) = 1 where A >= 0, else 0",
        "conventions 25; Grokking-Deep-Learning#13, deep-learning-from-scratch#43",
        derivative(
            lambda Z, g, _, right: (relu(Z) >= 0).astype(Z.dtype) if g == "relu" else right(Z, g)
        ),
        hidden_of("relu"),
    ),
    Mistake(
        "no-derivative-last-hidden",
        "the derivative of the last hidden activation is missing, those below are there",
        DZ,
        "dZ_{L-1} = dA_{L-1}",
        "conventions 11; stats.stackexchange.com/q/550353",
        derivative(
            lambda Z, g, at, right: np.ones_like(Z) if at.layer == at.depth - 1 else right(Z, g)
        ),
        has_hidden,
    ),
    Mistake(
        "no-derivative-first",
        "the derivative of the first hidden activation is missing, those above are there",
        DZ,
        "dZ_1 = dA_1",
        "",
        derivative(lambda Z, g, at, right: np.ones_like(Z) if at.layer == 1 else right(Z, g)),
        has_hidden,
    ),
    Mistake(
        "sigmoid-derivative",
        "the hidden layers get the derivative of the sigmoid, which is not their activation",
        DZ,
        "dZ = dA * s(Z) (1 - s(Z)), s the sigmoid",
        "conventions 1; Kulbear/deep-learning-coursera#8",
        derivative(lambda Z, *_: sigmoid_derivative(Z)),
        hidden_of("relu", "tanh", "leaky_relu"),
    ),
    Mistake(
        "relu-derivative",
        "the hidden layers get the derivative of the ReLU, which is not their activation",
        DZ,
        "dZ = dA * (Z > 0)",
        "",
        derivative(lambda Z, *_: relu_derivative(Z)),
        hidden_of("sigmoid", "tanh", "leaky_relu"),
    ),
    Mistake(
        "tanh-derivative",
        "the hidden layers get the derivative of the tanh, which is not their activation",
        DZ,
        "dZ = dA * (1 - tanh(Z)^2)",
        "",
        derivative(lambda Z, *_: tanh_derivative(Z)),
        hidden_of("sigmoid", "relu", "leaky_relu"),
    ),
    Mistake(
        "sigmoid-of-activation",
        "a (1 - a), right for a sigmoid, is taken of the activation of another kind",
        DZ,
        "dZ = dA * A (1 - A)",
        "conventions 1, 23",
        derivative(lambda _, __, at, ___: at.A[at.layer] * (1 - at.A[at.layer])),
        hidden_of("tanh", "relu", "leaky_relu"),
    ),
    Mistake(
        "tanh-of-activation",
        "1 - a^2, right for a tanh, is taken of the activation of another kind",
        DZ,
        "dZ = dA * (1 - A^2)",
        "",
        derivative(lambda _, __, at, ___: 1 - at.A[at.layer] ** 2),
        hidden_of("sigmoid", "relu", "leaky_relu"),
    ),
    Mistake(
        "derivative-of-activation",
        "the derivative of the hidden activation is taken at A, which already is activated, and "
        "not at Z",
        DZ,
        "dZ = dA * g'(A)",
        "conventions 23; farzaa/SimpleMultilayerPerceptron#3, BoltzmannEntropy/interviews.ai#4",
        derivative(lambda _, g, at, right: right(at.A[at.layer], g)),
        hidden_of("sigmoid", "tanh"),
    ),
    Mistake(
        "activation-formula-of-z",
        "the derivative's formula in terms of the activation is used on Z",
        "g'(Z) = a (1 - a) or 1 - a^2, a = g(Z)",
        "g'(Z) = Z (1 - Z) or 1 - Z^2",
        "conventions 23",
        derivative(
            lambda Z, g, _, right: {"sigmoid": Z * (1 - Z), "tanh": 1 - Z * Z}.get(g, right(Z, g))
        ),
        hidden_of("sigmoid", "tanh"),
    ),
    Mistake(
        "tanh-not-squared",
        "the derivative of the tanh lacks its square",
        "g'(Z) = 1 - tanh(Z)^2",
        "g'(Z) = 1 - tanh(Z)",
        "",
        derivative(lambda Z, g, _, right: 1 - np.tanh(Z) if g == "tanh" else right(Z, g)),
        hidden_of("tanh"),
    ),
    Mistake(
        "sigmoid-not-one-minus",
        "the derivative of the sigmoid lacks its factor 1 - s",
        "g'(Z) = s (1 - s)",
        "g'(Z) = s",
        "",
        derivative(lambda _, g, at, right: at.A[at.layer] if g == "sigmoid" else right(_, g)),
        hidden_of("sigmoid"),
    ),
    Mistake(
        "relu-derivative-other-side",
        "the ReLU's derivative is 1 on the wrong side of 0",
        "g'(Z) = 1 where Z > 0, else 0",
        "g'(Z) = 1 where Z < 0, else 0",
        "conventions 25",
        derivative(lambda Z, g, _, right: (Z < 0).astype(Z.dtype) if g == "relu" else right(Z, g)),
        hidden_of("relu"),
    ),
    Mistake(
        "leaky-derivative",
        "the ReLU gets the derivative of a leaky one",
        "g'(Z) = 1 where Z > 0, else 0",
        "g'(Z) = 1 where Z > 0, else 0.01",
        "",
        derivative(lambda Z, g, _, right: leaky_relu_derivative(Z) if g == "relu" else right(Z, g)),
        hidden_of("relu"),
    ),
    Mistake(
        "relu-for-its-derivative",
        "the activation itself stands where its derivative belongs",
        DZ,
        "dZ = dA * A",
        "conventions 25",
        derivative(lambda _, __, at, ___: at.A[at.layer].copy()),
        has_hidden,
    ),
    Mistake(
        "derivative-at-error",
        "the derivative is taken of the error that comes from above instead of the activation",
        DZ,
        "dZ = dA (1 - dA)",
        "conventions 22; datascience.stackexchange.com/q/20139",
        hidden_delta(lambda dA, *_: dA * (1 - dA)),
        has_hidden,
    ),
    Mistake(
        "derivative-twice",
        "the derivative of the hidden activation is multiplied in twice",
        DZ,
        "dZ = dA * g'(Z) * g'(Z)",
        "",
        _squared,
        hidden_of("sigmoid", "tanh"),
    ),
    Mistake(
        "derivative-of-layer-above",
        "the derivative is taken at the Z of the layer above, where its shape fits",
        "dZ_l = dA_l * g'(Z_l)",
        "dZ_l = dA_l * g'(Z_{l+1})",
        "",
        derivative(lambda Z, g, at, _: _wrong_layer(Z, g, at)),
        lambda case: any(
            n == above for n, above in zip(case.layer_dims[1:], case.layer_dims[2:], strict=False)
        ),
    ),
)
