"""Where arrays live in a stranger's objects, which of them are layers, and how they lie."""

from collections import namedtuple
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from backproof.candidate.conventions.layers import find_layers
from backproof.candidate.conventions.layout import Layout, data_layouts, label_layouts, same
from backproof.candidate.conventions.slots import get, is_array, leaves, put
from backproof.own.trials import problem_of, trials

DIMS = (4, 5, 3)
PROBLEM = next(p for p in map(problem_of, trials(0)) if p.layer_dims == DIMS)
SINGLE = next(p for p in map(problem_of, trials(0)) if p.layer_dims == (4, 5, 1))
W1, b1, W2, b2 = np.ones((5, 4)), np.ones((5, 1)), np.ones((3, 5)), np.ones((3, 1))


# --- slots ------------------------------------------------------------------------------------


def words(root: Any) -> list[str]:
    return [leaf.words for leaf in leaves(root)]


def test_arrays_are_found_in_their_order() -> None:
    root = SimpleNamespace(params={"W1": W1, 2: b1}, layers=[SimpleNamespace(w=W2), (b2, "no")])
    assert words(root) == ["params['W1']", "params[2]", "layers[0].w", "layers[1][0]"]
    assert [leaf.name for leaf in leaves(root)] == ["W1", "params", "w", "layers"]


@pytest.mark.parametrize(
    "value",
    [
        W1,
        np.float64(1),
        np.array(True),
        1.5,
        3,
        [1, 2.5],
        [[1], [2]],
        np.zeros(0),
        np.zeros((2, 0)),
    ],
)
def test_numbers_are_arrays(value: Any) -> None:
    assert is_array(value)


@pytest.mark.parametrize(
    "value",
    [True, None, "W1", [], [[]], [[1], [1, 2]], ["a"], [None], {}, np.array(["a"]), 1j, len],
)
def test_other_things_are_none(value: Any) -> None:
    assert not is_array(value)


def test_a_tensor_is_an_array() -> None:
    torch = pytest.importorskip("torch")
    assert words({"W": torch.ones(2)}) == ["['W']"]


def test_a_cycle_ends() -> None:
    root = SimpleNamespace(W=W1)
    root.me, root.all = root, [root, {"again": root}]
    assert words(root) == ["W"]


def test_depth_and_number_have_an_end() -> None:
    deep: Any = W1
    for _ in range(50):
        deep = [deep, "padding"]
    assert words(deep) == []
    assert len(words({str(k): W1 for k in range(2000)})) < 1000


def test_classes_functions_modules_and_generators_are_not_entered() -> None:
    function = lambda: None  # noqa: E731
    function.W = W1  # type: ignore[attr-defined]
    rng = np.random.default_rng(0)
    assert words([np, function, SimpleNamespace, rng]) == []


def test_what_is_put_somewhere_is_got_from_there() -> None:
    Pair = namedtuple("Pair", "W b")
    root = SimpleNamespace(pair=Pair(W1, b1), both=(W2, [b2]), named={"W": W1})
    for leaf in leaves(root):
        changed = put(root, leaf.path, leaf.array * 7)
        assert changed is root
        assert (get(root, leaf.path) == 7).all()
    assert isinstance(root.pair, Pair)
    assert isinstance(root.both, tuple)


def test_a_place_that_is_gone_is_a_lookup_error() -> None:
    (leaf,) = leaves({"a": SimpleNamespace(W=W1)})
    for other in ({}, {"a": None}, {"a": [W1]}, None, W1):
        with pytest.raises(LookupError):
            get(other, leaf.path)


# --- layers -----------------------------------------------------------------------------------

LAYERS = [  # root, names of W1 b1 W2 b2, transposed
    ({"W1": W1, "b1": b1, "W2": W2, "b2": b2}, "W1 b1 W2 b2", False),
    ({"b2": b2, "W2": W2, "b1": b1, "W1": W1}, "W1 b1 W2 b2", False),
    ({"W1": W1.T, "b1": b1.T, "W2": W2.T, "b2": b2.T}, "W1 b1 W2 b2", True),
    ({"W1": W1, "W2": W2}, "W1 W2", False),
    ({"W1": W1, "b1": b1, "W2": W2}, "W1 b1 W2", False),
    (SimpleNamespace(wih=W1, who=W2, bh=b1[:, 0], bo=b2[:, 0]), "wih bh who bo", False),
    ({"W1": W1, "b1": b1, "vW1": W1, "dW2": W2, "W2": W2 * 2, "b2": b2}, "W1 b1 W2 b2", False),
]


@pytest.mark.parametrize(("root", "names", "transposed"), LAYERS)
def test_layers_are_told_from_names_and_shapes(root: Any, names: str, transposed: bool) -> None:
    layers = find_layers(root, DIMS)
    assert layers is not None
    assert [theirs for _, _, theirs in layers.paths()] == names.split()
    assert layers.transposed == transposed


