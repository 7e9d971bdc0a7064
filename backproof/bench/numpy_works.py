"""impl_numpy, as work to be timed."""

from typing import Any

import impl_numpy
from backproof.bench.work import Implementation, Parameters, Ready
from backproof.bench.workload import BACKWARD, FORWARD, KINDS, RATE, Workload
from backproof.case import Inputs
from backproof.trace import Array, Trace


class _Functions(Ready):
    """What the readable functions share: data, and parameters to go on from."""

    def __init__(self, inputs: Inputs) -> None:
        self._X, self._Y = inputs.X, inputs.Y
        self._parameters: dict[str, Array] = {}
        self._found: Any = None

    def start(self, parameters: Parameters) -> None:
        """Go on from copies of these."""
        self._parameters = {name: value.copy() for name, value in parameters.items()}


class _Step(_Functions):
    def start(self, parameters: Parameters) -> None:
        """Begin to iterate anew."""
        super().start(parameters)
        self._iterations = impl_numpy.iterate(self._X, self._Y, self._parameters, RATE)

    def run(self) -> None:
        """Do one iteration."""
        self._found = next(self._iterations)

    def result(self) -> Trace:
        """Return gradients and parameters."""
        return {**self._found.grads, **self._found.parameters}


class _Forward(_Functions):
    def run(self) -> None:
        """Do the forward pass."""
        self._found = impl_numpy.forward_propagation(self._X, self._parameters)

    def result(self) -> Trace:
        """Return all activations."""
        activations, Z_values = self._found
        return {**Z_values, **activations}


class _Backward(_Functions):
    def start(self, parameters: Parameters) -> None:
        """Do a forward pass, which is not timed."""
        super().start(parameters)
        self._layers = impl_numpy.forward_propagation(self._X, self._parameters)

    def run(self) -> None:
        """Do the backward pass."""
        self._found = impl_numpy.backward_propagation(self._parameters, *self._layers, self._Y)

    def result(self) -> Trace:
        """Return the gradients."""
        return dict(self._found)


class _Trainer(Ready):
    def __init__(self, inputs: Inputs) -> None:
        self._trainer = impl_numpy.Trainer(inputs.X, inputs.Y, dict(inputs.parameters), RATE)
        self._views = self._trainer.parameters
        self.run = self._trainer.step  # type: ignore[method-assign]

    def start(self, parameters: Parameters) -> None:
        """Write these into the buffers."""
        for name, view in self._views.items():
            view[...] = parameters[name]

    def result(self) -> Trace:
        """Return copies of gradients and parameters."""
        return self._trainer.grads | {name: view.copy() for name, view in self._views.items()}


def _functions(workload: Workload, inputs: Inputs) -> _Functions:
    return {FORWARD: _Forward, BACKWARD: _Backward}.get(workload.kind, _Step)(inputs)


NUMPY = Implementation("numpy", _functions, KINDS)
NUMPY_TRAINER = Implementation("numpy trainer", lambda _, inputs: _Trainer(inputs))
