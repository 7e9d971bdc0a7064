"""Reach: which files a program may read besides its working folder, and which devices it may use.

Everything else is out of reach, the user's home above all.  A folder that others share, such as
the home, is not opened as a whole because a file lies in it: then that file alone is, and the
modules that it imports.
"""

import ast
import functools
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from backproof.candidate.isolation.landlock import DEVICE, LIST, READ, Rule
from backproof.candidate.loading import Source
from backproof.candidate.loading.files import Files
from backproof.candidate.loading.reading import read
from backproof.errors import BackproofError

OWN = Path(__file__).parents[1]  # the package of the judge, found by listing the folder above
SOFTWARE = (  # patterns
    *("/usr", "/bin", "/sbin", "/lib*", "/opt", "/nix/store", "/gnu/store"),
    *("/etc/ld.so.*", "/etc/alternatives", "/etc/fonts", "/etc/localtime", "/etc/timezone"),
    *("/etc/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf", "/etc/crypto-policies", "/etc/OpenCL"),
    *("/etc/java*", "/etc/jvm*", "/etc/octave*", "/etc/perl", "/etc/php*", "/etc/R"),
)
SYSTEM = (
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/version"),
    *("/proc/filesystems", "/proc/sys/vm/overcommit_memory", "/proc/sys/kernel/osrelease"),
    *("/sys/devices/system", "/sys/kernel/mm"),
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
CUDA = ("/proc/driver/nvidia", "/sys/module/nvidia", "/sys/bus/pci", "/sys/devices")


@dataclass(frozen=True)
class Reach:
    """What may be read, listed, and used as a device; a folder stands for all that is in it."""

    read: tuple[Path, ...] = ()
    listed: tuple[Path, ...] = ()
    devices: tuple[Path, ...] = ()

    def __add__(self, other: "Reach") -> "Reach":
        """Return the two together."""
        return Reach(
            self.read + other.read, self.listed + other.listed, self.devices + other.devices
        )

    def rules(self) -> list[Rule]:
        """Return the rules, those for the system included."""
        kinds = ((READ, (*_system(), *self.read)), (LIST, (OWN.parent, *self.listed)))
        devices = (*map(Path, DEVICES), *self.devices)
        return [(kind, str(path)) for kind, paths in (*kinds, (DEVICE, devices)) for path in paths]


def of_file(source: Source) -> Reach:
    """Return what a Python file needs: its folder, and the modules elsewhere that it imports."""
    real = source.path.resolve()
    own = (real,) if _shared(real.parent) else (real.parent,)
    modules = [path for path in _local_modules(source) if not path.is_relative_to(own[0])]
    files = [path for path in modules if path.is_file()]
    return Reach((*own, *files), (real.parent, *(path for path in modules if path.is_dir())))


def of_program(words: Sequence[str]) -> Reach:
    """Return what a program needs: what is installed with it, and the files that it is given."""
    program, *rest = map(Path, words)
    interpreter = _interpreter(program)
    starts = [program, *([interpreter] if interpreter else [])]
    real = [path for start in starts for path in (start.absolute(), start.resolve())]
    given = [path.resolve() for path in rest if path.exists()]
    folders = [folder for path in real for folder in _installation(path)]
    folders += [path if path.is_dir() else path.parent for path in given]
    return Reach((*real, *given, *(folder for folder in folders if not _shared(folder))))


def of_folders(folders: Sequence[Path]) -> Reach:
    """Return the folders, those aside that others share."""
    return Reach(tuple(path for path in map(Path.resolve, folders) if not _shared(path)))


def cuda() -> Reach:
    """Return what a computation on an NVIDIA GPU needs besides."""
    return Reach(tuple(map(Path, CUDA)), devices=tuple(sorted(Path("/dev").glob("nvidia*"))))


def _interpreter(program: Path) -> Path | None:
    """Return what runs a script, by its first line; None for a program of another kind."""
    words: list[str] = []
    with suppress(OSError), program.open("rb") as file:
        if file.read(2) == b"#!":
            words = file.readline(1 << 10).decode(errors="replace").split()
    if words and Path(words[0]).name == "env":
        words = [word for word in words[1:] if not word.startswith("-")]
    found = shutil.which(words[0]) if words else None
    return Path(found) if found else None


def _installation(program: Path) -> list[Path]:
    """Return a program's folder; around a bin/, that of the installation too."""
    folder = program.parent
    return [folder, folder.parent] if folder.name == "bin" else [folder]


def _shared(folder: Path) -> bool:
    """Say whether a folder holds the home, or what is temporary, or ~/.local."""
    home = Path(os.path.expanduser("~")).resolve()
    kept = (home, Path(tempfile.gettempdir()).resolve())
    return folder == home / ".local" or any(place.is_relative_to(folder) for place in kept)


def _local_modules(source: Source) -> Iterator[Path]:
    """Yield the local modules that a file imports, directly or not: files, and folders of them.

    They are found as the sandboxed process finds them, but nothing is executed.  A link is none of
    them: it may lead anywhere.
    """
    files = Files(source, _not_executed)
    seen, ahead = {source.path.resolve()}, [source]
    while ahead:
        asker = ahead.pop()
        for dotted, level in _imports(asker.tree):
            path = files.locate(dotted, asker.path.resolve(), level)
            if path is None or path in seen or path != path.resolve():
                continue
            seen.add(path)
            yield path
            if path.is_file():
                with suppress(BackproofError):
                    ahead.append(read(path, may_be_empty=True))


def _not_executed(*_: object) -> NoReturn:
    raise AssertionError("nothing is executed here")


def _imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield dotted name and level of each module that may be meant, packages above it first."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from ((dotted, 0) for dotted in _prefixes(alias.name))
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from ((dotted, node.level) for dotted in _prefixes(module))
            for alias in node.names:
                yield (f"{module}.{alias.name}" if module else alias.name), node.level


def _prefixes(dotted: str) -> list[str]:
    parts = dotted.split(".")
    return [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


@functools.cache
def _system() -> tuple[Path, ...]:
    """Return the interpreter, the installed packages, and what every program reads."""
    prefixes = (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)
    packages = [place for place in map(Path, sys.path) if _is_for_packages(place)]
    editable = [found for place in packages for found in _editable(place)]
    commands = [Path(word) for word in os.environ.get("PATH", "").split(os.pathsep) if word]
    commands += [place.parent for place in commands if place.name == "shims"]
    python = [*map(Path, prefixes), *packages, *editable, *commands]
    mine = [place for place in python if place.is_absolute() and not _shared(place)]
    software = [path for pattern in SOFTWARE for path in Path("/").glob(pattern[1:])]
    every = dict.fromkeys((*software, *map(Path, SYSTEM), *mine, OWN))
    return tuple(path for path in every if path.exists())


def _is_for_packages(place: Path) -> bool:
    """Say whether modules are installed in a folder of sys.path: ours may also have the user's."""
    users = [*os.environ.get("PYTHONPATH", "").split(os.pathsep), os.getcwd(), sys.path[0]]
    return str(place) not in users


def _editable(packages: Path) -> Iterator[Path]:
    """Yield the folders of what is installed from where it is developed (PEP 610)."""
    for note in packages.glob("*.dist-info/direct_url.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads(note.read_text("utf-8"))
            path = Path(unquote(urlsplit(said["url"]).path))
            if said["dir_info"]["editable"] and path != OWN.parent:
                yield path
