"""The execution: one statement at a time, so that none harms another."""

import ast
import copy
import linecache
import warnings

from backproof.candidate.loading.files import Files
from backproof.candidate.loading.imports import Imports
from backproof.candidate.loading.rewriting import BIND, FLAGS, ImportCalls
from backproof.candidate.loading.source import Definition, Importing, Loaded, Source, bound
from backproof.candidate.loading.standins import is_stand_in
from backproof.candidate.loading.words import one_line


def execute(source: Source) -> Loaded:
    """Execute the kept nodes of a source in a fresh module, one by one; none harms another.

    Helper files beside it are read with the same filter. Nothing is raised for what fails: see
    `missing` and `notes`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        files = Files(source, Execution)
        loaded = files.enter(source, source.path.stem).loaded
    for helper in files.modules.values():
        if helper.loaded is not loaded:
            loaded.notes.extend(helper.loaded.notes)
    return loaded


class Execution(Imports):
    """One module while it is executed."""

    def run(self) -> None:
        """Execute every statement; then say why the names of those left out are missing."""
        source, missing = self.source, self.loaded.missing
        if source.cells:  # so that tracebacks and inspect.getsource find the text
            lines = [f"{line}\n" for line in source.text.split("\n")]
            linecache.cache[str(source.path)] = (len(source.text), None, lines, str(source.path))
        own = {name for node in source.tree.body for name in bound(node)} | source.left_out.keys()
        for node in source.tree.body:
            self.one(node, own)
        for name, why in source.left_out.items():
            if name not in self.namespace:
                missing.setdefault(name, why)

    def one(self, node: ast.stmt, own: set[str]) -> None:
        """Execute one statement; `own` are the names that the file itself binds somewhere."""
        imports = ImportCalls()
        refused: list[Importing] = []

        def bind(number: int, strict: bool) -> None:
            try:
                self.bind(imports.found[number], strict=strict)
            except ImportError:
                refused.append(imports.found[number])
                raise

        self.hooks[BIND] = bind
        names = set(bound(node))
        try:
            may_import = isinstance(node, Importing | ast.If | ast.Try | ast.TryStar)
            kept = imports.visit(copy.deepcopy(node)) if may_import else node
            tree = ast.fix_missing_locations(ast.Module([kept], []))
            code = compile(tree, str(self.source.path), "exec", FLAGS, dont_inherit=True)
            if self.stars:
                self.stand_in_for_stars(code, own)
            exec(code, self.namespace)
        except (Exception, SystemExit) as error:
            self.failed(node, names, error)
        for asked in refused:  # a handler that only told somebody so
            if names - self.namespace.keys() >= set(bound(asked)):
                self.bind(asked, strict=False)
        for name in names & self.loaded.missing.keys():
            if name in self.namespace and not is_stand_in(self.namespace[name]):
                del self.loaded.missing[name]

    def failed(self, node: ast.stmt, names: set[str], error: BaseException) -> None:
        """Note that a statement failed, and that what it was to bind is missing."""
        listed = ", ".join(sorted(names)) or "a statement"
        note = f"{self.source.where(node.lineno)}: {listed} left out: {one_line(error)}"
        self.loaded.notes.append(note)
        for name in names:
            if isinstance(node, Definition):
                self.namespace.pop(name, None)  # an older one of the same name is not what it means
            if name not in self.namespace:
                self.loaded.missing[name] = note
