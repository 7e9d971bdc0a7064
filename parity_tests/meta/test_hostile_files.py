"""Files that mean harm: the judge survives, nothing is left behind, and nothing wrong agrees."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

import pytest

from backproof.candidate import convention
from backproof.candidate.sandbox import Limits, Outcome
from backproof.errors import BackproofError
from backproof.own import judging, weighing
from parity_tests.meta.processes import living
from parity_tests.meta.strangers import Stranger

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="what is left of a candidate is looked up in /proc"
)
WRONG = Stranger("tanh", "sigmoid", "no mean").text()
RIGHT = Stranger("tanh", "sigmoid").text()
SHORT = Limits(seconds=1.0, memory=256 << 20)
TOO_LONG = "It ran for more than 1 seconds and was stopped."
TOO_MANY = "It started more than 8 other processes and was stopped."
DEFINITION = "definition"
FORWARD, BACKWARD = ("def forward(X, parameters):\n", "def backward(parameters, cache, X, Y):\n")


def within(text: str, where: str, code: str) -> str:
    """Return a file with code at the beginning of a function, or run while one is defined."""
    if where == DEFINITION:
        return (
            f"{text}\n\ndef decorator(_):\n{indent(code, '    ')}\n\n@decorator\ndef trap(): pass\n"
        )
    assert where in text
    return text.replace(where, where + indent(code, "    ") + "\n")


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A file to be written; whatever it starts has ended when the test ends."""
    yield tmp_path / "my_net.py"
    assert living(str(tmp_path)) == []


def verdict(path: Path, text: str) -> str:
    """Return the verdict, or the sentence that says why there is none."""
    path.write_text(text)
    try:
        said = judging.judge_file(path, "", ["float64"], 0, []).verdict
    except BackproofError as error:
        said = str(error)
    assert said.isprintable()  # one line of it
    return said


HARM = [
    (DEFINITION, "while True: pass", TOO_LONG),
    (FORWARD, "while True: pass", TOO_LONG),
    (BACKWARD, "while True: pass", TOO_LONG),
    (BACKWARD, "while True:\n    try: pass\n    except BaseException: pass", TOO_LONG),
    (DEFINITION, "import os\nwhile True: os.fork()", TOO_MANY),
    (BACKWARD, "import os\nwhile True: os.fork()", TOO_MANY),
    (DEFINITION, "hog = []\nwhile True: hog.append(bytearray(1 << 24))", "differ"),
    (BACKWARD, "np.ones(1 << 40)", "MemoryError: Unable to allocate"),
    (DEFINITION, "import os\nos._exit(0)", "t ended itself before it was done"),
    (BACKWARD, "import os\nos._exit(0)", "t ended itself before it was done"),
    (BACKWARD, "import os\nos._exit(65)", "It ended itself with exit code 65"),
    (BACKWARD, "raise SystemExit", "raised SystemExit"),
    (BACKWARD, "raise KeyboardInterrupt", "KeyboardInterrupt"),
    (DEFINITION, "import ctypes\nctypes.string_at(0)", "It crashed: segmentation fault."),
    (BACKWARD, "import ctypes\nctypes.string_at(0)", "It crashed: segmentation fault."),
    (BACKWARD, "def f(): f()\nf()", "RecursionError"),
    (BACKWARD, "while True: print('x' * (1 << 20))", TOO_LONG),
    (DEFINITION, "import os\nfor _ in range(20): os.write(2, b'x' * (1 << 20))", "differ"),
    (
        DEFINITION,
        "import threading, time\nthreading.Thread(target=time.sleep, args=[99]).start()",
        "differ",
    ),
    (BACKWARD, "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)", ""),
    (BACKWARD, "import os, signal\nos.kill(0, signal.SIGKILL)", "A signal ended it: Killed."),
    (DEFINITION, "import sys\nsys.stderr.close()\nsys.stdout.close()", "differ"),
]


