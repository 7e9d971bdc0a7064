"""Letters between the judge and the process of a file: what comes back is not believed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from backproof.candidate import letters
from backproof.candidate.letters import (
    Answer,
    read_answer,
    read_question,
    write_answer,
    write_question,
)
from backproof.errors import BackproofError
from backproof.exchange import Problem
from backproof.own.trials import problem_of, trials

PROBLEMS = [problem_of(trial) for trial in list(trials(0))[:3]]
NAME = PROBLEMS[0].name
A1 = np.arange(6.0).reshape(2, 3)
SAID: dict[str, Any] = {
    "words": "functions over a dict of W1",
    "calls": "forward, backward",
    "learning_rate": 0.5,
    "outputs": 3,
    "notes": ["a note"],
    "parameters": {NAME: ["W1", "W2"]},
}


def given(folder: Path, arrays: dict[str, Any] | None = None, **said: Any) -> Answer:
    """Write an answer as a stranger would, and read it as the judge does."""
    path = folder / "answer.safetensors"
    arrays = {f"{NAME}/A1": A1} if arrays is None else arrays
    save_file(arrays, path, {"answer": json.dumps(SAID | said)})
    return read_answer(path, PROBLEMS)


def test_an_ordinary_answer_is_read(tmp_path: Path) -> None:
    """The others here differ from it in one thing each."""
    answer = given(tmp_path)
    assert (answer.words, answer.calls) == (SAID["words"], SAID["calls"])
    assert (answer.learning_rate, answer.outputs, answer.notes) == (0.5, 3, ("a note",))
    assert answer.parameters == {NAME: ("W1", "W2")}
    assert np.array_equal(answer.traces[NAME]["A1"], A1)
    assert answer.again == {}


# --- both ways --------------------------------------------------------------------------------


def test_a_question_arrives_as_it_was_sent(tmp_path: Path) -> None:
    write_question(tmp_path / "question", PROBLEMS[:2], PROBLEMS[2:])
    usual, panel = read_question(tmp_path / "question", 0.5)
    assert [p.name for p in usual] == [p.name for p in PROBLEMS[:2]]
    for mine, theirs in zip(PROBLEMS, [*usual, *panel], strict=True):
        assert (theirs.layer_dims, theirs.learning_rate) == (mine.layer_dims, 0.5)
        assert np.array_equal(theirs.X, mine.X)
        assert np.array_equal(theirs.Y, mine.Y)
        assert theirs.parameters.keys() == mine.parameters.keys()
        for name, value in mine.parameters.items():
            assert np.array_equal(theirs.parameters[name], value)


def test_a_question_does_not_say_what_network_is_expected(tmp_path: Path) -> None:
    write_question(tmp_path / "question", PROBLEMS)
    (problem, *_), _ = read_question(tmp_path / "question", 0.5)
    assert (problem.hidden, problem.output, problem.loss) == ("", "", "")


@pytest.mark.parametrize(
    "array",
    [
        A1,
        A1.T,
        A1[:, ::-1],
        A1.astype(np.float32),
        np.array([[np.nan, -np.inf], [-0.0, 5e-324]]),
        np.zeros((0, 3)),
        np.arange(4),
        A1 > 2,
        np.array(0.25),
        0.25,
        [1.0, 2.0],
    ],
)
def test_an_array_arrives_bit_by_bit(array: Any, tmp_path: Path) -> None:
    answer = Answer("", "", None, None, (), {}, {NAME: {"A1": array}}, {NAME: {"A1": array}})
    write_answer(tmp_path / "answer", answer)
    read = read_answer(tmp_path / "answer", PROBLEMS)
    for trace in (read.traces[NAME], read.again[NAME]):
        wanted = np.asarray(array)
        assert (trace["A1"].dtype, trace["A1"].shape) == (wanted.dtype, wanted.shape)
        assert trace["A1"].tobytes() == wanted.tobytes()


def test_what_is_no_number_is_not_sent(tmp_path: Path) -> None:
    trace = {"A1": A1, "Z1": np.array(["a"]), "W1": np.array([None]), "b1": A1 * 1j}
    write_answer(tmp_path / "answer", Answer("", "", 0.5, 1, (), {}, {NAME: trace}, {}))
    assert read_answer(tmp_path / "answer", PROBLEMS).traces[NAME].keys() == {"A1"}


# --- what is not believed ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [
        "another/A1",
        f"{NAME}/B1",
        f"{NAME}/A",
        f"{NAME}/verdict",
        f"{NAME}/A1/A1",
        f"agree/{NAME}/A1",
        f"again/again/{NAME}/A1",
        f"{NAME}/A1\n",
        "A1",
        "",
        "\x1b[2J/A1",
    ],
)
def test_a_name_that_was_not_asked_for_is_refused(key: str, tmp_path: Path) -> None:
    with pytest.raises(BackproofError) as caught:
        given(tmp_path, {key: A1})
    assert str(caught.value).isprintable()
    assert "not asked for" in str(caught.value) or "cannot be read" in str(caught.value)


@pytest.mark.parametrize(
    "said",
    [
        {"learning_rate": -0.5},
        {"learning_rate": 0},
        {"learning_rate": 1e6},
        {"learning_rate": float("nan")},
        {"learning_rate": float("inf")},
        {"learning_rate": "0.5"},
        {"learning_rate": [0.5]},
        {"notes": None},
        {"notes": 8},
        {"parameters": ["W1"]},
        {"parameters": {NAME: 1}},
    ],
)
def test_what_it_says_of_itself_must_make_sense(said: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(BackproofError, match="its answer cannot be read"):
        given(tmp_path, **said)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '"agree"', "{}", '{"words": ""}'])
def test_what_it_says_must_be_an_answer(text: str, tmp_path: Path) -> None:
    save_file({f"{NAME}/A1": A1}, tmp_path / "answer", {"answer": text})
    with pytest.raises(BackproofError, match="its answer cannot be read"):
        read_answer(tmp_path / "answer", PROBLEMS)


@pytest.mark.parametrize("metadata", [None, {}, {"verdict": "agree"}])
def test_it_must_say_something(metadata: dict[str, str] | None, tmp_path: Path) -> None:
    save_file({f"{NAME}/A1": A1}, tmp_path / "answer", metadata)
    with pytest.raises(BackproofError, match="its answer cannot be read"):
        read_answer(tmp_path / "answer", PROBLEMS)


@pytest.mark.parametrize(
    "content", [b"", b"agree", b"\xff" * 64, b"\x10" + b"\0" * 7 + b'{"A1": {}}      ']
)
def test_a_file_of_another_kind_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "answer").write_bytes(content)
    with pytest.raises(BackproofError, match="its answer cannot be read"):
        read_answer(tmp_path / "answer", PROBLEMS)


def test_no_file_no_folder_and_no_link_is_followed(tmp_path: Path) -> None:
    given(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "answer.safetensors")
    (tmp_path / "folder").mkdir()
    for name in ("nothing", "folder", "link"):
        with pytest.raises(BackproofError, match="ended itself before it was done"):
            read_answer(tmp_path / name, PROBLEMS)


def test_a_huge_answer_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "LARGEST", 1 << 20)
    given(tmp_path, {f"{NAME}/A1": np.zeros(1 << 16)})
    with pytest.raises(BackproofError, match="larger than 1 MiB"):
        given(tmp_path, {f"{NAME}/A1": np.zeros(1 << 18)})


def test_its_words_are_printable_and_short(tmp_path: Path) -> None:
    noise = "\x1b[2J\r\n\u202e" + "a" * 10_000
    answer = given(tmp_path, words=noise, calls=noise, notes=[noise] * 100)
    texts = [answer.words, answer.calls, *answer.notes]
    assert len(texts) < 12
    for text in texts:
        assert text.isprintable()
        assert len(text) <= letters.LONGEST
        assert text.startswith("?[2J???aaa")


def test_numbers_that_are_none_say_nothing(tmp_path: Path) -> None:
    answer = given(tmp_path, outputs="three", learning_rate=None)
    assert (answer.outputs, answer.learning_rate) == (None, None)


def test_words_of_the_wrong_type_are_still_words(tmp_path: Path) -> None:
    answer = given(tmp_path, words={"verdict": "agree"}, notes=[1, None], parameters={})
    assert answer.words == "{'verdict': 'agree'}"
    assert answer.notes == ("1", "None")


def test_a_problem_that_it_does_not_do_is_left_out(tmp_path: Path) -> None:
    problem: Problem = PROBLEMS[1]
    assert problem.name not in given(tmp_path).traces
