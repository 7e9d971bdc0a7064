"""What network an exercise is about: its layers, its cost, and the toy data it learns."""

from dataclasses import dataclass

from backproof.candidate.conventions import RATE
from backproof.case import Case
from backproof.mistakes import Mistake
from backproof.own.trials import SIZES


@dataclass(frozen=True)
class Network:
    """One kind of network.

    hidden, output, loss, reduction  as in Case
    sizes   n_x, hidden sizes, n_out of its script; the judge chooses sizes of its own
    data    a key of DATA
    """

    hidden: str
    output: str
    loss: str
    sizes: tuple[int, ...]
    data: str
    reduction: str = "mean"

    @property
    def cost_in_words(self) -> str:
        """What the cost is meant to be."""
        how = "averaged" if self.reduction == "mean" else "summed"
        if self.loss == MSE:
            return "Mean squared error, over outputs and examples."
        return f"{COSTS_IN_WORDS[self.loss]}, {how} over the examples."

    @property
    def depth(self) -> int:
        """L."""
        return len(self.sizes) - 1

    def takes(self, mistake: Mistake) -> bool:
        """Tell whether a mistake shows in this network, in the sizes in which it is judged."""
        case = Case(
            "demo",
            "an exercise",
            (*SIZES[self.depth], self.sizes[-1]),
            9,
            lambda *_: NotImplemented,
            self.hidden,
            self.loss,
            RATE,
            1,
            output=self.output,
            reduction=self.reduction,
        )
        return mistake.applies(case)


BINARY, CATEGORICAL = "binary_cross_entropy", "categorical_cross_entropy"
HALF, SQUARED, MSE = "half_squared_error", "squared_error", "mean_squared_error"

COSTS_IN_WORDS = {
    BINARY: "Binary cross-entropy",
    CATEGORICAL: "Cross-entropy of one-hot labels",
    HALF: "Half the squared error",
    SQUARED: "Squared error",
}
NETWORKS = {  # the first that takes a mistake is used where none is named
    "tanh": Network("tanh", "sigmoid", BINARY, (2, 4, 1), "xor"),
    "relu": Network("relu", "sigmoid", BINARY, (2, 4, 1), "xor"),
    "sigmoid": Network("sigmoid", "sigmoid", BINARY, (2, 4, 1), "xor"),
    "leaky": Network("leaky_relu", "sigmoid", BINARY, (2, 4, 1), "xor"),
    "classes": Network("tanh", "softmax", CATEGORICAL, (2, 5, 3), "classes"),
    "squared": Network("sigmoid", "sigmoid", SQUARED, (2, 4, 1), "xor"),
    "labels": Network("tanh", "sigmoid", BINARY, (2, 5, 3), "labels"),
    "curve": Network("tanh", "identity", HALF, (1, 6, 1), "curve"),
    "curves": Network("tanh", "identity", MSE, (1, 6, 3), "curves"),
    "signs": Network("tanh", "tanh", SQUARED, (2, 4, 1), "signs"),
    "sum": Network("tanh", "sigmoid", BINARY, (2, 4, 1), "xor", "sum"),
    "deep": Network("tanh", "sigmoid", BINARY, (2, 4, 3, 1), "xor"),
}

# Four examples and four hidden units: a bias of the wrong shape still broadcasts, and trains.
XOR = "X = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])"
CURVE = "X = np.linspace(-1, 1, 50).reshape(1, 50)"
POINTS = ("rng = np.random.default_rng(0)", "X = rng.uniform(-1, 1, size=(2, 90))")

DATA = {  # lines that define X (n_x, m) and Y (n_out, m), one example a column
    "xor": ("# XOR, one example a column", XOR, "Y = np.array([[0.0, 1.0, 1.0, 0.0]])"),
    "signs": ("# XOR with -1 and 1, one example a column", XOR,
              "Y = np.array([[-1.0, 1.0, 1.0, -1.0]])"),
    "curve": ("# a sine", CURVE, "Y = np.sin(3 * X)"),
    "curves": ("# three curves at once", CURVE,
               "Y = np.vstack([np.sin(3 * X), np.cos(3 * X), X**2])"),
    "classes": ("# points in three classes, one-hot", *POINTS,
                "labels = (X[0] > 0).astype(int) + (X[1] > X[0])", "Y = np.eye(3)[:, labels]"),
    "labels": ("# three yes/no questions about every point", *POINTS,
               "Y = np.array([X[0] > 0, X[1] > 0, X[0] > X[1]]).astype(float)"),
}  # fmt: skip
