"""Judge a network of your own: a function from a case and its arrays to what it computed.

The network here is logistic regression by hand; it may be anything that gives the arrays by name.
"""

import numpy as np
from rich.console import Console

from backproof.candidate import Candidate, Run
from backproof.case import Case, Inputs
from backproof.cases import case_named
from backproof.judge import judge_case
from backproof.report.model import Report
from backproof.report.text import print_report
from backproof.verdict import TargetReport


def logistic_regression(case: Case, inputs: Inputs) -> Run:
    """Run gradient descent by hand: the first iteration in full, the parameters of all."""
    X, Y, W, b = inputs.X, inputs.Y, inputs.parameters["W1"], inputs.parameters["b1"]
    m, trace, costs, weights, biases = X.shape[1], {}, [], [], []
    for iteration in range(case.iterations):
        Z = W @ X + b
        A = 1 / (1 + np.exp(-Z))
        cost = -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))
        dW = (A - Y) @ X.T / m
        db = (A - Y).mean(axis=1, keepdims=True)
        W, b = W - case.learning_rate * dW, b - case.learning_rate * db
        if iteration == 0:
            trace = {"Z1": Z, "A1": A, "cost": cost, "dW1": dW, "db1": db, "W1": W, "b1": b}
        costs.append(cost)
        weights.append(W)
        biases.append(b)
    return Run(trace, {"cost": np.array(costs), "W1": np.array(weights), "b1": np.array(biases)})


def main() -> None:
    """Judge it in both precisions, and print the report."""
    own = Candidate("logistic regression", logistic_regression)
    case = case_named("one-layer")
    found = TargetReport("", [judge_case(case, d, 0, [own]) for d in case.dtypes])
    print_report(Report([found]), Console())


if __name__ == "__main__":
    main()
