"""The same training step, done by PyTorch in several ways: eager, compiled, captured.

eager     one kernel after the other, one loop over the parameters for the update
foreach   the update of all parameters in a few calls
fused     the update of all parameters in one kernel
compiled  the whole step (forward, backward, update) as one graph, by torch.compile
graph     the whole eager step captured once as a CUDA graph, and replayed
"""

import shutil
import time
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn, optim
from torch.func import functional_call, grad

from impl_torch.network import SimpleNN
from impl_torch.training import Objective

MODES = ("eager", "foreach", "fused", "compiled", "graph")
COMPILERS = ("c++", "g++", "clang++", "cl")
WARM_UP = 3  # steps on a side stream before a capture, as torch's notes on CUDA graphs ask for
PREFIX = "network."  # of a parameter's name in Objective


def unavailable(mode: str, device: str = "cpu") -> str:
    """Return why a mode cannot be had here, a clause; "" where it can.

    Raises KeyError for an unknown mode.
    """
    if mode not in MODES:
        raise KeyError(mode)
    cuda = torch.device(device).type == "cuda"
    if cuda and not torch.cuda.is_available():
        return "torch finds no CUDA device here"
    if mode == "graph" and not cuda:
        return "CUDA graphs need a CUDA device"
    if mode == "compiled" and not cuda and not any(shutil.which(name) for name in COMPILERS):
        return f"torch.compile needs a C++ compiler on the CPU: none of {', '.join(COMPILERS)}"
    return ""


class ModeTrainer:
    """Gradient descent on one network, a step a call, in one of MODES.

    network        on the device and in the precision of X (m, n_x) and Y (m, n_out); its
                   parameters are updated in place, so load_parameters starts it anew
    learning_rate  step length
    loss, reduction   as in Objective
    preparing      seconds that compiling or capturing took: the first step of these modes
    Raises KeyError for an unknown mode, ValueError for one that cannot be had here.
    """

    def __init__(
        self,
        network: SimpleNN,
        X: Tensor,
        Y: Tensor,
        learning_rate: float,
        mode: str = "eager",
        loss: str = "binary_cross_entropy",
        reduction: str = "mean",
    ) -> None:
        """Compile or capture the step; the parameters stay what they are."""
        why = unavailable(mode, str(X.device))
        if why:
            raise ValueError(f"The mode '{mode}' cannot be had here: {why}.")
        self.network, self.mode, self.preparing = network, mode, 0.0
        self._X, self._Y, self._rate = X, Y, learning_rate
        self._objective = Objective(network, loss, reduction)
        makes = {"compiled": self._compiled, "graph": self._captured}
        self.step: Callable[[], None] = makes.get(mode, self._optimised)()

    @property
    def grads(self) -> dict[str, Tensor]:
        """Gradients of the last step by name of parameter; empty where the mode keeps none."""
        named = self.network.named_parameters()
        return {name: p.grad for name, p in named if p.grad is not None}

    def wait(self) -> None:
        """Return when every step that was begun is done."""
        if self._X.is_cuda:
            torch.cuda.synchronize(self._X.device)

    def _optimised(self) -> Callable[[], None]:
        return self._eager_step(set_to_none=True)

    def _eager_step(self, set_to_none: bool) -> Callable[[], None]:
        fused, foreach = self.mode == "fused", self.mode in ("foreach", "graph")
        optimizer = optim.SGD(
            self.network.parameters(), lr=self._rate, foreach=foreach, fused=fused
        )
        objective, X, Y = self._objective, self._X, self._Y

        def step() -> None:
            optimizer.zero_grad(set_to_none)
            objective(X, Y)[0].backward()
            optimizer.step()

        return step

    def _compiled(self) -> Callable[[], None]:
        objective, X, Y, rate = self._objective, self._X, self._Y, self._rate
        state = {PREFIX + name: p.detach() for name, p in self.network.named_parameters()}

        def cost(values: Mapping[str, Tensor]) -> Tensor:
            J: Tensor = functional_call(objective, dict(values), (X, Y))[0]
            return J

        def whole() -> None:
            gradients = grad(cost)(state)
            for name, value in state.items():
                value.sub_(rate * gradients[name])

        compiled = torch.compile(whole, fullgraph=True, dynamic=False)

        def step() -> None:
            with torch.no_grad():
                compiled()

        self._prepare(step)
        return step

    def _captured(self) -> Callable[[], None]:
        """Capture the step: its kernels, in their order, on the tensors they were run on.

        Gradients are kept from capture to capture (set_to_none would let go of their memory);
        backward adds to them, so zero_grad is part of what is captured.
        """
        eager = self._eager_step(set_to_none=False)
        graph = torch.cuda.CUDAGraph()

        def capture() -> None:
            side = torch.cuda.Stream(self._X.device)  # type: ignore[no-untyped-call]
            side.wait_stream(torch.cuda.current_stream(self._X.device))
            with torch.cuda.stream(side):
                for _ in range(WARM_UP):
                    eager()
            torch.cuda.current_stream(self._X.device).wait_stream(side)
            with torch.cuda.graph(graph):
                eager()

        self._prepare(capture)
        step: Callable[[], None] = graph.replay
        return step

    def _prepare(self, first: Callable[[], None]) -> None:
        """Do what is done once, in measured time, and put the parameters back."""
        kept = [p.detach().clone() for p in self.network.parameters()]
        self.wait()
        began = time.perf_counter()
        first()
        self.wait()
        self.preparing = time.perf_counter() - began
        _put_back(self.network, kept)


def _put_back(network: nn.Module, kept: list[Tensor]) -> None:
    with torch.no_grad():
        for parameter, value in zip(network.parameters(), kept, strict=True):
            parameter.copy_(value)
