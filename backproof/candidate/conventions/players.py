"""Which functions may play which part: forward pass, cost, backward pass, update, training."""

import re
from collections.abc import Iterable

from backproof.candidate.conventions.names import BACKWARD, COST, FORWARD, TRAIN, UPDATE

_NOT_A_PLAYER = re.compile(
    r"plot|test|print|check|numerical|accuracy|evaluat|load|read|save|display|show|visuali|"
    r"normali|one_?hot|shuffle|split|mini_?batches|to_?vector|vector_?to|^main$|hot$",
    re.IGNORECASE,
)
_PLAYERS = {
    FORWARD: (
        r"^_*(l_?model_?)?(forward|feed_?forward|fwd)(_?(prop(agation|agate)?|pass|propagation_?n|"
        r"step|model))?_*$",
        r"(forward|feed_?for|fwd|propagat)(?!.*back)",
        r"^_*(think|query|run|call|__call__|activate|infer(ence)?|compute|calculate|"
        r"(get_?)?outputs?|net(work)?_?outputs?|hypothesis|evaluate)_*$",
        r"predict|scores|prob",
    ),
    BACKWARD: (
        r"^_*(l_?model_?)?(back_?ward|back_?prop|bprop)(_?(prop(agation|agate)?|pass|agation|agate|"
        r"propagation_?n|step|model))?_*$",
        r"back|bprop|bwd",
        r"^_*(compute_?|calc(ulate)?_?|get_?)?(gradients?|grads?|deltas?|derivatives|"
        r"cost_?function_?prime)_*$",
        r"grad(?!.*(desc|check))|^_*loss_*$",
    ),
    COST: (
        r"^_*(compute_?|calc(ulate)?_?|get_?|total_?)?(cost|loss)(_?(function|fn|func|value))?_*$",
        r"cost|loss|entropy|mse|mean_?square|error|objective|criterion|bce|nll|likelihood",
    ),
    UPDATE: (
        r"^_*update(_?(parameters?|params?|weights?|network_?parameters))?(_?(gd|with_?gd|sgd|"
        r"and_?biases))?_*$",
        r"update|optimi[sz]e|^_*step_*$|apply|descend|^_*descent_*$|adjust|learn_?step|sgd_?step",
    ),
    TRAIN: (
        r"^_*(train|fit|learn|train_?step|train_?batch|train_?on_?batch|partial_?fit|"
        r"train_?network|train_?once|optimi[sz]e)_*$",
        r"train|fit|learn|descent",
    ),
}
_NOT_THIS = {
    FORWARD: r"back|linear_|_activation|prime|deriv|cost|loss|accuracy|dropout|single_?layer|update"
    r"|optimi|train|init|relu|sigmoid|tanh|softmax",
    BACKWARD: r"zero|reset|clear|feedback|callback|backup|backend|background|"
    r"linear_|_activation|relu|sigmoid|tanh|softmax|single_?layer|update"
    r"|descent|train|clip",
    COST: r"prime|deriv|grad|back|regulari[sz]ation_?(term|cost)$|delta|relu|"
    r"softmax_?(?!.*(loss|cost|entropy))",
    UPDATE: r"adam|momentum|rms|adagrad|velocity|lr|rate|mini_?batch|back",
    TRAIN: r"predict|history|transform|evaluate|init",
}


def ranked(names: Iterable[str], player: str) -> list[str]:
    """Return the names that may play a part, the likeliest first."""
    found = []
    for position, name in enumerate(names):
        if _NOT_A_PLAYER.search(name) or re.search(_NOT_THIS[player], name, re.IGNORECASE):
            continue
        for rank, pattern in enumerate(_PLAYERS[player]):
            if re.search(pattern, name, re.IGNORECASE):
                found.append((rank, position, name))
                break
    return [name for _, _, name in sorted(found)]


def is_initialiser(name: str) -> bool:
    """Return whether a function of that name draws parameters."""
    return bool(
        re.search(
            r"init|random_?(weights|param)|create_?(net|param|weights)|build_?param", name, re.I
        )
    ) and not re.search(r"velocity|adam|momentum|optim|rms|vel$|^__", name, re.I)
