"""Mistakes of the cost, as a student writes them."""

from backproof.demo.edit import Edit, edit

LOGS = "logs = Y * np.log(A{L}) + (1 - Y) * np.log(1 - A{L})"
WEIGHTS = "np.sum(W1**2) + np.sum(W2**2)"

EDITS: dict[str, Edit] = {
    "cost-without-second-half": edit(cost="return -np.sum(Y * np.log(A{L})) / m"),
    "cost-second-half-unlabelled": edit(
        cost="logs = Y * np.log(A{L}) + np.log(1 - A{L})\nreturn -np.sum(logs) / m"
    ),
    "cost-second-half-sign": edit(
        cost="logs = Y * np.log(A{L}) - (1 - Y) * np.log(1 - A{L})\nreturn -np.sum(logs) / m"
    ),
    "cost-halved": edit(cost=f"{LOGS}\nreturn -np.sum(logs) / (2 * m)"),
    "cost-doubled": edit(cost=f"{LOGS}\nreturn -2 / m * np.sum(logs)"),
    "cost-base-2": edit(
        cost="logs = Y * np.log2(A{L}) + (1 - Y) * np.log2(1 - A{L})\nreturn -np.sum(logs) / m"
    ),
    "cost-base-10": edit(
        cost="logs = Y * np.log10(A{L}) + (1 - Y) * np.log10(1 - A{L})\nreturn -np.sum(logs) / m"
    ),
    "cost-root": edit("curve", cost="return np.sqrt(np.sum((A{L} - Y) ** 2) / (2 * m))"),
    "cost-absolute": edit("curve", cost="return np.mean(np.abs(A{L} - Y))"),
    "cost-of-last-example": edit(
        cost=(
            "for k in range(m):\n"
            "    a, y = A{L}[:, k], Y[:, k]\n"
            "    logs = y * np.log(a) + (1 - y) * np.log(1 - a)\n"
            "return -np.sum(logs)"
        )
    ),
    "l2-in-cost": edit(
        cost=(f"{LOGS}\npenalty = 0.01 / 2 * ({WEIGHTS})\nreturn -np.sum(logs) / m + penalty")
    ),
}
