"""One process of several: `python -m backproof.parallel.rank RANK RANKS DEVICE FOLDER`.

Each line on standard input is an order, in JSON: the case's file, this process's share, iterations,
and the file for what it computes.  Each is answered by a line.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, optim
from torch.nn.parallel import DistributedDataParallel

import impl_torch
from backproof.exchange import Problem, read_case, save
from backproof.parallel.ranks import TRAJECTORY
from backproof.trace import Trace


def trained(problem: Problem, share: dict[str, Any], iterations: int, device: str) -> Trace:
    """Return what this process has of a training: a trace, and what all steps have left."""
    network = impl_torch.SimpleNN(problem.layer_dims, problem.hidden, problem.loss, problem.output)
    impl_torch.load_parameters(network, problem.parameters)
    objective = impl_torch.Objective(network, problem.loss, problem.reduction).to(device)
    X, Y = (
        torch.from_numpy(a[:, share["begin"] : share["end"]].T.copy()).to(device)
        for a in (problem.X, problem.Y)
    )
    parallel = DistributedDataParallel(objective)
    optimizer = optim.SGD(parallel.parameters(), lr=problem.learning_rate)
    found: Trace = {}
    states: dict[str, list[Any]] = {}
    for _ in range(iterations):
        J, cost, activations, Z_values = parallel(X, Y)
        optimizer.zero_grad()
        (share["weight"] * J).backward()
        gradients = {n: p.grad.clone() for n, p in network.named_parameters() if p.grad is not None}
        optimizer.step()
        whole = _of_all(share["weight"] * cost.detach())
        updated = impl_torch.to_numpy(dict(network.named_parameters()))
        if not found:
            layers = Z_values | activations
            found = {k: t.detach().cpu().numpy().T for k, t in layers.items()}
            found |= {f"d{k}": v for k, v in impl_torch.to_numpy(gradients).items()}
            found |= updated | {"cost": whole}
        for name, value in (updated | {"cost": whole}).items():
            states.setdefault(name, []).append(value)
    return found | {f"{TRAJECTORY}{name}": np.stack(each) for name, each in states.items()}


def _of_all(cost: Tensor) -> Any:
    """Return the mean of the processes' weighted costs: the cost of all examples."""
    dist.all_reduce(cost)
    return (cost / dist.get_world_size()).cpu().numpy()


def main(rank: int, ranks: int, device: str, folder: Path) -> None:
    """Join the others, and do what is ordered until nothing more is."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    torch.set_num_threads(1)
    where = f"{device}:{rank}" if device == "cuda" else device
    backend = "nccl" if device == "cuda" else "gloo"
    dist.init_process_group(
        backend, init_method=f"file://{folder / 'meeting'}", rank=rank, world_size=ranks
    )
    try:
        for line in sys.stdin:
            order = json.loads(line)
            problem = read_case(Path(order["case"]))
            trace = trained(problem, order["share"], order["iterations"], where)
            save(trace, Path(order["trace"]))
            out.write("done\n")
            out.flush()
    finally:
        dist.destroy_process_group()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
