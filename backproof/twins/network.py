"""A case in the words of the PyTorch twin."""

from typing import Any

import impl_torch
from backproof.case import Case
from backproof.guards import at_place


def network_of(case: Case) -> impl_torch.SimpleNN:
    """Return the case's network, with random parameters."""
    return impl_torch.SimpleNN(case.layer_dims, case.hidden, case.loss, case.output)


def options_of(case: Case) -> dict[str, Any]:
    """Return what impl_torch.Objective and iterate want to know about the cost."""
    shown, slope = (at_place(case.guards, place) for place in ("logarithm", "slope"))
    return {
        "loss": case.loss,
        "reduction": case.reduction,
        "guard": shown and impl_torch.Guard(shown.kind, shown.eps),
        "slope": slope and impl_torch.Guard(slope.kind, slope.eps),
    }
