"""One run of the manual computation with mistakes in it, exactly or with random roundings.

Error bars by Monte Carlo arithmetic: every step's inputs and outputs are changed at random by
about one unit roundoff u, relatively; the standard deviation of what comes out is sigma.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from backproof.architecture.activations import derivative as slope_of
from backproof.case import Inputs
from backproof.diagnosis.exhibit import LATER, Exhibit
from backproof.guards import OF_LAYERS, Guard, at_place, kept, of_derivative, of_layer, shift
from backproof.mistakes.mistake import Plant
from backproof.mistakes.watching import Pass, watched
from backproof.trace import Array, parameter_names
from impl_numpy import STEPS, Steps, iterate
from impl_numpy.activations import OUTPUT
from impl_numpy.steps import replace

RUNS = 16
FLOOR = 4.0  # units roundoff of an element: its sigma is never smaller than this over Z_LIMIT
Numbers = dict[str, Array]


def run(exhibit: Exhibit, plants: Sequence[Plant]) -> Numbers:
    """Return all arrays, by name, with mistakes planted one over the other.

    Raises whatever the mistakes raise: shapes that do not fit, for example.
    """
    return run_wrapped(exhibit, plants, lambda steps: steps)


def sigmas(exhibit: Exhibit, plants: Sequence[Plant], center: Numbers, unit: float) -> Numbers:
    """Return the standard deviation of every element where the computation has this unit u."""
    rng = np.random.default_rng(0)
    squares = {name: np.zeros(np.shape(value)) for name, value in center.items()}
    for _ in range(RUNS):
        disturbed = run_wrapped(exhibit, plants, lambda steps: noisy(steps, rng, unit))
        for name, value in center.items():
            squares[name] += (disturbed[name] - value) ** 2
    found = {}
    for name, value in center.items():
        sigma = np.sqrt(squares[name] / RUNS)
        typical = np.sqrt(np.mean(squares[name]) / RUNS)  # 16 draws may be small by chance
        found[name] = np.maximum(np.maximum(sigma, typical / 4), FLOOR * unit * np.abs(value) / 8)
    return found


def run_wrapped(
    exhibit: Exhibit, plants: Sequence[Plant], wrap: Callable[[Steps], Steps]
) -> Numbers:
    """Return all arrays where `wrap` is put around the mistaken steps."""
    case, inputs = exhibit.case, _doubled(exhibit.inputs)
    hidden, options = case.hidden_layers, (case.loss, case.output, case.reduction)
    at = Pass(case.depth, hidden, case.output, case.loss, case.reduction, exhibit.rate, inputs.X,
              inputs.Y)  # fmt: skip
    steps = base(exhibit, at)
    for plant in plants:
        steps = plant(steps, at)
    steps = bounded(steps, case.guards)
    state: dict[str, Array] = dict(inputs.parameters)
    at.begin(state)
    iterations = iterate(
        inputs.X, inputs.Y, state, exhibit.rate, hidden, *options, watched(wrap(steps), at)
    )
    numbers: Numbers = {}
    before = {name: value.copy() for name, value in state.items()}
    costs, states = [], []
    for _ in range(exhibit.steps):
        iteration = next(iterations)
        costs.append(np.asarray(iteration.cost))
        states.append({name: np.array(v) for name, v in iteration.parameters.items()})
        if not numbers:
            numbers = {**iteration.Z_values, **iteration.activations, **iteration.grads}
            numbers = {name: np.array(value) for name, value in numbers.items()}
            numbers |= {"cost": costs[0], **states[0]}
        at.begin(iteration.parameters)
    if exhibit.recovered:
        for name in parameter_names(case.depth):
            numbers[f"d{name}"] = (before[name] - states[0][name]) / exhibit.rate
    if exhibit.steps > 1:
        numbers[LATER + "cost"] = np.stack(costs)
        for name in before:
            numbers[LATER + name] = np.stack([state[name] for state in states])
    return numbers


def _doubled(inputs: Inputs) -> Inputs:
    """Return copies in float64: the roundings of a coarser candidate are in the error bars."""
    parameters = {name: value.astype(np.float64) for name, value in inputs.parameters.items()}
    return Inputs(parameters, inputs.X.astype(np.float64), inputs.Y.astype(np.float64))


# --- the right computation -------------------------------------------------------------------


def base(exhibit: Exhibit, at: Pass) -> Steps:
    """Return the right steps of a case: those of impl_numpy, with its guards and its division."""
    case, outputs, steps = exhibit.case, exhibit.outputs, STEPS
    if not exhibit.logits or of_layer(case.guards, case.depth):
        steps = replace(steps, cost=lambda Z, A, Y, _, loss: STEPS.cost(Z, A, Y, "", loss))
    if guard := at_place(case.guards, "logarithm"):
        steps = replace(steps, cost=_guarded_cost(guard))
    if guard := at_place(case.guards, "slope"):
        steps = replace(steps, output_delta=_guarded_delta(guard))
    if any(guard.place in OF_LAYERS for guard in case.guards):
        steps = _guarded_activations(steps, case.guards, at)
    if outputs > 1:
        cost, delta = steps.cost, steps.output_delta
        steps = replace(
            steps,
            cost=lambda *args: cost(*args) / outputs,
            output_delta=lambda *args: delta(*args) / outputs,
        )
    return steps


def _guarded_cost(guard: Guard) -> Callable[..., Any]:
    def cost(_: Array, A: Array, Y: Array, __: str, loss: str) -> Any:
        low, high = kept(guard.kind, guard.eps, A)
        total = Y * np.log(low)
        if loss == "binary_cross_entropy":
            total = total + (1 - Y) * np.log(high)
        return -np.sum(total) / Y.shape[1]

    return cost


def _guarded_delta(guard: Guard) -> Callable[..., Any]:
    def delta(A: Array, Y: Array, output: str, loss: str) -> Any:
        if guard.kind == "product":
            return OUTPUT[output].delta((A - Y) / (A * (1 - A) + guard.eps), A)
        if guard.kind == "delta":
            return kept("clip", guard.eps, A)[0] - Y
        low, high = kept(guard.kind, guard.eps, A)
        dA = -Y / low
        if loss == "binary_cross_entropy":
            dA = dA + (1 - Y) / high
        if guard.kind == "clip":
            dA = dA * (np.abs(A - 0.5) <= 0.5 - guard.eps)
        return OUTPUT[output].delta(dA, A)

    return delta


def _guarded_activations(steps: Steps, guards: Sequence[Guard], at: Pass) -> Steps:
    """Return the steps with the guards of activations; derivatives are told from A, as A is."""

    def activation(Z: Array, g: Callable[[Array], Array]) -> Array:
        own = of_layer(guards, at.layer)
        return g(Z) + shift(own, (*at.hidden, at.output)[at.layer - 1], Z, g) if own else g(Z)

    def derivative(Z: Array, name: str) -> Array:
        plain, added = of_derivative(guards, at.layer)
        if plain or not of_layer(guards, at.layer):
            return STEPS.activation_derivative(Z, name) + added
        return np.asarray(slope_of(name, Z, at.A[at.layer])) + added

    return replace(steps, activation=activation, activation_derivative=derivative)


def bounded(steps: Steps, guards: Sequence[Guard]) -> Steps:
    """Return the steps, whatever they do, with the bounds that are put on their gradients."""
    if guard := at_place(guards, "gradient"):
        weight, bias, eps = steps.weight_gradient, steps.bias_gradient, guard.eps
        steps = replace(
            steps,
            weight_gradient=lambda dZ, A: np.clip(weight(dZ, A), -eps, eps),
            bias_gradient=lambda dZ: np.clip(bias(dZ), -eps, eps),
        )
    if guard := at_place(guards, "update"):
        update, most = steps.update, guard.eps
        steps = replace(steps, update=lambda p, d, lr: update(p, np.clip(d, -most, most), lr))
    return steps


# --- random roundings ------------------------------------------------------------------------


def noisy(steps: Steps, rng: np.random.Generator, unit: float) -> Steps:
    """Return the steps with random relative errors of size u in their inputs and outputs.

    Outputs are changed in place, so that a mistake which shares an array still shares it.
    """

    def near(x: Array) -> Array:
        return x * (1 + unit * rng.standard_normal(np.shape(x)))

    def out(x: Any, absolute: float = 0.0) -> Any:
        x = np.asarray(x)
        noise = unit * (np.abs(x) + absolute) * rng.standard_normal(x.shape)
        if x.ndim and x.flags.writeable and x.dtype == np.float64:
            x += noise
            return x
        return x + noise

    return Steps(
        linear=lambda W, A, b: out(steps.linear(near(W), near(A), near(b))),
        activation=lambda Z, g: out(steps.activation(Z, g)),
        cost=lambda Z, A, Y, o, j: out(steps.cost(Z, A, Y, o, j), 1.0),
        output_delta=lambda A, Y, o, j: out(steps.output_delta(A, Y, o, j), 1.0),
        propagated_delta=lambda W, dZ: out(steps.propagated_delta(near(W), near(dZ))),
        activation_derivative=lambda Z, g: out(steps.activation_derivative(Z, g), 1.0),
        hidden_delta=lambda dA, g: out(steps.hidden_delta(dA, g)),
        weight_gradient=lambda dZ, A: out(steps.weight_gradient(near(dZ), near(A))),
        bias_gradient=lambda dZ: out(steps.bias_gradient(near(dZ))),
        update=lambda p, d, lr: out(np.array(steps.update(p, d, lr))),
    )
