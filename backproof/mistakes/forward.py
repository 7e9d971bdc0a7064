"""Mistakes of the activations in the forward pass."""

from collections.abc import Callable

import numpy as np

from backproof.case import Case
from backproof.mistakes.mistake import (
    Mistake,
    Plant,
    always,
    both,
    has_hidden,
    hidden_of,
    output_of,
)
from backproof.mistakes.planting import activation
from backproof.mistakes.watching import Pass
from backproof.trace import Array
from impl_numpy import leaky_relu, relu, sigmoid, softmax, tanh

SOFTMAX = "A[i, k] = exp(Z[i, k]) / sum_j exp(Z[j, k])"


def _hidden(of: Callable[[Array, Callable[[Array], Array]], Array]) -> Plant:
    """Compute A of the hidden layers as of(Z, g)."""
    return activation(lambda Z, g, at: g(Z) if at.is_last else of(Z, g))


def _output(of: Callable[[Array, Pass], Array]) -> Plant:
    """Compute A of the last layer as of(Z, at)."""
    return activation(lambda Z, g, at: of(Z, at) if at.is_last else g(Z))


def _swapped(right: Callable[[Array], Array], wrong: Callable[[Array], Array]) -> Plant:
    """Compute `wrong` wherever `right` belongs."""
    return activation(lambda Z, g, _: wrong(Z) if g is right else g(Z))


def _several(case: Case) -> bool:
    return case.output == "softmax" and case.m > 1


MISTAKES = (
    Mistake(
        "softmax-over-examples",
        "the softmax is normalised over the examples instead of the classes",
        SOFTMAX,
        "A[i, k] = exp(Z[i, k]) / sum_k exp(Z[i, k])",
        "conventions 12; kunaldawn.com 76450489",
        _output(lambda Z, _: softmax(Z.T).T),
        _several,
    ),
    Mistake(
        "softmax-over-everything",
        "the softmax is normalised over the whole batch instead of each example",
        SOFTMAX,
        "A[i, k] = exp(Z[i, k]) / sum over all exp(Z)",
        "conventions 12; stats.stackexchange.com/q/550353",
        _output(lambda Z, _: np.exp(Z) / np.exp(Z).sum()),
        _several,
    ),
    Mistake(
        "softmax-not-normalised",
        "the softmax is not normalised: the shifted exponentials are taken for probabilities",
        SOFTMAX,
        "A[i, k] = exp(Z[i, k] - max_j Z[j, k])",
        "",
        _output(lambda Z, _: np.exp(Z - Z.max(axis=0))),
        output_of("softmax"),
    ),
    Mistake(
        "softmax-shift-once",
        "the largest logit is subtracted above the fraction line and not below",
        "A = exp(Z - max) / sum_j exp(Z_j - max)",
        "A = exp(Z - max) / sum_j exp(Z_j)",
        "",
        _output(lambda Z, _: np.exp(Z - Z.max(axis=0)) / np.exp(Z).sum(axis=0)),
        output_of("softmax"),
    ),
    Mistake(
        "softmax-base-2",
        "the softmax takes powers of 2 instead of e",
        SOFTMAX,
        "A[i, k] = 2^Z[i, k] / sum_j 2^Z[j, k]",
        "",
        _output(lambda Z, _: np.exp2(Z) / np.exp2(Z).sum(axis=0)),
        output_of("softmax"),
    ),
    Mistake(
        "sigmoids-for-softmax",
        "the outputs are sigmoids, each by itself, where the cost wants a softmax",
        SOFTMAX,
        "A = 1 / (1 + exp(-Z))",
        "",
        _output(lambda Z, _: sigmoid(Z)),
        output_of("softmax"),
    ),
    Mistake(
        "output-sigmoid-twice",
        "the sigmoid of the output is applied twice",
        "A_L = s(Z_L)",
        "A_L = s(s(Z_L))",
        "conventions 23",
        _output(lambda Z, _: sigmoid(sigmoid(Z))),
        output_of("sigmoid"),
    ),
    Mistake(
        "activation-twice",
        "the hidden activation is applied twice",
        "A = g(Z)",
        "A = g(g(Z))",
        "conventions 23",
        _hidden(lambda Z, g: g(g(Z))),
        hidden_of("sigmoid", "tanh"),
    ),
    Mistake(
        "no-activation",
        "the hidden layers have no activation: the network is linear",
        "A = g(Z)",
        "A = Z",
        "",
        _hidden(lambda Z, _: Z.copy()),
        has_hidden,
    ),
    Mistake(
        "no-output-activation",
        "the output has no activation",
        "A_L = g(Z_L)",
        "A_L = Z_L",
        "",
        _output(lambda Z, _: Z.copy()),
        output_of("sigmoid", "softmax", "tanh"),
    ),
    Mistake(
        "relu-of-minus",
        "the ReLU has the wrong sign",
        "A = max(0, Z)",
        "A = max(0, -Z)",
        "",
        _swapped(relu, lambda Z: np.maximum(0, -Z)),
        hidden_of("relu"),
    ),
    Mistake(
        "absolute-for-relu",
        "the absolute value stands for the ReLU",
        "A = max(0, Z)",
        "A = |Z|",
        "",
        _swapped(relu, np.abs),
        hidden_of("relu"),
    ),
    Mistake(
        "leaky-for-relu",
        "a leaky ReLU stands for the ReLU in the forward pass alone",
        "A = max(0, Z)",
        "A = Z where Z > 0, else 0.01 Z",
        "",
        _swapped(relu, leaky_relu),
        hidden_of("relu"),
    ),
    Mistake(
        "relu-for-leaky",
        "a ReLU stands for the leaky ReLU in the forward pass alone",
        "A = Z where Z > 0, else 0.01 Z",
        "A = max(0, Z)",
        "",
        _swapped(leaky_relu, relu),
        hidden_of("leaky_relu"),
    ),
    Mistake(
        "sigmoid-for-tanh",
        "the hidden layers compute a sigmoid, and their derivative is that of the tanh",
        "A = tanh(Z)",
        "A = 1 / (1 + exp(-Z))",
        "",
        _swapped(tanh, sigmoid),
        hidden_of("tanh"),
    ),
    Mistake(
        "tanh-for-sigmoid",
        "the hidden layers compute a tanh, and their derivative is that of the sigmoid",
        "A = 1 / (1 + exp(-Z))",
        "A = tanh(Z)",
        "",
        _hidden(lambda Z, g: tanh(Z) if g is sigmoid else g(Z)),
        hidden_of("sigmoid"),
    ),
    Mistake(
        "sigmoid-sign",
        "the exponent of the sigmoid has the wrong sign",
        "A = 1 / (1 + exp(-Z))",
        "A = 1 / (1 + exp(Z))",
        "",
        _swapped(sigmoid, lambda Z: sigmoid(-Z)),
        lambda case: case.output == "sigmoid" or "sigmoid" in case.hidden_layers,
    ),
    Mistake(
        "dropout-left-on",
        "every third unit of the hidden layers is switched off: dropout that is left on",
        "A = g(Z)",
        "A = g(Z) * mask",
        "",
        _hidden(lambda Z, g: g(Z) * (np.arange(Z.shape[0]) % 3 > 0)[:, None]),
        has_hidden,
    ),
    Mistake(
        "batch-centred",
        "the pre-activations of the hidden layers lose their mean over the batch before the "
        "activation",
        "A = g(Z)",
        "A = g(Z - mean_k Z[:, k])",
        "",
        _hidden(lambda Z, g: g(Z - Z.mean(axis=1, keepdims=True))),
        both(always, has_hidden),
    ),
)
