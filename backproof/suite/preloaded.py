"""What every worker needs of torch, loaded before they are forked, and no more than that."""


def load_torch() -> None:
    """Load torch, as far as judging needs it."""
    import torch

    from backproof.errorbars import with_error_bars
    from backproof.precision import FLOAT64

    with_error_bars(torch.zeros(1), FLOAT64).detach()  # the first operation of a kind loads more
    _leave_out_the_compiler()


def _leave_out_the_compiler() -> None:
    """Let optimisers do without torch.compile, in this process and those forked from it.

    torch loads its compiler, which takes as long as torch itself, when an optimiser is made and
    when it takes a step, to keep both out of what is compiled.  Nothing is compiled here, and its
    methods are called without that care; a version of torch that wraps them in another way loads
    the compiler as before.
    """
    import torch
    from torch.optim import SGD, Optimizer

    for method in vars(Optimizer).values():
        unwrapped = getattr(method, "__wrapped__", None)
        if unwrapped is not None:
            unwrapped.__dict__.setdefault("__dynamo_disable", unwrapped)
    step = getattr(SGD.step, "__wrapped__", None)
    if step is not None:
        SGD.step = torch.no_grad()(step)  # type: ignore[method-assign]
