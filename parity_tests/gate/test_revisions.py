"""The files of another revision: unpacked, removed again, and refused with a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

from backproof.errors import BackproofError
from backproof.gate.copies import imported
from backproof.gate.revisions import root_of, unpacked

IDENTITY = ["-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false"]


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *IDENTITY, *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits of a package whose number says which one it is."""
    root = tmp_path / "repository"
    (root / "pack").mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    for number in (1, 2):
        (root / "pack" / "__init__.py").write_text("from pack.part import NUMBER\n")
        (root / "pack" / "part.py").write_text(f"NUMBER = {number}\n")
        git(root, "add", ".")
        git(root, "commit", "-q", "-m", f"number {number}")
    return root


def test_two_revisions_live_side_by_side(repository: Path) -> None:
    (repository / "pack" / "part.py").write_text("NUMBER = 3\n")  # a dirty tree is what is judged
    with unpacked(repository, "HEAD~1") as base:
        old, new = (imported(tree, ["pack"])["pack"] for tree in (base, repository))
        assert (old.NUMBER, new.NUMBER) == (1, 3)
    assert not base.exists()
    assert git(repository, "status", "--porcelain") == "M pack/part.py"
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_what_is_imported_is_forgotten_and_what_was_there_is_kept(repository: Path) -> None:
    before = dict(sys.modules)
    assert imported(repository, ["pack", "json"]).keys() == {"pack"}
    assert {name for name in sys.modules if name.startswith("pack.") or name == "pack"} == set()
    assert sys.modules["json"] is before["json"]
    assert str(repository) not in sys.path


def test_a_package_that_is_not_there_is_left_out(repository: Path) -> None:
    assert imported(repository, ["no_pack"]) == {}


def test_it_is_removed_when_it_is_interrupted(repository: Path) -> None:
    with pytest.raises(KeyboardInterrupt), unpacked(repository, "main") as base:
        raise KeyboardInterrupt
    assert not base.exists()


def test_two_runs_at_once_do_not_meet(repository: Path) -> None:
    with unpacked(repository, "HEAD") as one, unpacked(repository, "HEAD") as other:
        assert one != other
        assert (one / "pack" / "part.py").read_text() == (other / "pack" / "part.py").read_text()


@pytest.mark.parametrize("revision", ["nowhere", "--all", "", "HEAD~99", "HEAD:pack/part.py"])
def test_a_revision_that_is_not_there(repository: Path, revision: str) -> None:
    with (
        pytest.raises(BackproofError, match="There is no revision"),
        unpacked(repository, revision),
    ):
        pass


def test_a_shallow_clone_is_told_what_to_fetch(repository: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", str(clone))
    with (
        pytest.raises(BackproofError, match="git fetch --depth=1 origin HEAD~1"),
        unpacked(clone, "HEAD~1"),
    ):
        pass


def test_outside_git(tmp_path: Path) -> None:
    with pytest.raises(BackproofError, match="needs a git repository"):
        root_of(tmp_path)


def test_the_root_is_found_from_a_folder_within(repository: Path) -> None:
    assert root_of(repository / "pack") == repository.resolve()
