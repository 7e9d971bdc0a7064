"""The files of another revision, in a folder of their own, which goes away again.

They are unpacked from `git archive`, not checked out as a worktree: a run that is killed leaves
nothing behind in the repository, and two runs at once never meet.
"""

import contextlib
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from backproof.errors import BackproofError


def root_of(folder: Path) -> Path:
    """Return the top folder of the repository that `folder` lies in.

    Raises BackproofError where there is none, or no git.
    """
    return Path(_git(folder, "rev-parse", "--show-toplevel", why="needs a git repository").strip())


def revision_of(folder: Path) -> str:
    """Return the commit of a working tree, with a + where files differ; "" outside git."""
    with contextlib.suppress(BackproofError):
        found = _run(folder, "rev-parse", "--short", "HEAD")
        changed = _run(folder, "status", "--porcelain", "--untracked-files=no").stdout.strip()
        return found.stdout.strip() + ("+" if changed else "") if not found.returncode else ""
    return ""


@contextlib.contextmanager
def unpacked(root: Path, revision: str) -> Iterator[Path]:
    """Unpack a revision of the repository at `root`; the folder is removed at the end.

    Raises BackproofError where the revision is not there, such as in a shallow clone.
    """
    commit = commit_of(root, revision)
    with tempfile.TemporaryDirectory(prefix="backproof-base-") as name:
        folder = Path(name)
        with subprocess.Popen(
            ["git", "-C", str(root), "archive", "--format=tar", commit],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as archive:
            try:
                with tarfile.open(fileobj=archive.stdout, mode="r|") as files:
                    files.extractall(folder, filter="data")
            except tarfile.TarError as error:
                raise BackproofError(f"git could not read out {revision}: {error}.") from error
        yield folder


def commit_of(root: Path, revision: str) -> str:
    """Return the commit that a revision names."""
    found = _run(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"
    )
    if found.returncode == 0:
        return found.stdout.strip()
    shallow = _run(root, "rev-parse", "--is-shallow-repository").stdout.strip() == "true"
    hint = (
        f"this is a shallow clone: fetch it with `git fetch --depth=1 origin {revision}` and name "
        "it FETCH_HEAD, or clone with more history (fetch-depth: 0)"
        if shallow
        else "`git log` shows what there is"
    )
    raise BackproofError(f"There is no revision '{revision}' in {root}: {hint}.")


def _git(folder: Path, *words: str, why: str) -> str:
    found = _run(folder, *words)
    if found.returncode:
        raise BackproofError(
            f"--base {why}, and {folder} lies in none that git accepts: "
            f"{found.stderr.strip().rpartition('fatal: ')[2] or 'git failed'}."
        )
    return found.stdout


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise BackproofError(f"--base needs git, which cannot be started: {error}.") from error