@pytest.mark.parametrize(
    "root", [{}, {"b1": b1}, {"W1": W1, "W2": np.ones((3, 6))}, {"dW1": W1, "dW2": W2}, 3, None]
)
def test_what_is_no_chain_of_weights_is_no_network(root: Any) -> None:
    assert find_layers(root, DIMS) is None


@pytest.mark.parametrize("form", [(5, 1), (1, 5), (5,)])
@pytest.mark.parametrize("transposed", [False, True])
def test_our_parameters_go_in_and_come_out(form: tuple[int, ...], transposed: bool) -> None:
    other = tuple(3 if n == 5 else n for n in form)
    weights = (W1.T, W2.T) if transposed else (W1, W2)
    root = {"W1": weights[0], "b1": np.zeros(form), "W2": weights[1], "b2": np.zeros(other)}
    layers = find_layers(root, DIMS)
    assert layers is not None
    filled = layers.fill({k: v.copy() for k, v in root.items()}, PROBLEM.parameters)
    assert {k: v.shape for k, v in filled.items()} == {k: v.shape for k, v in root.items()}
    for name, value in layers.read(filled).items():
        mine = layers.ours(name, value, DIMS[int(name[1:])])
        assert np.array_equal(mine, PROBLEM.parameters[name])


def test_an_array_under_two_names_stays_one() -> None:
    shared = np.zeros((5, 4))
    root = SimpleNamespace(params={"W1": shared, "W2": W2.copy()}, layer=SimpleNamespace(W=shared))
    layers = find_layers(root, DIMS)
    assert layers is not None
    layers.fill(root, PROBLEM.parameters)
    assert root.layer.W is root.params["W1"] is shared
    assert np.array_equal(shared, PROBLEM.parameters["W1"])


def test_what_is_filled_in_is_a_copy() -> None:
    root = {"W1": W1.astype(np.float32), "W2": W2.tolist()}
    layers = find_layers(root, DIMS)
    assert layers is not None
    filled = layers.fill(root, PROBLEM.parameters)
    assert filled["W1"].dtype == np.float32
    assert isinstance(filled["W2"], list)
    before = PROBLEM.parameters["W1"].copy()
    filled["W1"] *= 0
    assert np.array_equal(PROBLEM.parameters["W1"], before)


@pytest.mark.parametrize("shape", [(5, 5), (5, 9), (4,), ()])
def test_a_bias_gradient_of_another_shape_keeps_it(shape: tuple[int, ...]) -> None:
    layers = find_layers({"W1": W1, "b1": b1, "W2": W2, "b2": b2}, DIMS)
    assert layers is not None
    assert layers.ours("b1", np.zeros(shape), 5).shape == shape


# --- layout -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layout", "data", "labels"),
    [
        (Layout("columns"), (4, 9), (3, 9)),
        (Layout("rows"), (9, 4), (9, 3)),
        (Layout("columns", "integers"), (4, 9), (9,)),
        (Layout("rows", "row of integers"), (9, 4), (1, 9)),
        (Layout("rows", "column of integers"), (9, 4), (9, 1)),
    ],
)
def test_data_and_labels_lie_as_they_are_wanted(layout: Layout, data: Any, labels: Any) -> None:
    X, Y = layout.data_of(PROBLEM), layout.labels_of(PROBLEM)
    assert (X.shape, Y.shape) == (data, labels)
    if "integers" in layout.labels:
        assert Y.dtype.kind == "i"
        assert np.array_equal(np.eye(3)[Y.reshape(-1)].T, PROBLEM.Y)
    X *= 0
    Y *= 0
    assert PROBLEM.X.any()
    assert PROBLEM.Y.any()


def test_labels_of_one_output_may_be_a_vector() -> None:
    assert Layout("rows", "vector").labels_of(SINGLE).shape == (9,)
    assert "vector" in label_layouts(1, 9)
    assert "vector" not in label_layouts(3, 9)


def test_one_example_may_be_flat() -> None:
    assert [list(data_layouts(m)) for m in (1, 9)] == [
        ["columns", "rows", "flat"],
        ["columns", "rows"],
    ]


def test_arrays_come_back_as_columns_whichever_way_they_lie() -> None:
    A = np.arange(12.0).reshape(3, 4)
    layout = Layout("rows")
    for given in (A, A.T):
        assert np.array_equal(layout.ours(given, 3, 4), A)
    for other in (A.reshape(2, 6), A[None], A.reshape(-1), A[:2]):
        assert layout.ours(other, 3, 4) is None
    assert layout.ours(np.arange(4.0), 1, 4).shape == (1, 4)
    assert layout.ours(np.arange(3.0), 3, 1).shape == (3, 1)


@pytest.mark.parametrize(
    ("other", "answer"),
    [(W1, True), (W1 * (1 + 1e-9), True), (W1 * 1.001, False), (-W1, False), (W1.T, False)],
)
def test_the_same_but_for_rounding(other: Any, answer: bool) -> None:
    assert same(W1, other) == answer
    assert same(W1 * 1e-20, other * 1e-20) == answer
