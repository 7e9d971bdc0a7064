"""Mistakes of aliasing: an array that is still needed is overwritten, or is out of date."""

from collections.abc import Callable

from backproof.mistakes.mistake import Mistake, has_hidden
from backproof.mistakes.planting import activation, output_delta
from backproof.mistakes.watching import Pass
from backproof.trace import Array
from impl_numpy import Steps
from impl_numpy.steps import replace


def _in_place(Z: Array, g: Callable[[Array], Array], at: Pass) -> Array:
    if at.is_last:
        return g(Z)
    Z[...] = g(Z)
    return Z


def _output_in_place(Z: Array, g: Callable[[Array], Array], at: Pass) -> Array:
    if not at.is_last:
        return g(Z)
    Z[...] = g(Z)
    return Z


def _delta_over_output(d: Array, A: Array, _: Array, __: Pass) -> Array:
    A[...] = d
    return A


def _delta_over_activation(steps: Steps, at: Pass) -> Steps:
    """Write dA into the cached activation, which the weight gradient above has used already."""

    def wrong(W: Array, dZ: Array) -> Array:
        A = at.A[at.layer]
        A[...] = steps.propagated_delta(W, dZ)
        return A.copy()

    return replace(steps, propagated_delta=wrong)


def _stale_cache(steps: Steps, at: Pass) -> Steps:
    """Keep the activations of the first iteration for every later weight gradient."""

    def wrong(dZ: Array, A: Array) -> Array:
        kept = at.memory.setdefault(("A", at.layer), A.copy())
        return steps.weight_gradient(dZ, kept)

    return replace(steps, weight_gradient=wrong)


MISTAKES = (
    Mistake(
        "activation-in-place",
        "the hidden activation is computed in place, so that the Z kept for the backward pass is "
        "overwritten by A",
        "A = g(Z), and Z stays",
        "Z <- g(Z), A the same array; backward takes g'(A)",
        "conventions 33; deeplearning4j#364",
        activation(_in_place),
        has_hidden,
    ),
    Mistake(
        "output-in-place",
        "the output activation is computed in place, so that Z_L is overwritten by A_L",
        "A_L = g(Z_L), and Z_L stays",
        "Z_L <- g(Z_L), A_L the same array",
        "conventions 33",
        activation(_output_in_place),
        lambda case: case.output in ("sigmoid", "softmax", "tanh"),
    ),
    Mistake(
        "delta-overwrites-output",
        "the output delta is computed in place: the output A_L is destroyed",
        "dZ_L = A_L - Y, and A_L stays",
        "A_L -= Y",
        "",
        output_delta(_delta_over_output),
        lambda _: True,
    ),
    Mistake(
        "delta-overwrites-activation",
        "the delta is written into the cached activation of the hidden layer",
        "dA_l = W_{l+1}^T dZ_{l+1}, and A_l stays",
        "A_l <- W_{l+1}^T dZ_{l+1}",
        "conventions 33",
        _delta_over_activation,
        has_hidden,
    ),
    Mistake(
        "stale-activations",
        "the weight gradients use the activations of the first iteration in every later one",
        "dW_l = 1/m dZ_l A_{l-1}^T, A of this iteration",
        "dW_l = 1/m dZ_l A_{l-1}^T, A of the first iteration",
        "",
        _stale_cache,
        lambda case: case.depth > 1 and case.iterations > 1,
    ),
)
