"""Mistakes of what is propagated from the output to the hidden layers."""

import numpy as np

from backproof.mistakes.mistake import Mistake, both, has_hidden
from backproof.mistakes.planting import propagated

MISTAKES = (
    Mistake(
        "raw-error-propagated",
        "the raw error, and not the delta of the output layer, is propagated to the hidden layers",
        "dA_{L-1} = W_L^T dZ_L",
        "dA_{L-1} = W_L^T (A - Y)",
        "conventions 18; stackoverflow.com/q/53287032",
        lambda steps, at: propagated(
            lambda W, dZ, _: steps.propagated_delta(
                W, at.A[at.depth] - at.Y if at.layer == at.depth - 1 else dZ
            )
        )(steps, at),
        both(has_hidden, lambda case: case.output != "identity" and "squared" in case.loss),
    ),
    Mistake(
        "raw-error-times-two-propagated",
        "dJ/dA, and not the delta of the output layer, is propagated to the hidden layers",
        "dA_{L-1} = W_L^T dZ_L",
        "dA_{L-1} = W_L^T 2 (A - Y)",
        "conventions 18",
        lambda steps, at: propagated(
            lambda W, dZ, _: steps.propagated_delta(
                W, 2 * (at.A[at.depth] - at.Y) if at.layer == at.depth - 1 else dZ
            )
        )(steps, at),
        both(
            has_hidden,
            lambda case: (
                case.output != "identity" and case.loss in ("squared_error", "mean_squared_error")
            ),
        ),
    ),
    Mistake(
        "delta-not-propagated",
        "the deltas of the layer above are summed without their weights",
        "dA_l = W_{l+1}^T dZ_{l+1}",
        "dA_l[j] = sum_i dZ_{l+1}[i]",
        "conventions 36",
        propagated(lambda W, dZ, _: np.ones_like(W).T @ dZ),
        has_hidden,
    ),
    Mistake(
        "hidden-gradient-zero",
        "nothing reaches the hidden layers: their gradients are zero",
        "dA_l = W_{l+1}^T dZ_{l+1}",
        "dA_l = 0",
        "conventions 37",
        propagated(lambda W, dZ, _: 0 * (W.T @ dZ)),
        has_hidden,
    ),
)
