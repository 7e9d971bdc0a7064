"""What the names in people's files mean: arguments, functions, arrays."""

import re
from collections.abc import Iterable

FORWARD, COST, BACKWARD, UPDATE, TRAIN = "forward", "cost", "backward", "update", "train"

_ROLES = {  # role -> names of arguments, lower case, without underscores
    "X": "x|xs|a0|x0|inp|input|inputs|inputdata|inputarray|inputslist|inputlist|inputvector|data|"
    "features?|xtrain|trainx|xbatch|batchx|xdata|images?|samples?|traininginputs|inputbatch|"
    "xassess|xi|example|examples|trainingdata|traindata|inputx|minibatchx|xin|imgs?|pixels|"
    "inputlayer|datax|trainingset|trainingset(inputs)|vector|ximages|trainimages|rows|pattern",
    "Y": "y|ys|t|labels?|targets?|ytrue|truey|onehoty|yonehot|expected|expectedoutputs?|desired|"
    "desiredoutputs?|ytrain|trainy|truth|targetslist|targetlist|trainingoutputs|ybatch|batchy|"
    "correct|groundtruth|answers?|outputdata|ydata|yassess|yi|targetvector|actual|actuals|"
    "targetdata|yactual|actualy|tbatch|ttrain|onehot|onehotlabels|ylabels?|yact|goal|goals|"
    "targetoutputs?|outputexpected|trueoutput|expectedy|expectedvalue|trainlabels|yreal|gt|teacher",
    "output": "al|yhat|hat|ypred|predy|predictions?|preds?|predicted|predictedoutput|outputs?|out|"
    "o|probs?|probabilities|p|scores?|finaloutputs?|hypothesis|yout|ycap|yprob|yp|estimate|"
    "youtput|networkoutput|netoutput|outputactivations?|aout|aoutput|finalactivation|ypredicted|"
    "ypredict|predict|softmaxoutput|yest|outputlayer|activationlast|lastactivation",
    "parameters": "parameters?|params?|theta|thetas|weights|paramsvalues|paramvalues|model|nn|net|"
    "network|wb|weightsandbiases|layers|parameterdict",
    "cache": "caches?|memory|store|stored|intermediates?|activations?|forwardcache|tape|zvalues|"
    "forward|forwardpass|forwardvalues|fwd|fp|state|zs|intermediatevalues|hiddenoutputs|"
    "layeroutputs|linearactivationcaches?|values",
    "grads": "grads?|gradients?|gradsvalues|derivatives|deltas|gradient|dparams|dparameters|nabla|"
    "updates|backprop|g",
    "learning_rate": "learningrate|lr|alpha|eta|rate|stepsize|lrate|learnrate|learningr|"
    "learningratevalue|learningspeed|learningrates",
    "zero": "lambd|lambda|lamda|lmbda|lmd|lmda|reg|regs|l2|l1|l2reg|regl2|reglambda|weightdecay|"
    "decay|l2lambda|lambdareg|regularization|regularisation|regstrength|dropout|droprate|"
    "dropoutrate|momentum|mu|decayrate|l2strength|regularizationrate|lambda1|lambda2|pdrop",
    "one": "keepprob|keepprobability|keeprate|epochs?|iterations?|numiterations|niter|numepochs|"
    "niters|iters|numiters|maxiter|maxiterations|nepochs|numpasses|maxepochs|numiter|steps|"
    "nsteps|iteration|times|nepoch|trainingiterations|numberofiterations|iter|passes|"
    "numberofepochs|numofepochs|epochcount|trainingsteps|epochsnumber|cycles",
    "count": "m|batchsize|numexamples|nsamples|numsamples|minibatchsize|msamples|n|examplescount|"
    "batchlen|nexamples|batchnum|numdata|totalsamples|bs",
    "false": "printcost|verbose|printloss|debug|plot|plotcost|showcost|display|show|log|shuffle|"
    "printerror|training|istraining|trainflg|isprint|dropoutflag|printevery",
}
_PATTERNS = {role: re.compile(f"(?:{names})") for role, names in _ROLES.items()}
FORCED = ("learning_rate", "zero", "one", "false", "count")  # settings, not arrays

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
        r"^_*(compute_?|calc(ulate)?_?|get_?)?(gradients?|grads?|deltas?|derivatives|cost_?function_?prime)_*$",
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
    BACKWARD: r"linear_|_activation|relu|sigmoid|tanh|softmax|single_?layer|update|descent|train|clip",
    COST: r"prime|deriv|grad|back|regulari[sz]ation_?(term|cost)$|delta|relu|softmax_?(?!.*(loss|cost"
    r"|entropy))",
    UPDATE: r"adam|momentum|rms|adagrad|velocity|lr|rate|mini_?batch|back",
    TRAIN: r"predict|history|transform|evaluate|init",
}


