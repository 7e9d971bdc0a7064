"""Right networks that look wrong, or compute in another order: nobody may accuse them."""

from dataclasses import dataclass

import numpy as np

from backproof.candidate import Candidate
from backproof.case import Case
from backproof.cases import case_named
from backproof.trace import Array
from impl_numpy import STEPS, leaky_relu, relu, sigmoid, softmax, tanh
from impl_numpy.losses import cost_derivative
from parity_tests.meta.faults import SQUARE, edited, steps
from parity_tests.meta.faults_forward import instead_of


@dataclass(frozen=True)
class Innocent:
    """One right network; `why` says what makes it look wrong, or round in another way."""

    name: str
    why: str
    candidate: Candidate
    on: str | Case = "ragged"

    @property
    def case(self) -> Case:
        """The case on which it is judged."""
        return self.on if isinstance(self.on, Case) else case_named(self.on)


def stable_sigmoid(Z: Array) -> Array:
    e = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1 / (1 + e), e / (1 + e))


def weights_by_loop(dZ: Array, A: Array) -> Array:
    dW = np.zeros((dZ.shape[0], A.shape[0]), dZ.dtype)
    for k in range(dZ.shape[1]):
        dW += np.outer(dZ[:, k], A[:, k])
    return dW / dZ.shape[1]


def biases_by_loop(dZ: Array) -> Array:
    db = np.zeros((dZ.shape[0], 1), dZ.dtype)
    for k in range(dZ.shape[1]):
        db += dZ[:, k : k + 1]
    return db / dZ.shape[1]


def reversed_sums(dZ: Array, A: Array) -> Array:
    return dZ[:, ::-1] @ A[:, ::-1].T / dZ.shape[1]


def averaged_delta() -> Candidate:
    """1/m sits in dZ, as in CS231n, and in no gradient."""
    return steps(
        output_delta=lambda A, Y, *of: STEPS.output_delta(A, Y, *of) / A.shape[1],
        weight_gradient=lambda dZ, A: dZ @ A.T,
        bias_gradient=lambda dZ: np.sum(dZ, axis=1, keepdims=True),
    )


def whole_jacobian(A: Array, Y: Array, _: str, loss: str) -> Array:
    """A Jacobian for every example, diag(a) - a a^T, multiplied as matrices."""
    jacobians = [np.diag(a) - np.outer(a, a) for a in A.T]
    columns = zip(jacobians, cost_derivative(A, Y, loss).T, strict=True)
    return np.stack([J @ dA for J, dA in columns], axis=1)


def max_of_both(Z: Array) -> Array:
    return np.maximum(Z, Z.dtype.type(0.01) * Z)


def bias_as_product(dZ: Array) -> Array:
    return dZ @ np.ones((dZ.shape[1], 1), dZ.dtype) / dZ.shape[1]


def bias_in_weight_column(W: Array, A: Array, b: Array) -> Array:
    return np.hstack([W, b]) @ np.vstack([A, np.ones((1, A.shape[1]), A.dtype)])


def from_the_activation(Z: Array, _: str) -> Array:
    """x (1 - x) where x already is the activation: right, though readers report it (#23b)."""
    a = sigmoid(Z)
    return a - a * a


def in_float64(W: Array, A: Array, b: Array) -> Array:
    """Sums in double precision, stored in single: more precise than it has to be."""
    return (W.astype(np.float64) @ A.astype(np.float64) + b).astype(W.dtype)


def cross_entropy_as_one_log(Z: Array, A: Array, Y: Array, *_: str) -> np.floating:  # noqa: ARG001
    """-log of the probability of the label that is there."""
    return -np.mean(np.log(np.where(Y == 1, A, 1 - A)).sum(axis=0))


def with_views(trace: dict, *_: object) -> None:
    """Fortran order, reversed strides, and arrays that nobody asked for."""
    for name, value in list(trace.items()):
        trace[f"{name} again"] = value
        if value.ndim:
            layouts = np.asfortranarray(value), np.repeat(value, 2, axis=1)[:, ::-2][:, ::-1]
            trace[name] = layouts[name[0] in "ZA"]


def innocents() -> list[Innocent]:
    half_tanh = instead_of(sigmoid, lambda Z: Z.dtype.type(0.5) * (1 + np.tanh(Z / 2)))
    return [
        Innocent("sigmoid-by-tanh", "(1 + tanh(z / 2)) / 2", half_tanh, "sigmoid-hidden"),
        Innocent(
            "stable-sigmoid", "by sign", instead_of(sigmoid, stable_sigmoid), "sigmoid-hidden"
        ),
        Innocent(
            "tanh-by-sigmoid",
            "2 s(2z) - 1",
            instead_of(tanh, lambda Z: 2 * sigmoid(2 * Z) - 1),
            "deep",
        ),
        Innocent(
            "unshifted-softmax",
            "right until exp overflows",
            instead_of(softmax, lambda Z: np.exp(Z) / np.exp(Z).sum(axis=0)),
            "softmax",
        ),
        Innocent(
            "globally-shifted-softmax",
            "seen 4 times",
            instead_of(softmax, lambda Z: np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum(axis=0)),
            "softmax",
        ),
        Innocent(
            "whole-jacobian",
            "of every example",
            steps(output_delta=whole_jacobian),
            "softmax-squared",
        ),
        Innocent("no-m-at-all", "the sum, as it stands", averaged_delta(), "sigmoid-squared-sum"),
        Innocent(
            "leaky-by-maximum", "max(z, z/100)", instead_of(leaky_relu, max_of_both), "mixed-hidden"
        ),
        Innocent("relu-by-product", "Z * (Z > 0)", instead_of(relu, lambda Z: Z * (Z > 0))),
        Innocent(
            "einsum",
            "another order",
            steps(linear=lambda W, A, b: np.einsum("ij,jk->ik", W, A) + b),
        ),
        Innocent("bias-first", "b + W A by columns", steps(linear=bias_in_weight_column)),
        Innocent("double-sums", "better than asked", steps(linear=in_float64), "wide"),
        Innocent("reversed-sums", "last example first", steps(weight_gradient=reversed_sums)),
        Innocent(
            "python-loop",
            "one example after another",
            steps(weight_gradient=weights_by_loop, bias_gradient=biases_by_loop),
            "breast-cancer",
        ),
        Innocent("1/m-in-delta", "CS231n", averaged_delta()),
        Innocent("bias-as-product", "with ones", steps(bias_gradient=bias_as_product)),
        Innocent(
            "x(1-x)", "#23b", steps(activation_derivative=from_the_activation), "sigmoid-hidden"
        ),
        Innocent("one-log", "of the right label", steps(cost=cross_entropy_as_one_log)),
        Innocent(
            "delta-transposed-twice",
            "(dZ^T W)^T",
            steps(propagated_delta=lambda W, dZ: (dZ.T @ W).T),
            SQUARE,
        ),
        Innocent("rate-first", "p + (-lr) d", steps(update=lambda p, d, lr: p + (-lr) * d)),
        Innocent("views", "memory order is nobody's business", edited(with_views)),
    ]