@pytest.mark.parametrize(("where", "code", "said"), HARM)
def test_harm_is_said_and_is_over(
    where: str, code: str, said: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = SHORT if said == TOO_LONG else Limits(memory=SHORT.memory)
    monkeypatch.setattr(convention, "LIMITS", limits)
    assert said in verdict(path, within(WRONG, where, code))


# --- in its own process it may do as it likes -------------------------------------------------

MODULES = "import sys\nnp = sys.modules['numpy']\nmain = sys.modules['__main__']\n"
ROOM = "backproof.candidate.conventions"
TAMPERING = [
    "np.exp = np.tanh = lambda x: x",
    "np.array = lambda *a, **k: 0",
    "np.array = lambda x, *a, **k: x",
    "np.array_equal = lambda *a, **k: True",
    "np.asarray = lambda *a, **k: 0",
    "np.ndarray = list",
    "np.ones = np.zeros = np.sum = np.dot = np.save = np.load = np.copy = None",
    "np.errstate = None",
    "import builtins\nbuiltins.isinstance = lambda *a: True",
    "import builtins\nbuiltins.len = lambda x: 1",
    "import safetensors.numpy as s\ns.save_file = main.write_answer = lambda *a, **k: None",
    "main.read = lambda *a, **k: None",
    f"sys.modules['{ROOM}.reading'].Reading.quality = lambda *a: (1, 9, 1, 1)",
    f"sys.modules['{ROOM}.session'].Session._learn_gradients = lambda *a: None",
    f"sys.modules['{ROOM}.gradients'].label = lambda *a, **k: {{}}",
    f"sys.modules['{ROOM}.forwards'].label = lambda *a, **k: ({{}}, {{}})",
    "import gc\n[o.clear() for o in gc.get_objects() if type(o) is dict and 'W1' in o]",
    "import sys\nsys.setrecursionlimit(40)",
    "import signal\nsignal.alarm(1)\nsignal.signal(signal.SIGALRM, lambda *a: 1 / 0)",
    "import atexit, os\natexit.register(os._exit, 0)",
]


@pytest.mark.parametrize("code", TAMPERING)
def test_tampering_with_its_own_process_makes_nothing_agree(code: str, path: Path) -> None:
    assert verdict(path, within(WRONG, DEFINITION, MODULES + code)) != "agree"


def test_without_the_tampering_the_right_network_agrees(path: Path) -> None:
    assert verdict(path, within(RIGHT, DEFINITION, f"{MODULES}global TAMPERED")) == "agree"


# --- answers of its own -----------------------------------------------------------------------

PLACES = "import os, sys\nquestion, answer = sys.argv[3:]\n"
PLANTED = [
    ("open(answer, 'w').write('agree')\nos._exit(0)", "its answer cannot be read"),
    ("os.symlink('/dev/zero', answer)\nos._exit(0)", "t ended itself before it was done"),
    ("os.symlink(question, answer)\nos._exit(0)", "t ended itself before it was done"),
    ("os.link(question, answer)\nos._exit(0)", "its answer cannot be read"),
    ("os.mkfifo(answer)\nos._exit(0)", "t ended itself before it was done"),
    ("os.mkdir(answer)", "Is a directory"),
    ("os.truncate(os.open(answer, os.O_CREAT | os.O_RDWR), 1 << 27)\nos._exit(0)", "larger than"),
    ("os.unlink(question)", "differ"),
    ("os.chmod(os.path.dirname(question), 0)", "differ"),
    ("sys.argv.clear()", "differ"),
    ("print('All agree.\\x1b[2J', file=sys.stderr, flush=True)\nos._exit(65)", "All agree.?[2J"),
    (
        "if os.fork() == 0:\n    os.setsid()\n    while True:\n        try:\n"
        "            open(answer, 'w').write('x')\n        except OSError:\n            pass",
        "",
    ),
]


@pytest.mark.parametrize(("code", "said"), PLANTED)
def test_an_answer_planted_by_the_file_is_none(code: str, said: str, path: Path) -> None:
    found = verdict(path, within(WRONG, DEFINITION, PLACES + code))
    assert said in found
    assert found != "agree"


FORGED = """
import json, os, sys, types
import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file
net, arrays, names = types.ModuleType("net"), {}, ("W1", "b1", "W2", "b2")
exec(TEXT, vars(net))
with safe_open(sys.argv[3], framework="numpy") as file:
    dims = json.loads(file.metadata()["problems"])
    for problem in [problem for problem, sizes in dims.items() if len(sizes) == 3]:
        *P, X, Y = (file.get_tensor(f"{problem}/{name}") for name in (*names, "X", "Y"))
        P = dict(zip(names, P))
        A, trace = net.forward(X, P)
        trace |= net.backward(P, trace, X, Y) if GRADIENTS else {}
        for name, array in (trace | {"cost": np.array(net.compute_cost(A, Y))}).items():
            arrays[f"{problem}/{name}"] = arrays[f"again/{problem}/{name}"] = array
said = dict(words="", calls="", learning_rate=0.5, outputs=1, notes=[])
said["parameters"] = dict.fromkeys(dims, names)
arrays = {name: np.require(array, requirements="C") for name, array in arrays.items()}
save_file(arrays, sys.argv[4], {"answer": json.dumps(said)})
os._exit(0)
"""
UNSEEN = (
    "rooms = [m for n, m in sys.modules.items() if n.startswith('backproof.candidate.conv')]\n"
    "ranked = [m for m in rooms if m.__name__.endswith('players')][0].ranked\n"
    "for room in rooms:\n    if hasattr(room, 'ranked'):\n"
    "        room.ranked = lambda names, part: ranked(names, part) if part != 'backward' else []"
)


def forged(text: str, *, gradients: bool) -> str:
    """Return the wrong network with an answer computed by another one, or with half an answer."""
    code = FORGED.replace("TEXT", repr(text)).replace("GRADIENTS", str(gradients))
    return within(WRONG, DEFINITION, code)


def test_a_forged_answer_is_judged_by_its_numbers(path: Path) -> None:
    assert verdict(path, forged(WRONG, gradients=True)) == "differ"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(forged(WRONG, gradients=False), id="no-gradients"),
        pytest.param(within(WRONG, DEFINITION, MODULES + UNSEEN), id="backward-unseen"),
        pytest.param(forged(RIGHT, gradients=True), id="right-numbers-of-its-own"),
    ],
)
def test_a_forged_answer_makes_no_wrong_network_agree(text: str, path: Path) -> None:
    assert verdict(path, text) != "agree"


