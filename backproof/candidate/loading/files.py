"""Files: the one that was asked for and its helpers, found beside it."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from backproof.candidate.loading.modules import installed, local_module, welcome
from backproof.candidate.loading.reading import read
from backproof.candidate.loading.source import Loaded, Source
from backproof.candidate.loading.standins import StandIn


class Run(Protocol):
    """One module while it is executed, and afterwards (see execution.py)."""

    loaded: Loaded
    module: ModuleType
    stars: list[tuple[str, StandIn]]

    def run(self) -> None:
        """Execute the module's statements."""


class Files:
    """The file and its helpers, each executed once."""

    def __init__(self, source: Source, execution: Callable[["Files", Source, str], Run]) -> None:
        """Keep the path of the file that was asked for, and what makes an execution."""
        self.path, self.execution = source.path.resolve(), execution
        self.modules: dict[Path, Run] = {}

    def enter(self, source: Source, name: str) -> Run:
        """Execute a source as the module of that name."""
        execution = self.execution(self, source, name)
        self.modules[source.path.resolve()] = execution
        execution.run()
        return execution

    def locate(self, dotted: str, asker: Path, level: int) -> Path | None:
        """Return the file, or the folder, of a local module: beside the file, else further up."""
        if level:
            return local_module(asker.parents[min(level, len(asker.parents)) - 1], dotted)
        top = dotted.split(".")[0]
        if welcome(top):
            return None
        folder = self.path.parent
        found = local_module(folder, top)
        if (found is None or found.is_dir()) and installed(top):
            return None
        above = [folder, *folder.parents][:3]
        return next(
            (local_module(place, dotted) for place in above if local_module(place, top)), None
        )

    def module(self, path: Path, dotted: str) -> ModuleType:
        """Return a local module, executed once; raises BackproofError where it cannot be read."""
        if path.is_dir():
            return ModuleType(dotted)
        path = path.resolve()
        if path not in self.modules:
            self.enter(read(path, may_be_empty=True), dotted)
        return self.modules[path].module

    def run_of(self, module: Any) -> Run | None:
        """Return the execution that made a module, if it is local."""
        return next((run for run in self.modules.values() if run.module is module), None)