def plain(name: str) -> str:
    """Return a name in lower case, without underscores."""
    return name.replace("_", "").lower()


def role_of(name: str, player: str) -> str | None:
    """Return what an argument of that name means to a function that plays `player`."""
    word = plain(name)
    if word in ("a", "al") or re.fullmatch(r"a\d+", word):
        return "X" if player == FORWARD and word in ("a", "a0") else "output"
    if player == FORWARD and word in ("weights", "w"):
        return "parameters"
    if player in (FORWARD, INIT) and word in ("layers",):
        return "sizes" if player == INIT else "parameters"
    if player == BACKWARD and word in ("predict", "forward"):
        return "output" if word == "predict" else "cache"
    for role, pattern in _PATTERNS.items():
        if pattern.fullmatch(word):
            return role
    return "zero" if _PENALTY.search(name) else None


_PENALTY = re.compile(r"regulari[sz]|weight_?decay|lambda|(^|_)l[12](_|$)", re.IGNORECASE)
INIT = "init"
_SIZE_LISTS = re.compile(
    r"(layers?|layers?dims?|layers?dimensions?|layers?sizes?|sizes?|dims?|dimensions|architecture|"
    r"structure|topology|shape|neurons|nodes|units|networksizes|networkshape|arch|layerlist|"
    r"nnarchitecture|nnstructure|layersdims|layernodes|numneurons|layerunits)"
)
_INPUT = re.compile(
    r"(n|num|no|size|dim|d)?(of)?(x|in|inputs?|features?|nx|words|pixels|infeatures|inputs?layer|"
    r"fanin|inputs?nodes|inputs?units|inputs?neurons)(size|dim|nodes?|units?|neurons?|features?|"
    r"layersize|layer|dimension|layernodes|layerneurons|n|num|layerdim)?|nx|n0|d|din|insize|indim|"
    r"ninput|ninputs|fanin|inodes|inp|innodes"
)
_OUTPUT = re.compile(
    r"(n|num|no|size|dim)?(of)?(y|out|outputs?|class|classes|labels?|ny)(size|dim|nodes?|units?|"
    r"neurons?|layersize|layer|dimension|layernodes|layerneurons|n|num|classes|layerdim|features)?|"
    r"ny|dout|outsize|outdim|noutput|noutputs|fanout|onodes|k|c|outnodes"
)
_HIDDEN = re.compile(
    r"(n|num|no|size|dim)?(of)?(h|hid|hidden|hdim|hiddens|nnhdim)\d*(size|dim|nodes?|units?|"
    r"neurons?|layersize|layer|layers|sizes|dims|sizelist|dimension|layernodes|layerneurons|n|num|"
    r"layerdim)?\d*|"
    r"nh\d*|h|hdim|hsize|nhidden\d*|hnodes|nnhdim|n\d"
)


def size_role(name: str) -> str | None:
    """Return "sizes" (a list), "input", "hidden" or "output" for an argument that is a size."""
    word = plain(name)
    for role, pattern in (
        ("sizes", _SIZE_LISTS),
        ("input", _INPUT),
        ("output", _OUTPUT),
        ("hidden", _HIDDEN),
    ):
        if pattern.fullmatch(word):
            return role
    return None


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
        re.search(r"init|random_?(weights|param)|create_?(net|param|weights)|build_?param", name, re.I)
    ) and not re.search(r"velocity|adam|momentum|optim|rms|vel$|^__", name, re.I)


_BIAS = re.compile(r"bias|^_*b(?!atch|eta|est|ack|uf|ase|lock)\d*", re.I)
_GRADIENT = re.compile(
    r"^_*(d_?(w|b|theta|bias|weight)|grads?|gradients?|deltas?|nabla|velocit|v_?d?(w|b)\d*$|mom|m_?(w|b)\d*$|s_?d(w|b)"
    r"|prev|last|old|best|errors?$|change|.*_(grad|gradients?|velocity|momentum|delta|change)\d*$)",
    re.I,
)


def is_bias(name: str) -> bool:
    """Return whether an array of that name is a bias."""
    return bool(_BIAS.search(name))


def is_derived(name: str) -> bool:
    """Return whether an array of that name belongs to an optimiser, or is a gradient."""
    return bool(_GRADIENT.search(name))


def is_gradient_of(name: str, parameter: str) -> bool:
    """Return whether a gradient of that name belongs to a parameter: dW1, grad_W1, W1, W1_grad."""
    word, of = plain(name), plain(parameter)
    affixes = r"(d|g|grad|grads|gradient|gradients|nabla|delta|dl|dj|dc|de|dcost|dloss|djd|dld|dcd|ded|dedu|error|change)"
    return bool(re.fullmatch(rf"{affixes}?{re.escape(of)}|{re.escape(of)}{affixes}", word))
