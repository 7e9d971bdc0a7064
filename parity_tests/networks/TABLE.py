"""What is true of every network in this folder: the verdict expected of `backproof check`.

`wrong` names the arrays that are wrong in themselves, in order of computation (Z1 A1 ... ZL AL
cost dWL dbL ... dW1 db1, then the updated W1 b1 ... WL bL): each differs when everything before
it is taken as the file computed it; what is only computed from them is not listed.  The first
is the one to be blamed.  Where the gradient is never exposed, dW and db are what one update
shows: (before - after) / learning rate.

`loss` of one example, over the outputs j, and how the m examples are put together (`scale`):

    binary_cross_entropy       -sum_j [ y log(a) + (1 - y) log(1 - a) ]   a = sigmoid(z)
    categorical_cross_entropy  -sum_j y log(a)                            a = softmax(z)
    mean_squared_error         1/n_out sum_j (a - y)^2
    squared_error              sum_j (a - y)^2
    half_squared_error         1/2 sum_j (a - y)^2

It is the loss that the file shows; one that shows none is judged by the loss of its gradient.
"""

from dataclasses import dataclass

BCE = "binary_cross_entropy"
CCE = "categorical_cross_entropy"
MSE = "mean_squared_error"
SQUARED = "squared_error"
HALF = "half_squared_error"

AGREE, DIFFER, CANNOT = "agree", "differ", "cannot judge"
COLUMNS, ROWS, SINGLE = "features first", "examples first", "one example"
MEAN, SUM, EACH = "mean", "sum", "per sample"

ALL_2 = "dW2 db2 dW1 db1"  # every gradient of a network with two layers


@dataclass(frozen=True)
class Network:
    """One specimen, and what is true of it.

    file     its name in this folder; `file:Name` where it holds several and one is chosen
    family   A functions and a dict, B positional arrays, C class with arrays, D class with
             self.params and loss, E layer objects, F Nielsen's lists, G class with dicts inside,
             H one example at a time, I script or training function only, S spec, - none
    verdict  "agree", "differ" or "cannot judge"
    wrong    names of the arrays that are wrong in themselves, or ""
    hidden   "relu", "sigmoid", "tanh" or None
    loss     its name, or None where there is nothing to learn
    scale    "mean", "sum", "per sample" or None
    layout   of X as the caller gives it: "features first", "examples first", "one example" or None
    why      what only this file shows
    mistake  its name in backproof's catalogue; "" where it has none
    """

    file: str
    family: str
    verdict: str
    wrong: str
    hidden: str | None
    loss: str | None
    scale: str | None
    layout: str | None
    why: str
    mistake: str = ""


def _right(
    file: str, family: str, hidden: str, loss: str | None, scale: str | None, layout: str, why: str
) -> Network:
    return Network(file, family, AGREE, "", hidden, loss, scale, layout, why)


def _wrong(
    file: str,
    family: str,
    wrong: str,
    hidden: str,
    loss: str,
    scale: str,
    layout: str,
    why: str,
    mistake: str,
) -> Network:
    return Network(file, family, DIFFER, wrong, hidden, loss, scale, layout, why, mistake)


def _unread(file: str, family: str, why: str) -> Network:
    return Network(file, family, CANNOT, "", None, None, None, None, why)


