"""The catalogue as text: the page in docs/, `backproof mistakes` and `backproof explain`."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from backproof import cli
from backproof.demo import DEMONSTRATED
from backproof.errors import BackproofError
from backproof.mistakes import CATALOGUE, GROUPS, Mistake, mistake_named
from backproof.mistakes.page import page
from parity_tests.meta.test_command_line import called
from parity_tests.networks.TABLE import WRONG

DOCUMENT = Path(__file__).parents[2] / "docs" / "mistakes.md"


def faults(mistake: Mistake) -> list[str]:
    """Return what is wrong with an entry, as a text."""
    wanted = {
        "name": r"[a-z0-9]+(-[A-Za-z0-9]+)*",
        "sentence": r"(?!.*\. )[a-z0-9].*[^.\s]",
        "right": r".+",
        "wrong": r".+",
        "seen": r"|(conventions|[\w.-]+/[\w.-]+#\d).*",
    }
    found = [f for f, form in wanted.items() if not re.fullmatch(form, getattr(mistake, f))]
    return found + ["same"] * (mistake.right == mistake.wrong)


def test_the_page_is_that_of_the_catalogue() -> None:
    assert DOCUMENT.read_text("utf-8") == page()


def test_at_least_sixty_mistakes_each_of_its_own() -> None:
    assert len(CATALOGUE) >= 60
    assert len(CATALOGUE) == sum(map(len, GROUPS.values()))
    sentences = [mistake.sentence for mistake in CATALOGUE.values()]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_entry_is_whole(name: str) -> None:
    assert faults(CATALOGUE[name]) == []


def test_an_entry_that_is_not_would_be_noticed() -> None:
    whole = CATALOGUE["no-mean"]
    assert faults(replace(whole, name="No mean")) == ["name"]
    assert faults(replace(whole, sentence="It is wrong.")) == ["sentence"]
    assert faults(replace(whole, wrong=whole.right)) == ["same"]
    assert faults(replace(whole, seen="somewhere")) == ["seen"]


def test_the_specimens_are_named_by_the_catalogue() -> None:
    assert {row.mistake for row in WRONG} - set(CATALOGUE) == {""}


def test_all_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, "mistakes") == 0
    for line, mistake in zip(capsys.readouterr().out.splitlines(), CATALOGUE.values(), strict=True):
        marks = ["demo"] if mistake.name in DEMONSTRATED else []
        assert line.split() == [mistake.name, *marks, *mistake.sentence.split()]


def test_one_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, "explain", "updated-too-early") == 0
    sentence, right, wrong, seen = capsys.readouterr().out.splitlines()
    assert sentence.startswith("updated-too-early: the weights of a layer are updated before")
    assert right.startswith("right     dA_l = W_{l+1}^T dZ_{l+1}, W as")
    assert wrong.startswith("wrong     dA_l = (W_{l+1} - learning_rate dW_{l+1})^T")
    assert "louisjc/mnist-neural-network#1" in seen


def test_an_unknown_name_gets_the_nearest_ones(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, "explain", "nomean") == 2
    error = capsys.readouterr().err
    assert error == (
        "backproof: There is no mistake 'nomean': did you mean no-mean or no-mean-output or "
        "no-mean-hidden? backproof mistakes lists them all.\n"
    )
    with pytest.raises(BackproofError, match="'xyz': backproof mistakes lists them all"):
        mistake_named("xyz")


def test_the_commands_are_those_of_the_help() -> None:
    commands = [command.callback for command in cli.app.registered_commands]
    names = {command.__name__ for command in commands if command}
    assert names >= {"check", "mistakes", "explain", "demo"}
