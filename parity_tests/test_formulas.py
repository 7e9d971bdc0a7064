"""Every function of impl_numpy against its formula, one element at a time, by the math module.

The mutants of impl_numpy (docs/mutation.md) die here first: no two sizes are equal, no number is
its own neighbour, and every table is read at each of its keys.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest

import impl_numpy
from backproof.case import CROSS_ENTROPIES, HIDDEN, LOSSES, OUTPUTS, PROBABILITIES
from impl_numpy import STEPS, losses
from impl_numpy.activations import HIDDEN as HIDDEN_TABLE
from impl_numpy.activations import OUTPUT, hidden_layers
from impl_numpy.arrays import as_precise_as, depth, floating

RNG = np.random.default_rng(7)
CLASSES, M = 3, 5
Z = RNG.normal(size=(CLASSES, M))
A = RNG.uniform(0.1, 0.9, size=(CLASSES, M))
Y = RNG.uniform(0.1, 0.9, size=(CLASSES, M))
GIVEN = RNG.normal(size=(CLASSES, M))  # dA
POINTS = (-2.5, -1.0, -0.25, 0.0, 0.25, 1.0, 2.5)
CELLS = [(i, k) for i in range(CLASSES) for k in range(M)]
Formula = Callable[[float], float]


def logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z))


ACTIVATIONS: dict[str, Formula] = {
    "relu": lambda z: z if z > 0 else 0.0,
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "sigmoid": logistic,
    "tanh": math.tanh,
    "identity": lambda z: z,
    "binary_step": lambda z: 1.0 if z >= 0 else 0.0,
}
DERIVATIVES: dict[str, Formula] = {
    "relu": lambda z: 1.0 if z > 0 else 0.0,
    "leaky_relu": lambda z: 1.0 if z > 0 else 0.01,
    "sigmoid": lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2,
    "tanh": lambda z: 1 / math.cosh(z) ** 2,
    "identity": lambda _: 1.0,
}
COSTS: dict[str, Callable[[float, float], float]] = {  # of one output of one example
    "binary_cross_entropy": lambda a, y: -y * math.log(a) - (1 - y) * math.log(1 - a),
    "categorical_cross_entropy": lambda a, y: -y * math.log(a),
    "mean_squared_error": lambda a, y: (a - y) ** 2 / CLASSES,
    "squared_error": lambda a, y: (a - y) ** 2,
    "half_squared_error": lambda a, y: (a - y) ** 2 / 2,
}
SLOPES: dict[str, Callable[[float, float], float]] = {
    "binary_cross_entropy": lambda a, y: (a - y) / (a * (1 - a)),
    "categorical_cross_entropy": lambda a, y: -y / a,
    "mean_squared_error": lambda a, y: 2 * (a - y) / CLASSES,
    "squared_error": lambda a, y: 2 * (a - y),
    "half_squared_error": lambda a, y: a - y,
}


def close(actual: object, expected: object) -> None:
    assert np.shape(actual) == np.shape(expected)
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-15)


def each(f: Formula, x: np.ndarray) -> np.ndarray:
    return np.array([f(float(value)) for value in x.ravel()]).reshape(x.shape)


def softmax_column(z: np.ndarray) -> list[float]:
    powers = [math.exp(value) for value in z]
    return [power / math.fsum(powers) for power in powers]


# --- activations -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation(name: str) -> None:
    function = getattr(impl_numpy.activations, name)
    close(function(np.array(POINTS)), each(ACTIVATIONS[name], np.array(POINTS)))
    assert math.isnan(function(np.array([math.nan]))[0])


@pytest.mark.parametrize("name", HIDDEN)
def test_derivative(name: str) -> None:
    found = HIDDEN_TABLE[name].derivative(np.array(POINTS))
    close(found, each(DERIVATIVES[name], np.array(POINTS)))
    whole = HIDDEN_TABLE[name].derivative(np.array([-2, 0, 3]))
    assert whole.dtype == np.float64
    close(whole, [DERIVATIVES[name](z) for z in (-2, 0, 3)])


def test_names_lead_to_their_functions() -> None:
    assert set(HIDDEN_TABLE) == set(HIDDEN)
    assert set(OUTPUT) == set(OUTPUTS)
    for name, row in [*HIDDEN_TABLE.items(), *OUTPUT.items()]:
        close(row.function(Z), getattr(impl_numpy.activations, name)(Z))


def test_sigmoid_far_out_is_right_and_silent() -> None:
    close(impl_numpy.sigmoid(np.array([-1000.0, 1000.0])), [0.0, 1.0])


def test_softmax() -> None:
    close(impl_numpy.softmax(Z), np.transpose([softmax_column(z) for z in Z.T]))


def test_softmax_overflows_nowhere() -> None:
    """Each column has a largest logit of its own, which need not be near its smallest."""
    far = np.array([[1000.0, -1000.0, 1000.0], [999.0, -1001.0, -1000.0]])
    one, other = softmax_column(np.array([1.0, 0.0]))
    close(impl_numpy.softmax(far), [[one, one, 1.0], [other, other, 0.0]])


@pytest.mark.parametrize("name", sorted(set(OUTPUTS) - {"softmax"}))
def test_output_delta_element_by_element(name: str) -> None:
    AL = OUTPUT[name].function(Z)
    close(OUTPUT[name].delta(GIVEN, AL), GIVEN * each(DERIVATIVES[name], Z))


def test_output_delta_of_softmax_sums_over_the_classes() -> None:
    expected = np.zeros_like(A)
    for i, k in CELLS:
        for j in range(CLASSES):
            expected[i, k] += A[j, k] * ((i == j) - A[i, k]) * GIVEN[j, k]
    close(OUTPUT["softmax"].delta(GIVEN, A), expected)


def test_relu_at_the_output_has_derivative_0_at_0() -> None:
    assert OUTPUT["relu"].delta(np.ones((1, 2)), np.array([[0.0, 2.0]])).tolist() == [[0, 1]]


@pytest.mark.parametrize("names", ["tanh", ["tanh", "relu"], ("relu", "relu")])
def test_hidden_layers(names: str | list[str] | tuple[str, ...]) -> None:
    wanted = [names, names] if isinstance(names, str) else list(names)
    assert hidden_layers(names, 2) == wanted
    for count in (1, 3):
        if not isinstance(names, str):
            with pytest.raises(ValueError, match="activations"):
                hidden_layers(names, count)


# --- precision -------------------------------------------------------------------------------


def test_floating() -> None:
    for dtype in (np.float16, np.float32, np.float64):
        x = np.ones(2, dtype)
        assert floating(x) is x
    for other in (np.array([True]), np.array([2, 3]), np.array([2], np.uint8)):
        assert floating(other).dtype == np.float64
        assert floating(other).tolist() == other.tolist()
    assert floating(5).dtype == np.float64


def test_as_precise_as() -> None:
    for dtype in (np.float32, np.float64):
        for x in (np.array([1, 2]), np.array([1.0, 2.0]), np.array([1, 2], np.float32)):
            assert as_precise_as(x, np.ones(3, dtype)).dtype == dtype
            assert as_precise_as(x, np.ones(3, dtype)).tolist() == [1, 2]
    assert as_precise_as(np.array([1, 2]), np.array([3])).dtype == np.float64


def test_depth() -> None:
    for L in range(1, 5):
        assert depth({f"{n}{l}": np.ones(1) for l in range(L) for n in "Wb"}) == L


# --- costs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES)
def test_cost(loss: str) -> None:
    expected = math.fsum(COSTS[loss](A[i, k], Y[i, k]) for i, k in CELLS) / M
    for output in set(OUTPUTS) - {"softmax"}:
        close(losses.cost(np.full_like(Z, math.nan), A, Y, output, loss), expected)
    close(losses.COSTS[loss](A, Y), expected)


@pytest.mark.parametrize("dtype", [np.uint8, bool, int, list])
@pytest.mark.parametrize(
    "cost", [*losses.COSTS.values(), impl_numpy.categorical_cross_entropy], ids=lambda c: c.__name__
)
def test_cost_of_whole_numbers(cost: Callable[..., np.floating], dtype: type) -> None:
    """They cost what the same numbers cost in float64: no unsigned wrap, no float16 logarithm."""
    rows = [[1, 0, 1], [1, 1, 0]]
    given = rows if dtype is list else np.array(rows, dtype)
    labels = np.array([[1, 0, 1], [0, 1, 0]])
    if cost is losses.categorical_cross_entropy_of:
        given = [[1, 1, 1], [1, 1, 1]] if dtype is list else np.ones_like(given)
    found = cost(given, labels)
    assert found.dtype == np.float64
    close(found, cost(np.array(given, float), labels))


@pytest.mark.parametrize("loss", LOSSES)
def test_cost_derivative(loss: str) -> None:
    expected = np.array(
        [[SLOPES[loss](A[i, k], Y[i, k]) for k in range(M)] for i in range(CLASSES)]
    )
    close(losses.cost_derivative(A, Y, loss), expected)


def test_cost_of_logits() -> None:
    columns = [softmax_column(z) for z in Z.T]
    expected = -math.fsum(Y[i, k] * math.log(columns[k][i]) for i, k in CELLS) / M
    close(impl_numpy.categorical_cross_entropy(Z, Y), expected)
    close(
        losses.cost(Z, np.full_like(A, math.nan), Y, "softmax", "categorical_cross_entropy"),
        expected,
    )
    close(losses.log_softmax(Z), np.log(np.transpose(columns)))


def test_cost_of_logits_never_meets_the_logarithm_of_0() -> None:
    """Logits 2,000 apart, within a column and from one to the next: the softmax would be 0."""
    far = np.array([[1000.0, -3000.0], [-1000.0, -1000.0], [0.0, -2000.0]])
    close(losses.log_softmax(far), [[0.0, -2000.0], [-2000.0, 0.0], [-1000.0, -1000.0]])
    labels = np.array([[0, 1], [1, 0], [0, 0]])
    close(impl_numpy.categorical_cross_entropy(far, labels), 2000.0)


def test_a_softmax_with_another_loss_is_judged_by_its_probabilities() -> None:
    for loss in set(LOSSES) - {"categorical_cross_entropy"}:
        expected = math.fsum(COSTS[loss](A[i, k], Y[i, k]) for i, k in CELLS) / M
        close(losses.cost(np.full_like(Z, math.nan), A, Y, "softmax", loss), expected)


@pytest.mark.parametrize("guard", ["clamp", "clip", "epsilon"])
def test_guards_take_lists(guard: str) -> None:
    given, labels = [[0.25, 0.5, 1.0]], [[1, 0, 1]]
    expected = impl_numpy.binary_cross_entropy(np.array(given), np.array(labels), guard)
    close(impl_numpy.binary_cross_entropy(given, labels, guard), expected)


@pytest.mark.parametrize("p", [0.0, 1e-15, 1e-10, 0.5, 1 - 1e-10, 1.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_guards(p: float, y: float) -> None:
    """What each puts in place of log(0), from its own formula."""
    certain = p if y else 1 - p
    clamp = -max(math.log(certain), -100) if certain else 100.0
    clip = min(max(p, 1e-15), 1 - 1e-15)
    AL, label = np.array([[p]]), np.array([[y]])
    close(impl_numpy.binary_cross_entropy(AL, label), clamp)
    close(impl_numpy.cost_function(AL, label), -math.log(clip if y else 1 - clip))
    close(impl_numpy.compute_cost(AL, label), -math.log(certain + 1e-15))


def test_clip_ends_below_1_in_float32() -> None:
    """The largest float32 below 1 is 1 - 2^-24."""
    found = impl_numpy.cost_function(np.ones((1, 1), np.float32), np.zeros((1, 1)))
    assert found == pytest.approx(24 * math.log(2), rel=1e-6)
    assert found.dtype == np.float32


def test_over_examples() -> None:
    assert losses.over_examples(3.0, 7, "mean") == 3
    assert losses.over_examples(3.0, 7, "sum") == 21


def test_output_of_each_loss() -> None:
    named = {"binary_cross_entropy": "sigmoid", "categorical_cross_entropy": "softmax"}
    assert {loss: named.get(loss, "identity") for loss in LOSSES} == impl_numpy.OUTPUT_OF_LOSS


# --- steps -----------------------------------------------------------------------------------

W, b = RNG.normal(size=(CLASSES, 4)), RNG.normal(size=(CLASSES, 1))
A_prev = RNG.normal(size=(4, M))


def test_linear() -> None:
    expected = [
        [math.fsum(W[i, j] * A_prev[j, k] for j in range(4)) + b[i, 0] for k in range(M)]
        for i in range(CLASSES)
    ]
    close(STEPS.linear(W, A_prev, b), expected)


def test_weight_gradient() -> None:
    expected = [
        [math.fsum(Z[i, k] * A_prev[j, k] for k in range(M)) / M for j in range(4)]
        for i in range(CLASSES)
    ]
    close(STEPS.weight_gradient(Z, A_prev), expected)


def test_bias_gradient() -> None:
    close(STEPS.bias_gradient(Z), [[math.fsum(row) / M] for row in Z])


def test_propagated_delta() -> None:
    expected = [
        [math.fsum(W[i, j] * Z[i, k] for i in range(CLASSES)) for k in range(M)] for j in range(4)
    ]
    close(STEPS.propagated_delta(W, Z), expected)


def test_hidden_delta_and_update() -> None:
    close(
        STEPS.hidden_delta(GIVEN, Z),
        [[GIVEN[i, k] * Z[i, k] for k in range(M)] for i in range(CLASSES)],
    )
    close(STEPS.update(W, 2 * W, 0.3), W * 0.4)
    assert (
        STEPS.update(W.astype(np.float32), W.astype(np.float32), np.float64(1)).dtype == np.float32
    )


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("output", OUTPUTS)
def test_output_delta(output: str, loss: str) -> None:
    """The shortcut A - Y where labels are probabilities, the chain rule everywhere."""
    labels = Y / Y.sum(axis=0)
    AL = OUTPUT[output].function(Z)
    if loss in CROSS_ENTROPIES and output not in PROBABILITIES:
        return
    slopes = np.array(
        [[SLOPES[loss](AL[i, k], labels[i, k]) for k in range(M)] for i in range(CLASSES)]
    )
    expected = np.zeros_like(AL)
    for i, k in CELLS:
        if output != "softmax":
            expected[i, k] = slopes[i, k] * DERIVATIVES[output](Z[i, k])
            continue
        for j in range(CLASSES):
            expected[i, k] += slopes[j, k] * AL[j, k] * ((i == j) - AL[i, k])
    close(STEPS.output_delta(AL, labels, output, loss), expected)


@pytest.mark.parametrize(
    "pair", [("sigmoid", "binary_cross_entropy"), ("softmax", "categorical_cross_entropy")]
)
def test_output_delta_where_the_factors_cancel_divides_by_nothing(pair: tuple[str, str]) -> None:
    """A probability of 0: the chain rule would divide by it."""
    AL, labels = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    assert STEPS.output_delta(AL, labels, *pair).tolist() == [[-1, 1], [1, -1]]
