"""Mistakes of scale: divided by the wrong number, or not at all."""

from backproof.mistakes.mistake import Mistake, always, both, has_hidden, mean, outputs
from backproof.mistakes.planting import biases, gradients, hidden_delta, weights
from backproof.mistakes.watching import Pass

DW, DB = "dW = 1/m dZ A_prev^T", "db = 1/m sum_k dZ[:, k]"
DZ = "dZ_l = W_{l+1}^T dZ_{l+1} * g'(Z_l)"


def _below(at: Pass) -> bool:
    return not at.is_last


MISTAKES = (
    Mistake(
        "no-mean",
        "the gradients are not divided by the number of examples",
        f"{DW}, {DB}",
        "dW = dZ A_prev^T, db = sum_k dZ[:, k]",
        "conventions 26; hunkim/DeepLearningZeroToAll#173, nndl/nndl-exercise-ans#1",
        gradients(lambda d, _, at: d * at.m),
        mean,
    ),
    Mistake(
        "no-mean-weights",
        "the weight gradients are not divided by the number of examples, those of the biases are",
        DW,
        "dW = dZ A_prev^T",
        "",
        weights(lambda d, _, at: d * at.m),
        mean,
    ),
    Mistake(
        "no-mean-biases",
        "the bias gradients are not divided by the number of examples, those of the weights are",
        DB,
        "db = sum_k dZ[:, k]",
        "",
        biases(lambda d, _, at: d * at.m),
        mean,
    ),
    Mistake(
        "no-mean-hidden",
        "the gradients of the hidden layers are not divided by the number of examples, those of "
        "the last layer are",
        f"{DW}, {DB}, in every layer",
        "dW_l = dZ_l A_{l-1}^T for l < L",
        "",
        gradients(lambda d, _, at: d * at.m if _below(at) else d),
        both(mean, has_hidden),
    ),
    Mistake(
        "no-mean-output",
        "the gradients of the last layer are not divided by the number of examples, the others are",
        f"{DW}, {DB}, in every layer",
        "dW_L = dZ_L A_{L-1}^T",
        "",
        gradients(lambda d, _, at: d * at.m if at.is_last else d),
        both(mean, has_hidden),
    ),
    Mistake(
        "mean-twice",
        "the gradients are divided by the number of examples twice",
        f"{DW}, {DB}",
        "dW = 1/m^2 dZ A_prev^T, db = 1/m^2 sum_k dZ[:, k]",
        "conventions 15",
        gradients(lambda d, _, at: d / at.m),
        mean,
    ),
    Mistake(
        "mean-for-sum",
        "the gradients are divided by the number of examples, but the cost shown is a sum",
        "dW = dZ A_prev^T, db = sum_k dZ[:, k]",
        f"{DW}, {DB}",
        "conventions 26, the other way round",
        gradients(lambda d, _, at: d / at.m),
        lambda case: case.m > 1 and case.reduction == "sum",
    ),
    Mistake(
        "mean-twice-hidden",
        "the deltas of the hidden layers are divided by the number of examples, and dW and db are "
        "again",
        DZ,
        "dZ_l = 1/m W_{l+1}^T dZ_{l+1} * g'(Z_l)",
        "conventions 15; community.deeplearning.ai/t/63071",
        lambda steps, at: hidden_delta(lambda dA, g, at: steps.hidden_delta(dA, g) / at.m)(
            steps, at
        ),
        both(always, has_hidden),
    ),
    Mistake(
        "mean-twice-weights",
        "the weight gradients are divided by the number of examples twice, those of the biases "
        "once",
        DW,
        "dW = 1/m^2 dZ A_prev^T",
        "",
        weights(lambda d, _, at: d / at.m),
        always,
    ),
    Mistake(
        "mean-twice-biases",
        "the bias gradients are divided by the number of examples twice, those of the weights once",
        DB,
        "db = 1/m mean_k dZ[:, k]",
        "",
        biases(lambda d, _, at: d / at.m),
        always,
    ),
    Mistake(
        "m-minus-one",
        "the gradients are divided by m - 1, as a sample variance is, and not by m",
        f"{DW}, {DB}",
        "dW = 1/(m-1) dZ A_prev^T, db = 1/(m-1) sum_k dZ[:, k]",
        "",
        gradients(lambda d, _, at: d * (at.m / (at.m - 1)) if at.m > 1 else d),
        mean,
    ),
    Mistake(
        "m-minus-one-biases",
        "the bias gradients are divided by m - 1 and not by m",
        DB,
        "db = 1/(m-1) sum_k dZ[:, k]",
        "",
        biases(lambda d, _, at: d * (at.m / (at.m - 1)) if at.m > 1 else d),
        always,
    ),
    Mistake(
        "divided-by-inputs",
        "the gradients are divided by the number of inputs n_x: m is taken from the wrong axis of "
        "X",
        f"{DW}, m the number of examples",
        "dW = 1/n_x dZ A_prev^T, db = 1/n_x sum_k dZ[:, k]",
        "",
        gradients(lambda d, _, at: d * (at.m / at.X.shape[0])),
        lambda case: mean(case) and case.layer_dims[0] != case.m,
    ),
    Mistake(
        "divided-by-units",
        "the gradients are divided by the number of units of the layer: m is taken from the wrong "
        "axis of dZ",
        f"{DW}, m the number of examples",
        "dW_l = 1/n_l dZ_l A_{l-1}^T, db_l = 1/n_l sum_k dZ_l[:, k]",
        "",
        gradients(lambda d, dZ, at: d * (at.m / dZ.shape[0])),
        lambda case: mean(case) and set(case.layer_dims[1:]) != {case.m},
    ),
    Mistake(
        "mean-over-outputs",
        "the output delta is divided by the number of outputs as well, as np.mean over a whole "
        "array does",
        "dZ_L = m dJ/dZ_L",
        "dZ_L = 1/n_out m dJ/dZ_L",
        "",
        gradients(lambda d, _, at: d / at.Y.shape[0]),
        outputs,
    ),
    Mistake(
        "no-mean-over-outputs",
        "the output delta is not divided by the number of outputs, the cost is",
        "dZ_L = 2/n_out (A - Y)",
        "dZ_L = 2 (A - Y)",
        "conventions 27; Open-Deep-ML/DML-OpenProblem#54",
        gradients(lambda d, _, at: d * at.Y.shape[0]),
        lambda case: outputs(case) and case.loss == "mean_squared_error",
    ),
    Mistake(
        "gradient-doubled",
        "the gradients are twice what they should be",
        "dZ_L = m dJ/dZ_L",
        "dZ_L = 2 m dJ/dZ_L",
        "conventions 27, 32; markroxor/fromscratchtoml#65",
        gradients(lambda d, _, __: 2 * d),
        lambda _: True,
    ),
    Mistake(
        "gradient-halved",
        "the gradients are half of what they should be: the 2 of the square was cancelled in the "
        "gradient and not in the cost",
        "dZ_L = 2 (A - Y) ...",
        "dZ_L = (A - Y) ...",
        "conventions 27, 28",
        gradients(lambda d, _, __: d / 2),
        lambda _: True,
    ),
    Mistake(
        "output-weights-doubled",
        "the weight gradient of the last layer is twice what it should be",
        DW,
        "dW_L = 2/m dZ_L A_{L-1}^T",
        "conventions 3; bighuang624/Andrew-Ng-Deep-Learning-notes#10",
        weights(lambda d, _, at: 2 * d if at.is_last else d),
        lambda _: True,
    ),
    Mistake(
        "first-bias-quadrupled",
        "a factor 4/m stands in the first bias gradient where 1/m belongs",
        DB,
        "db_1 = 4/m sum_k dZ_1[:, k]",
        "conventions 3; bighuang624/Andrew-Ng-Deep-Learning-notes#10",
        biases(lambda d, _, at: 4 * d if at.layer == 1 else d),
        lambda _: True,
    ),
)
