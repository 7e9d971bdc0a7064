"""An order to the supervisor: what to run, and within what.  It travels as words."""

import resource
from collections.abc import Iterable, Sequence

from .landlock import Rule

NUMBERS = ("judge", "memory", "file", "files", "processes", "output")
OPEN_FILES = 256


class Order:
    """What is to be run.

    judge      process that waits for the answer
    memory     bytes of address space a process, and of memory for all of them together
    file       bytes in any one file, and in all that are written
    files      names in the folder, beyond those that are there
    processes  at a time, besides the candidate
    output     bytes kept of stdout, and of stderr
    seconds    of wall time, and of processor time for each process
    layers     that are to be put on; each of them is, or nothing is run
    rules      what may be read, besides the folder, which may be written
    argv       the program
    """

    def __init__(
        self,
        numbers: Sequence[int],
        seconds: float,
        layers: Iterable[str],
        rules: Iterable[Rule],
        argv: Iterable[str],
    ) -> None:
        """Keep it; `numbers` are those of NUMBERS."""
        self.judge, self.memory, self.file, self.files, self.processes, self.output = numbers
        self.seconds, self.layers = seconds, tuple(layers)
        self.rules, self.argv = tuple(rules), list(argv)

    def words(self) -> list[str]:
        """Return it as words; a path may hold anything."""
        numbers = (str(getattr(self, name)) for name in NUMBERS)
        rules = [f"{kind}{path}" for kind, path in self.rules]
        layers = ",".join(self.layers)
        return [*numbers, str(self.seconds), layers, str(len(rules)), *rules, *self.argv]

    @classmethod
    def read(cls, words: Sequence[str]) -> "Order":
        """Return the order that these words are."""
        *numbers, seconds, layers, count = words[: len(NUMBERS) + 3]
        rest = words[len(NUMBERS) + 3 :]
        rules = [(word[0], word[1:]) for word in rest[: int(count)]]
        layers_asked = filter(None, layers.split(","))
        argv = rest[int(count) :]
        return cls([*map(int, numbers)], float(seconds), layers_asked, rules, argv)

    def resources(self) -> dict[int, int]:
        """Return the limits that the kernel keeps: of a process, each by its number."""
        return {
            resource.RLIMIT_AS: self.memory,
            resource.RLIMIT_CPU: int(self.seconds) + 3,  # a second earlier, a signal that names it
            resource.RLIMIT_FSIZE: self.file,
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_NOFILE: OPEN_FILES,
        }
