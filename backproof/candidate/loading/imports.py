"""Imports: what each binds, which is a module, a name out of one, or a stand-in."""

import ast
import builtins
import importlib
import sys
from types import CodeType, ModuleType
from typing import Any

from backproof.candidate.loading.files import Files
from backproof.candidate.loading.modules import installed, public, remedy, welcome
from backproof.candidate.loading.rewriting import globals_of
from backproof.candidate.loading.source import Importing, Loaded, Source
from backproof.candidate.loading.standins import MissingImportError, StandIn, is_stand_in, real
from backproof.candidate.loading.words import one_line
from backproof.errors import BackproofError


class Imports:
    """A module's namespace, and what its imports put there."""

    def __init__(self, files: Files, source: Source, name: str) -> None:
        """Make the module, empty but for its builtins."""
        self.files, self.source, self.asker = files, source, source.path.resolve()
        self.stars: list[tuple[str, StandIn]] = []
        self.module = ModuleType(f"candidate.{files.path.stem}.{name}")
        sys.modules[self.module.__name__] = self.module  # dataclasses look their module up there
        self.namespace = vars(self.module)
        self.hooks: dict[str, Any] = {**vars(builtins), "__import__": self.import_later}
        self.namespace |= {"__builtins__": self.hooks, "__file__": str(source.path)}
        self.loaded = Loaded(self.namespace, {}, list(source.notes))

    # imports at top level

    def bind(self, node: Importing, *, strict: bool) -> None:
        """Bind what an import statement binds; strict: a missing module raises, as in a try."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                value = self.find(alias.name, 0, strict=strict)
                top = alias.name.split(".")[0]
                if alias.asname:
                    self.put(alias.asname, value)
                else:
                    self.put(top, self.top(alias.name, value))
        else:
            dotted = node.module or ""
            base = self.find(dotted, node.level, strict=strict)
            for alias in node.names:
                if alias.name == "*":
                    self.star("." * node.level + dotted, base)
                else:
                    value = self.member(base, dotted, alias.name, node.level, strict=strict)
                    self.put(alias.asname or alias.name, value)

    def put(self, name: str, value: Any) -> None:
        """Bind a name; it is missing only if it is bound to a stand-in for nothing."""
        self.namespace[name] = value
        self.loaded.missing.pop(name, None)
        if is_stand_in(value) and value._missing is not None:
            self.loaded.missing[name] = value._missing

    def find(self, dotted: str, level: int, *, strict: bool) -> Any:
        """Return a module that may be loaded, or a stand-in for it."""
        top = dotted.split(".")[0]
        path = self.files.locate(dotted, self.asker, level)
        if path is not None:
            try:
                return self.local(dotted, level)
            except BackproofError as error:
                return self.absent(dotted, str(error))
        if level == 0 and welcome(top if top in sys.stdlib_module_names else dotted):
            try:
                return importlib.import_module(dotted)
            except ImportError:
                pass
        elif level == 0 and installed(top):
            return StandIn(dotted, lambda: self.third_party(dotted))
        if strict:
            raise MissingImportError(self.sentence(dotted, None))
        return self.absent(dotted, self.sentence(dotted, None))

    def local(self, dotted: str, level: int) -> ModuleType:
        """Load a local module, and the packages above it."""
        parent: ModuleType | None = None
        parts = dotted.split(".") if dotted else [""]
        for depth in range(1, len(parts) + 1):
            name = ".".join(parts[:depth])
            path = self.files.locate(name, self.asker, level)
            if path is None:
                raise MissingImportError(self.sentence(dotted, None))
            module = self.files.module(path, name)
            if parent is not None:
                setattr(parent, parts[depth - 1], module)
            parent = module
        assert parent is not None
        return parent

    def top(self, dotted: str, leaf: Any) -> Any:
        """Return what `import a.b.c` binds to a."""
        name = dotted.split(".")[0]
        if isinstance(leaf, ModuleType):
            here = self.files.locate(name, self.asker, 0)
            return sys.modules[name] if here is None else self.local(name, 0)
        older = self.namespace.get(name)
        if dotted == name or leaf._missing is not None:
            return leaf

        def resolve() -> Any:
            if is_stand_in(older):
                real(older)  # the submodules named before are wanted too
            real(leaf)
            return self.third_party(name)

        return StandIn(name, resolve)

    def member(self, base: Any, dotted: str, name: str, level: int, *, strict: bool) -> Any:
        """Return what `from base import name` binds."""
        if is_stand_in(base):
            if base._missing is None:
                return StandIn(
                    f"{name} from {dotted}", lambda: self.out_of(real(base), dotted, name)
                )
            if base._missing == self.sentence(dotted, None):
                return self.absent(name, self.sentence(dotted, name))
            me = self.source.path.name
            return self.absent(name, f"{me} needs '{name}' from '{dotted}': {base._missing}")
        if hasattr(base, name):
            return getattr(base, name)
        inner = f"{dotted}.{name}" if dotted else name
        if self.files.locate(inner, self.asker, level) is not None:
            return self.find(inner, level, strict=strict)
        try:
            return self.out_of(base, dotted, name)
        except MissingImportError as error:
            if strict:
                raise
            return self.absent(name, str(error))

    def out_of(self, module: Any, dotted: str, name: str) -> Any:
        """Return a name of a module, or its submodule, or say that it has neither."""
        if hasattr(module, name):
            return getattr(module, name)
        if dotted in sys.modules:
            try:
                return importlib.import_module(f"{dotted}.{name}")
            except ImportError:
                pass
        helper = self.files.run_of(module)
        why = helper.loaded.missing.get(name) if helper else None
        raise MissingImportError(
            f"{self.source.path.name} needs '{name}' from '{dotted or '.'}', which has no such name"
            + (f" ({why})" if why else ": check the version of that file or package")
        )

    def third_party(self, dotted: str) -> Any:
        """Import an installed package, now that it is used."""
        try:
            return importlib.import_module(dotted)
        except Exception as error:  # a broken installation raises anything
            raise MissingImportError(
                f"{self.source.path.name} needs '{dotted}', which is installed but does not load "
                f"({one_line(error)}): mend the installation"
            ) from error

    def star(self, dotted: str, base: Any) -> None:
        """Bind what `from base import *` binds, or remember a base that is not loaded."""
        if is_stand_in(base):
            self.stars.append((dotted, base))
        else:
            space = vars(base)
            self.namespace |= {name: space[name] for name in public(space) if name in space}
            helper = self.files.run_of(base)
            if helper is not None:
                self.stars += helper.stars
                self.loaded.missing.update(helper.loaded.missing)

    def stand_in_for_stars(self, code: CodeType, own: set[str]) -> None:
        """Give a stand-in for each global that only a star import can have meant."""
        there = [base for _, base in reversed(self.stars) if base._missing is None]
        for name in globals_of(code) - own - self.namespace.keys() - self.hooks.keys():
            if not there:
                self.put(name, self.absent(name, self.starred(name)))
                continue

            def resolve(name: str = name) -> Any:
                for base in there:
                    if hasattr(real(base), name):
                        return getattr(real(base), name)
                raise MissingImportError(self.starred(name))

            self.put(name, StandIn(f"{name} from a star import", resolve))

    # words

    def absent(self, name: str, why: str) -> StandIn:
        """Return a stand-in that says, when used, why there is nothing behind it."""
        return StandIn(f"{name}, which is not there", missing=why)

    def sentence(self, dotted: str, name: str | None) -> str:
        """Say that a module, or a name out of it, is not there, and what to do."""
        what = f"'{name}' from '{dotted or '.'}'" if name else f"'{dotted or '.'}'"
        return f"{self.source.path.name} needs {what}, which is not there: {remedy([dotted])}"

    def starred(self, name: str) -> str:
        """Say the same of a name that only a star import can have meant."""
        modules = [dotted for dotted, _ in self.stars]
        listed = " or ".join(f"'{module}'" for module in modules)
        return (
            f"{self.source.path.name} needs '{name}', presumably from {listed} (import *), "
            f"which is not there: {remedy(modules)}"
        )

    # imports inside functions and classes

    def import_later(
        self,
        name: str,
        space: dict[str, Any] | None = None,
        local: dict[str, Any] | None = None,
        fromlist: tuple[str, ...] | None = (),
        level: int = 0,
    ) -> Any:
        """Stand for __import__ in this module's functions: helpers come with the same filter."""
        if self.files.locate(name, self.asker, level) is None:
            try:
                return builtins.__import__(name, space, local, fromlist or (), level)
            except ModuleNotFoundError as error:
                if error.name and not installed(error.name.split(".")[0]):
                    raise MissingImportError(self.sentence(error.name, None)) from None
                raise
        leaf = self.local(name, level)
        for part in fromlist or ():
            inner = f"{name}.{part}" if name else part
            if not hasattr(leaf, part) and self.files.locate(inner, self.asker, level):
                setattr(leaf, part, self.local(inner, level))
        return leaf if fromlist else self.local(name.split(".")[0], level)