RIGHT = (
    _right(
        "planar_tanh.py",
        *("A", "tanh", BCE, MEAN, COLUMNS),
        "backward(parameters, cache, X, Y), cost(A2, Y, parameters); missing planar_utils is only "
        "for plotting; trains at top level.",
    ),
    _right(
        "cat_or_not.py",
        *("A", "relu", BCE, MEAN, COLUMNS),
        "any depth, (AL, Y, caches) with linear and activation caches; starts from dAL, and "
        "grads holds dA under the 2017 numbers.",
    ),
    _right(
        "three_layer_flat_cache.py",
        *("A", "relu", BCE, MEAN, COLUMNS),
        "backward(X, Y, cache) on a flat tuple; 1/m early, in dz3 only; relu' from a > 0; the "
        "update changes the arrays in place.",
    ),
    _right(
        "gradient_checking.py",
        *("A", "relu", BCE, MEAN, COLUMNS),
        "the forward pass takes Y and returns the cost first; relu is a lambda; there is no "
        "update; comments speak of mistakes that are gone.",
    ),
    _right(
        "regularized.ipynb",
        *("A", "relu", BCE, MEAN, COLUMNS),
        "cost and gradient carry lambd/(2m) sum W^2: lambd is an argument without default, and "
        "with lambd = 0 it is the plain loss.",
    ),
    _right(
        "softmax_deep.py",
        *("A", "relu", CCE, MEAN, COLUMNS),
        "any depth, ((A_prev, W, b), Z) caches; 1e-8 inside the log shifts the cost by 1e-8 / a, "
        "much where a is tiny; update returns None.",
    ),
    _right(
        "single_precision.py",
        *("A", "tanh", BCE, MEAN, COLUMNS),
        "casts everything to float32: right as float32, far out as float64.",
    ),
    _right(
        "digits_positional.py",
        *("B", "relu", CCE, MEAN, COLUMNS),
        "integer labels, one-hot inside; softmax unshifted, with the builtin sum (over rows); "
        "shows no cost.",
    ),
    _right(
        "global_m.py",
        *("B", "tanh", CCE, MEAN, COLUMNS),
        "back_prop uses a global m, which only the top-level reading of a csv sets: it is taken "
        "for the number of examples, and that is said.",
    ),
    _right(
        "biases_come_first.ipynb",
        *("B", "sigmoid", CCE, MEAN, COLUMNS),
        "three layers; backward returns db1, dW1, db2, dW2, ...; %%time cell, ?help line; softmax "
        "shifted by the global maximum.",
    ),
    _right(
        "xor_class.py",
        *("C", "sigmoid", HALF, SUM, ROWS),
        "x*(1-x) where x is the activation is right; += with target - output, learning rate 1 "
        "never named; shows no loss in a function.",
    ),
    _right(
        "synaptic.py",
        *("C", "sigmoid", HALF, SUM, ROWS),
        "no bias; synaptic_weights1; the only update is train(X, Y, iterations); private mangled "
        "methods; sizes fixed in __init__.",
    ),
    _right(
        "data_in_constructor.py",
        *("C", "sigmoid", SQUARED, SUM, ROWS),
        "X and y go to __init__, feedforward() and backprop() take nothing; no bias; the factor 2 "
        "fits the loss it shows.",
    ),
    _right(
        "hidden_rate.py",
        *("C", "tanh", BCE, MEAN, ROWS),
        "the learning rate is a module constant, 0.3; a is the pre-activation and o the "
        "activation; arrays W_h, b_h, W_o, b_o.",
    ),
    _right(
        "relu_softmax_batch.py",
        *("C", "relu", CCE, MEAN, ROWS),
        "integer labels; gradients as attributes, then update_params(lr); relu' from A1 > 0; 1e-8 "
        "inside the log; needs the module-level rng.",
    ),
    _right(
        "looks_unfinished.py",
        *("C", "sigmoid", BCE, SUM, ROWS),
        "rows of examples but weights (out, in); no loss shown: a - y is the gradient of the "
        "cross-entropy, nothing is missing.",
    ),
    _right(
        "two_layer_loss_grads.py",
        *("D", "relu", CCE, MEAN, ROWS),
        "loss(X, y, reg) -> (loss, grads), scores without y; predict gives classes; grads keyed "
        "like params; L2 0.5 reg sum W^2.",
    ),
    _right(
        "gradient_method.py",
        *("D", "sigmoid", CCE, MEAN, ROWS),
        "loss(x, t) and gradient(x, t) apart; one-hot labels; 1e-7 inside the log; z is the "
        "activation and a the pre-activation.",
    ),
    _right(
        "affine_layers.ipynb",
        *("D", "sigmoid", CCE, MEAN, ROWS),
        "params and layers share their arrays, so weights must be set in place; predict gives "
        "logits; several classes, one network.",
    ),
    _right(
        "spiral_layers.py",
        *("E", "relu", CCE, MEAN, ROWS),
        "layer objects wired only by the top-level script; dweights, dbiases, dinputs; softmax "
        "and loss in one object; clip at 1e-7.",
    ),
    _right(
        "update_in_backward_layers.py",
        *("E", "tanh", MSE, EACH, SINGLE),
        "backward_propagation(error, learning_rate) updates; one (1, n) row at a time; tanh at "
        "the output too; the 2/n fits the mean.",
    ),
    _right(
        "nielsen_quadratic.py",
        *("F", "sigmoid", HALF, EACH, SINGLE),
        "backprop(x, y) -> (nabla_b, nabla_w), lists, biases first; cost only as its derivative.",
    ),
    _right(
        "nielsen_cross_entropy.py",
        *("F", "sigmoid", BCE, EACH, SINGLE),
        "two cost classes with fn and delta, the default is cross-entropy; any depth; weight "
        "decay in the update, lmbda = 0 is plain.",
    ),
    _right(
        "dict_no_bias_sgd.py",
        *("G", "sigmoid", CCE, EACH, SINGLE),
        "weights and activations in one self.params; 1-D examples, np.outer; no bias; sigmoid' "
        "written with exp; three layers.",
    ),
    _right(
        "dict_class_rows_outside.py",
        *("G", "relu", BCE, MEAN, ROWS),
        "X is (m, n) outside and transposed inside; relu' as the sign of the activation; loss "
        "takes the truth first.",
    ),
    _right(
        "query_and_train.py",
        *("H", "sigmoid", HALF, EACH, SINGLE),
        "query(x) and train(x, t) on plain lists; no bias; wih, who; += with target - output; the "
        "activation is a lambda attribute.",
    ),
    _right(
        "forward_only.py",
        *("A", "relu", CCE, None, COLUMNS),
        "no cost, no backward pass: Z and A are judged as far as they go; the loss is only what a "
        "softmax output suggests.",
    ),
    _right(
        "spec_trace.py",
        *("S", "sigmoid", BCE, MEAN, COLUMNS),
        "lists and loops, no convention fits; trace(case) skips all but sigmoid, cross-entropy, "
        "float64.",
    ),
    _right(
        "two_networks.py:SigmoidNet",
        *("C", "sigmoid", BCE, MEAN, ROWS),
        "the first of two classes in one file, chosen by name.",
    ),
)