# --- the judge beside it ----------------------------------------------------------------------

SPYING = [
    "open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    "open('/proc/JUDGE/mem', 'rb').read(1)",
    "assert 'SECRET_OF_OURS' in os.environ",
    "assert [n for n in os.listdir(os.path.dirname(sys.argv[3])) if 'expected' in n]",
    "assert 'torch' in sys.modules",
]


@pytest.mark.parametrize("code", SPYING)
def test_there_is_nothing_to_be_read(
    code: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever found something would write that; the others are judged as they are."""
    monkeypatch.setenv("SECRET_OF_OURS", "42")
    code = code.replace("JUDGE", str(os.getpid()))
    spying = f"import os, sys\ntry:\n    {code}\nexcept Exception: pass\nelse: os._exit(77)"
    assert verdict(path, within(WRONG, DEFINITION, spying)) == "differ"


def test_nothing_is_expected_before_it_has_ended(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = []

    def run_limited(*arguments: object) -> Outcome:
        outcome = ours(*arguments)
        events.append("ended")
        return outcome

    def expected_trace(*arguments: object) -> object:
        events.append("expected")
        return theirs(*arguments)

    ours, theirs = convention.run_limited, weighing.expected_trace
    monkeypatch.setattr(convention, "run_limited", run_limited)
    monkeypatch.setattr(weighing, "expected_trace", expected_trace)
    assert verdict(path, RIGHT) == "agree"
    assert events[0] == "ended"
    assert set(events[1:]) == {"expected"}
