"""Peers: the same training step by others, judged like ours before it is timed.

`backproof bench --also benchmarks/peers.py` adds those that are installed; the rest say what they
lack: pip install backproof[peers].  Each does X (n_x, m) -> relu ... relu -> sigmoid, binary
cross-entropy averaged over m examples, plain gradient descent.
"""

import importlib.util
import runpy
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from backproof.bench.work import Implementation, Parameters, Ready
from backproof.bench.workload import RATE, STEP, TRAINING, Workload
from backproof.case import Inputs

naive = runpy.run_path(str(Path(__file__).with_name("naive.py")))
State = dict[str, np.ndarray]


def lacking(package: str, module: str) -> Callable[[Workload], str]:
    """Return what says that a package is not installed."""
    found = importlib.util.find_spec(module) is not None
    return lambda _: "" if found else f"{package} is not installed: pip install backproof[peers]"


class Notebook(Ready):
    """The notebook's code as a reader would type it."""

    def __init__(self, inputs: Inputs) -> None:
        """Keep the data."""
        self._X, self._Y = inputs.X, inputs.Y

    def start(self, parameters: Parameters) -> None:
        """Go on from copies of these."""
        self._parameters = {name: value.copy() for name, value in parameters.items()}

    def run(self) -> None:
        """Do one iteration."""
        naive["step"](self._X, self._Y, self._parameters, RATE)

    def result(self) -> State:
        """Return copies of the parameters."""
        return {name: value.copy() for name, value in self._parameters.items()}


class Sklearn(Ready):
    """scikit-learn's MLPClassifier, by its own functions of a step: _backprop and an SGD optimiser
    without momentum and without a penalty."""

    def __init__(self, inputs: Inputs) -> None:
        """Have scikit-learn prepare its network for the data, examples first."""
        from sklearn.neural_network import MLPClassifier

        layers = [value for name, value in inputs.parameters.items() if name[0] == "W"]
        hidden = [W.shape[0] for W in layers[:-1]]
        self._X, self._Y = (np.ascontiguousarray(a.T) for a in (inputs.X, inputs.Y))
        self._net = net = MLPClassifier(hidden, solver="sgd", alpha=0.0, momentum=0.0)
        net._random_state = np.random.RandomState(0)
        net._label_binarizer = SimpleNamespace(y_type_="binary")
        net._initialize(self._Y, [self._X.shape[1], *hidden, 1], self._X.dtype)

    def start(self, parameters: Parameters) -> None:
        """Copy these into its lists of arrays, and make its optimiser."""
        from sklearn.neural_network._stochastic_optimizers import SGDOptimizer

        net, depth = self._net, len(parameters) // 2
        net.coefs_ = [parameters[f"W{l}"].T.copy() for l in range(1, depth + 1)]
        net.intercepts_ = [parameters[f"b{l}"][:, 0].copy() for l in range(1, depth + 1)]
        self._activations = [self._X, *([None] * depth)]
        self._deltas: list[Any] = [None] * depth
        self._grads = (
            [np.empty_like(W) for W in net.coefs_],
            [np.empty_like(b) for b in net.intercepts_],
        )
        state = [*net.coefs_, *net.intercepts_]
        self._optimizer = SGDOptimizer(state, RATE, momentum=0.0, nesterov=False)

    def run(self) -> None:
        """Do what MLPClassifier does with a batch."""
        net = self._net
        _, dW, db = net._backprop(
            self._X, self._Y, None, self._activations, self._deltas, *self._grads
        )
        self._optimizer.update_params([*net.coefs_, *net.intercepts_], [*dW, *db])

    def result(self) -> State:
        """Return copies of the parameters."""
        found: State = {}
        pairs = zip(self._net.coefs_, self._net.intercepts_, strict=True)
        for l, (W, b) in enumerate(pairs, 1):
            found[f"W{l}"], found[f"b{l}"] = W.T.copy(), b[:, None].copy()
        return found


def cost(np_like: Any, state: Mapping[str, Any], X: Any, Y: Any) -> Any:
    """Return the cost, written with logits as users of these libraries do it.

    max(z, 0) - z y + log(1 + exp(-|z|)), the cross-entropy of a sigmoid.
    """
    depth, A = len(state) // 2, X
    for l in range(1, depth + 1):
        Z = np_like.dot(state[f"W{l}"], A) + state[f"b{l}"]
        A = np_like.maximum(Z, 0) if l < depth else Z
    each = np_like.maximum(Z, 0) - Z * Y + np_like.log1p(np_like.exp(-np_like.abs(Z)))
    return np_like.sum(each) / Y.shape[1]


class Autograd(Ready):
    """HIPS autograd: the gradient of a cost in its NumPy."""

    def __init__(self, inputs: Inputs) -> None:
        """Have the gradient made."""
        import autograd.numpy as anp
        from autograd import grad

        X, Y = inputs.X, inputs.Y
        self._gradient = grad(lambda state: cost(anp, state, X, Y))

    def start(self, parameters: Parameters) -> None:
        """Go on from copies of these."""
        self._state = {name: value.copy() for name, value in parameters.items()}

    def run(self) -> None:
        """Do one step."""
        gradients = self._gradient(self._state)
        for name, value in self._state.items():
            value -= RATE * gradients[name]

    def result(self) -> State:
        """Return copies of the parameters."""
        return {name: value.copy() for name, value in self._state.items()}


