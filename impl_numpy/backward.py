"""From activations to gradients: the backward pass."""

from collections.abc import Sequence

from impl_numpy.activations import hidden_layers
from impl_numpy.arrays import Array, Parameters, as_precise_as, depth
from impl_numpy.losses import OUTPUT_OF_LOSS, over_examples
from impl_numpy.steps import STEPS, Steps


def backward_propagation(
    parameters: Parameters,
    activations: dict[str, Array],
    Z_values: dict[str, Array],
    Y: Array,
    hidden: str | Sequence[str] = "relu",
    loss: str = "binary_cross_entropy",
    output: str = "",
    reduction: str = "mean",
    steps: Steps = STEPS,
) -> dict[str, Array]:
    """Return the gradients {"dWL", "dbL", ..., "dW1", "db1"}, last layer first.

    dZ_L = m dJ/dZ_L                 (steps.output_delta; m times it where J is a sum)
    dZ_l = W_{l+1}^T dZ_{l+1} * g'(Z_l)
    dW_l = 1/m dZ_l A_{l-1}^T        db_l = 1/m sum_k dZ_l[:, k]

    activations, Z_values   as forward_propagation returned them
    Y                       (n_out, m)   labels or targets
    hidden, loss, output, reduction      as in iterate
    dW_l, db_l              shaped like W_l (n_l, n_{l-1}) and b_l (n_l, 1)
    Source: notebook, Mathematical Intuition 3.7.10 and Example 3.7.3.
    """
    grads: dict[str, Array] = {}
    L = depth(parameters)
    AL = activations[f"A{L}"]
    g = hidden_layers(hidden, L - 1)
    dZ = steps.output_delta(AL, as_precise_as(Y, AL), output or OUTPUT_OF_LOSS[loss], loss)
    dZ = over_examples(dZ, AL.shape[1], reduction)
    for l in range(L, 0, -1):
        if l < L:
            dA = steps.propagated_delta(parameters[f"W{l + 1}"], dZ)
            dZ = steps.hidden_delta(dA, steps.activation_derivative(Z_values[f"Z{l}"], g[l - 1]))
        A_prev = as_precise_as(activations[f"A{l - 1}"], dZ)
        grads[f"dW{l}"] = steps.weight_gradient(dZ, A_prev)
        grads[f"db{l}"] = steps.bias_gradient(dZ)
    return grads
