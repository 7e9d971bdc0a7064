"""A case in the words of the PyTorch twin."""

from typing import Any

import impl_torch
from backproof.case import Case


def network_of(case: Case) -> impl_torch.SimpleNN:
    """Return the case's network, with random parameters."""
    return impl_torch.SimpleNN(case.layer_dims, case.hidden, case.loss, case.output)


def options_of(case: Case) -> dict[str, Any]:
    """Return what impl_torch.Objective and iterate want to know about the cost."""
    guard = case.guard and impl_torch.Guard(case.guard.kind, case.guard.eps)
    return {
        "loss": case.loss,
        "reduction": case.reduction,
        "guard": guard,
        "guarded_gradient": case.guarded_gradient,
    }