class Jax(Ready):
    """jax.jit of a whole step, called once a step."""

    def __init__(self, inputs: Inputs) -> None:
        """Compile the step for these shapes."""
        import jax

        jax.config.update("jax_enable_x64", True)
        jax.config.update("jax_default_matmul_precision", "highest")
        jax.config.update("jax_cpu_enable_async_dispatch", False)  # no second thread to hand it to
        self._jax = jax
        self._data = tuple(jax.device_put(a) for a in (inputs.X, inputs.Y))
        self.start(inputs.parameters)
        began = time.perf_counter()
        self._compiled = self._lowered(_jax_step(jax))
        self.preparing = time.perf_counter() - began

    def _lowered(self, step: Any) -> Any:
        return self._jax.jit(step).lower(self._state, *self._data).compile()

    def start(self, parameters: Parameters) -> None:
        """Go on from copies of these."""
        self._state = {n: self._jax.numpy.array(value) for n, value in parameters.items()}

    def run(self) -> None:
        """Do one step."""
        self._state = self._compiled(self._state, *self._data)

    def wait(self) -> None:
        """Return when all steps are done."""
        self._jax.block_until_ready(self._state)

    def result(self) -> State:
        """Return copies of the parameters."""
        return {name: np.array(value) for name, value in self._state.items()}


class JaxLoop(Jax):
    """jax.lax.fori_loop: the loop over the steps compiled together with them."""

    def _lowered(self, step: Any) -> Any:
        def loop(state: Any, X: Any, Y: Any, steps: Any) -> Any:
            return self._jax.lax.fori_loop(0, steps, lambda _, s: step(s, X, Y), state)

        return self._jax.jit(loop).lower(self._state, *self._data, np.int64(1)).compile()

    def advance(self, steps: int) -> None:
        """Do so many steps in one call."""
        self._state = self._compiled(self._state, *self._data, np.int64(steps))

    def run(self) -> None:
        """Do one step."""
        self.advance(1)


def _jax_step(jax: Any) -> Callable[..., Any]:
    jnp = jax.numpy

    def relu(Z: Any) -> Any:
        return jnp.where(Z > 0, Z, 0)  # jnp.maximum has the derivative 1/2 at 0

    def objective(state: Any, X: Any, Y: Any) -> Any:
        depth, A = len(state) // 2, X
        for l in range(1, depth + 1):
            Z = state[f"W{l}"] @ A + state[f"b{l}"]
            A = relu(Z) if l < depth else Z
        each = jnp.maximum(Z, 0) - Z * Y + jnp.log1p(jnp.exp(-jnp.abs(Z)))
        return jnp.sum(each) / Y.shape[1]

    def step(state: Any, X: Any, Y: Any) -> Any:
        gradients = jax.grad(objective)(state, X, Y)
        return {name: value - RATE * gradients[name] for name, value in state.items()}

    return step


class Tinygrad(Ready):
    """tinygrad with TinyJit around a whole step, and its SGD."""

    def __init__(self, inputs: Inputs) -> None:
        """Make tensors, and have the step captured: its third call is the first replay."""
        from tinygrad import Context, Tensor, TinyJit
        from tinygrad.nn.optim import SGD

        X, Y = Tensor(inputs.X).realize(), Tensor(inputs.Y).realize()
        self._tensor = Tensor
        self._state = {
            name: Tensor(value.copy()).realize().is_param_()
            for name, value in inputs.parameters.items()
        }
        optimizer = SGD(list(self._state.values()), lr=RATE)
        state, depth = self._state, len(self._state) // 2

        @TinyJit
        def step() -> None:
            with Context(TRAINING=1):
                optimizer.zero_grad()
                A = X
                for l in range(1, depth + 1):
                    Z = state[f"W{l}"] @ A + state[f"b{l}"]
                    A = Z.relu() if l < depth else Z
                each = Z.maximum(0) - Z * Y + (1 + (-Z.abs()).exp()).log()
                (each.sum() / Y.shape[1]).backward()
                optimizer.step()

        began = time.perf_counter()
        for _ in range(3):
            step()
        self.wait()
        self.preparing = time.perf_counter() - began
        self.run = step  # type: ignore[method-assign]

    def start(self, parameters: Parameters) -> None:
        """Write these into its tensors, where they are."""
        for name, value in self._state.items():
            value.assign(self._tensor(parameters[name].copy())).realize()

    def wait(self) -> None:
        """Return when the device is done."""
        from tinygrad import Device

        Device[Device.DEFAULT].synchronize()

    def result(self) -> State:
        """Return copies of the parameters."""
        return {name: value.numpy().copy() for name, value in self._state.items()}


def tinygrad_lacks(workload: Workload) -> str:
    """Return what tinygrad needs and has not got."""
    missing = lacking("tinygrad", "tinygrad")(workload)
    if missing:
        return missing
    from tinygrad import Device

    if workload.dtype != "float32":
        return "tinygrad's optimiser keeps the learning rate in float32"
    try:
        return "" if Device.DEFAULT else "tinygrad finds no device"
    except RuntimeError as error:
        return f"tinygrad finds no device ({error}): its CPU device needs clang"


def peer(
    name: str,
    make: Callable[[Inputs], Any],
    absent: Callable[[Workload], str],
    package: str = "",
    kinds: tuple[str, ...] = (STEP, TRAINING),
    slow: bool = False,
) -> Implementation:
    """Return an implementation that needs nothing of the workload but its arrays."""
    return Implementation(
        name, lambda _, inputs: make(inputs), kinds, absent, slow=slow, package=package
    )


IMPLEMENTATIONS = [
    peer("notebook", Notebook, lambda _: "", "numpy"),
    peer("scikit-learn", Sklearn, lacking("scikit-learn", "sklearn"), "numpy", (STEP,)),
    peer("autograd", Autograd, lacking("autograd", "autograd"), "numpy", (STEP,)),
    peer("jax jit", Jax, lacking("jax", "jax")),
    peer("jax fori_loop", JaxLoop, lacking("jax", "jax"), kinds=(TRAINING,)),
    peer("tinygrad", Tinygrad, tinygrad_lacks, kinds=(STEP,), slow=True),
]