WRONG = (
    _wrong(
        "no_mean.py",
        *("A", ALL_2, "sigmoid", BCE, MEAN, COLUMNS),
        "no gradient is divided by m, the cost is (mistake 26).",
        "no-mean",
    ),
    _wrong(
        "own_activation_in_dw2.py",
        *("A", "dW2", "tanh", BCE, MEAN, COLUMNS),
        "dW2 uses A2 instead of A1: even its shape is wrong; with one output it broadcasts, with "
        "more the update raises (mistakes 4, 5).",
        "own-activation",
    ),
    _wrong(
        "cost_without_second_half.py",
        *("A", "cost", "tanh", BCE, MEAN, COLUMNS),
        "the cost of a sigmoid output lacks (1 - y) log(1 - a); gradients are those of the whole.",
        "cost-without-second-half",
    ),
    _wrong(
        "sigmoid_prime_for_relu.py",
        *("A", "dW2 db2 dW1 db1", "relu", BCE, MEAN, COLUMNS),
        "hidden relu layers get sigmoid' (mistake 1); any depth, names are those of three layers: "
        "the last layer is right.",
        "sigmoid-derivative",
    ),
    _wrong(
        "squeezed_bias.py",
        *("A", "db1", "relu", BCE, MEAN, COLUMNS),
        "db1 is squeezed to (n,): its values are right, and the update makes b1 (n, n) (mistakes "
        "2, 30).",
        "squeezed-hidden-bias",
    ),
    _wrong(
        "mean_twice.py",
        *("A", "dW1 db1", "tanh", BCE, MEAN, COLUMNS),
        "1/m in dZ1 and again in dW1, db1 (mistake 15); forward returns the cache only.",
        "mean-twice-hidden",
    ),
    _wrong(
        "gradient_check_fails.py",
        *("A", "dW2 db1", "relu", BCE, MEAN, COLUMNS),
        "dW2 * 2 and 4/m in db1 left in (mistake 3); three layers, cost first, no update.",
        "",
    ),
    _wrong(
        "flowers_stuck.ipynb",
        *("A", "dW2 db2 dW1 db1", "tanh", CCE, MEAN, COLUMNS),
        "tanh' of the last hidden layer is skipped (mistake 11), so of three layers two are wrong.",
        "no-derivative-last-hidden",
    ),
    _wrong(
        "frozen_biases.py",
        *("A", "b1 b2", "sigmoid", BCE, MEAN, COLUMNS),
        "gradients are right, the update leaves the biases out (mistake 31).",
        "biases-frozen",
    ),
    _wrong(
        "scalar_bias_gradient.py",
        *("B", "db2 db1", "relu", CCE, MEAN, COLUMNS),
        "np.sum without axis: one number for all biases, db2 even 0 (mistake 21); 1e-10 in the "
        "log is innocent.",
        "scalar-bias-shape",
    ),
    _wrong(
        "softmax_over_everything.py",
        *("B", "A2", "sigmoid", CCE, MEAN, COLUMNS),
        "softmax normalised over the whole batch (mistake 12); all that follows is right given A2.",
        "softmax-over-everything",
    ),
    _wrong(
        "bias_update_into_gradient.py",
        *("B", "b1 b2", "sigmoid", CCE, MEAN, COLUMNS),
        "db1 = b1 - alpha db1: the biases never change (mistake 19); 1/m early in dZ2 is innocent.",
        "biases-frozen",
    ),
    _wrong(
        "output_updated_first.py",
        *("C", "dW1 db1", "sigmoid", BCE, MEAN, ROWS),
        "W2 is updated before the hidden delta uses it (mistake 9): the error grows with the "
        "learning rate.",
        "updated-too-early",
    ),
    _wrong(
        "double_sigmoid.py",
        *("C", ALL_2, "sigmoid", HALF, SUM, ROWS),
        "sigmoid' applied to values already activated (mistake 23).",
        "double-sigmoid",
    ),
    _wrong(
        "half_of_the_mse.py",
        *("C", ALL_2, "tanh", MSE, MEAN, ROWS),
        "shows the mean of squares, descends half of it (mistake 27); linear output; gradients as "
        "attributes.",
        "gradient-halved",
    ),
    _wrong(
        "no_output_derivative.py",
        *("C", ALL_2, "sigmoid", HALF, MEAN, ROWS),
        "sigmoid' of the output missing for a squared error (mistake 8): exact for the "
        "cross-entropy instead.",
        "no-output-derivative",
    ),
    _wrong(
        "two_networks.py:TanhNet",
        *("C", "dW1 db1", "tanh", BCE, MEAN, ROWS),
        "sigmoid' on a tanh layer, in the second of two classes.",
        "sigmoid-of-activation",
    ),
    _wrong(
        "relu_mask_dropped.py",
        *("D", "dW1 db1", "relu", CCE, MEAN, ROWS),
        "the relu derivative is missing (mistake 13).",
        "no-derivative",
    ),
    _wrong(
        "wrong_sign.py",
        *("D", ALL_2, "tanh", HALF, MEAN, ROWS),
        "t - y with an update that subtracts: every gradient is its negative (mistake 36).",
        "output-sign",
    ),
    _wrong(
        "layers_without_division.py",
        *("E", ALL_2, "sigmoid", CCE, MEAN, ROWS),
        "the loss is a mean, its gradient is not divided by m (mistake 26); layers inside a model.",
        "no-mean",
    ),
    _wrong(
        "relu_greater_equal.py",
        *("E", "dW1 db1", "relu", BCE, MEAN, ROWS),
        "relu' as out >= 0, always true (mistake 25).",
        "no-derivative",
    ),
    _wrong(
        "nielsen_prime_of_activation.py",
        *("F", "dW1 db1", "sigmoid", HALF, EACH, SINGLE),
        "sigmoid_prime of the activation instead of z, in the hidden layers only (mistake 23).",
        "derivative-of-activation",
    ),
    _wrong(
        "softmax_diagonal.py",
        *("G", ALL_2, "sigmoid", SQUARED, MEAN, COLUMNS),
        "softmax Jacobian replaced by its diagonal (mistake 7); weights in dicts keyed by number.",
        "softmax-diagonal",
    ),
    _wrong(
        "raw_error_propagated.py",
        *("H", "dW1", "sigmoid", HALF, EACH, SINGLE),
        "the raw error, not the delta, goes to the hidden layer (mistake 18); no bias.",
        "raw-error-propagated",
    ),
)

UNREAD = (
    _unread(
        "needs_dnn_utils.py",
        "A",
        "sigmoid, relu and their derivatives come from dnn_utils_v2, which is not there: name it.",
    ),
    _unread(
        "training_function_only.py",
        "I",
        "one function draws the weights, trains and returns them: nothing to set or compare.",
    ),
    _unread("bare_script.py", "I", "all at top level: no function, no class."),
    _unread("two_networks.py", "C", "two networks: name SigmoidNet and TanhNet, ask for one."),
    _unread("nielsen_python2.py", "F", "Python 2: print statement, xrange."),
    _unread("syntax_error.py", "-", "a colon is missing in line 5."),
    _unread("no_network.py", "-", "k-means and csv cleaning; has fit and predict, no network."),
)

NETWORKS = RIGHT + WRONG + UNREAD
