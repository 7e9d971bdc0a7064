"""A course's submissions: right ones, wrong ones, and hostile ones, each known for what it is."""

import random
from collections.abc import Iterator
from pathlib import Path

from parity_tests.meta.strangers import Stranger

HOSTILE = {
    "ends itself": "import os; os._exit(0)",
    "crashes": "import ctypes; ctypes.string_at(0)",
    "kills its group": "import os, signal; os.kill(0, signal.SIGKILL)",
    "kills its parent": "import os, signal; os.kill(os.getppid(), signal.SIGKILL)",
    "recurses": "def f(): f()\nf()",
    "wants memory": "np.ones(1 << 45)",
    "forks": "import os\nwhile True: os.fork()",
    "writes": "open('/tmp/out', 'wb').write(bytes(1 << 30))\nraise SystemExit",
    "shouts": "import sys\nsys.stderr.write('\\x1b[2J::error::' * 100_000)\nraise SystemExit",
    "hides": "import os\nos.setsid() if os.fork() == 0 else None\nraise SystemExit",
    "is no text": "\x00",
    "does not end": "while True: pass",
}
KINDS = ("agree", "differ", "cannot judge")  # what is to come of a file


def submissions(number: int, hostile: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """Yield name, text and the verdict that is right, in random order."""
    source = random.Random(seed)
    kinds = ["cannot judge"] * hostile
    kinds += [source.choice(KINDS[:2]) for _ in range(number - hostile)]
    source.shuffle(kinds)
    evil = sorted(HOSTILE) * (hostile // len(HOSTILE) + 1)
    for n, kind in enumerate(kinds):
        hidden, output = source.choice((("tanh", "sigmoid"), ("relu", "softmax")))
        fault = "no mean" if kind == "differ" else ""
        text = Stranger(hidden, output, fault).text()
        if kind == "cannot judge":
            text = f"import numpy as np\n{HOSTILE[evil.pop()]}\n"
        yield f"student_{n:04}.py", text, kind


def written(folder: Path, number: int, hostile: int, seed: int) -> dict[str, str]:
    """Write them into a folder; return name -> verdict that is right."""
    known = {}
    for name, text, kind in submissions(number, hostile, seed):
        (folder / name).write_text(text, encoding="utf-8")
        known[name] = kind
    return known
