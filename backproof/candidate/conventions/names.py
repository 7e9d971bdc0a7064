"""What the names in people's files mean: of arguments, of sizes, of arrays."""

import re
from functools import cache

FORWARD, COST, BACKWARD, UPDATE, TRAIN = "forward", "cost", "backward", "update", "train"
INIT = "init"

_ROLES = {  # role -> names of arguments, lower case, without underscores
    "X": "x|xs|a0|x0|inp|input|inputs|inputdata|inputarray|inputslist|inputlist|inputvector|data|"
    "features?|xtrain|trainx|xbatch|batchx|xdata|images?|samples?|traininginputs|inputbatch|"
    "xassess|xi|example|examples|trainingdata|traindata|inputx|minibatchx|xin|imgs?|pixels|"
    "inputlayer|datax|trainingset|trainingset(inputs)|vector|ximages|trainimages|rows|pattern",
    "Y": "y|ys|t|labels?|targets?|ytrue|truey|onehoty|yonehot|expected|expectedoutputs?|desired|"
    "desiredoutputs?|ytrain|trainy|truth|targetslist|targetlist|trainingoutputs|ybatch|batchy|"
    "correct|groundtruth|answers?|outputdata|ydata|yassess|yi|targetvector|actual|actuals|"
    "targetdata|yactual|actualy|tbatch|ttrain|onehot|onehotlabels|ylabels?|yact|goal|goals|"
    "outputarray|targetoutputs?|outputexpected|trueoutput|expectedy|expectedvalue|trainlabels|yreal|gt|teacher",
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
    "false": "(print|show|give|plot|display)(costs?|loss|losses|errors?)?|verbose|debug|log|"
    "shuffle|training|istraining|trainflg|isprint|dropoutflag|printevery",
}
_PATTERNS = {role: re.compile(f"(?:{names})") for role, names in _ROLES.items()}
FORCED = ("learning_rate", "zero", "one", "false", "count")  # settings, not arrays


def plain(name: str) -> str:
    """Return a name in lower case, without underscores."""
    return name.replace("_", "").lower()


@cache
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
            return "Y" if (role, player) == ("output", TRAIN) else role
    if player != INIT and _TRUTH.search(name):
        return "Y"
    return "zero" if _PENALTY.search(name) else None


_TRUTH = re.compile(r"(y_?trues?|targets?|labels|set_outputs|output_array)$", re.IGNORECASE)
_PENALTY = re.compile(r"regulari[sz]|weight_?decay|lambda|(^|_)l[12](_|$)", re.IGNORECASE)
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
    affixes = (
        "(d|g|grads?|gradients?|nabla|delta|dl|dj|dc|de|dcost|dloss|djd|dld|dcd|ded|error|change)"
    )
    return bool(re.fullmatch(rf"{affixes}?{re.escape(of)}|{re.escape(of)}{affixes}", word))
