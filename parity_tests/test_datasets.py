"""The real data are scikit-learn's, though they are read without importing it."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits

from backproof import datasets
from backproof.commands.check import check
from backproof.errors import BackproofError
from backproof.suite.request import Request


def test_breast_cancer_is_that_of_scikit_learn() -> None:
    X, Y = datasets.breast_cancer()
    bunch = load_breast_cancer()
    assert (X.shape, Y.shape) == ((30, 569), (1, 569))
    assert np.allclose(X, ((bunch.data - bunch.data.mean(0)) / bunch.data.std(0)).T, rtol=1e-12)
    assert np.array_equal(Y[0], bunch.target)


def test_digits_are_those_of_scikit_learn() -> None:
    X, Y = datasets.digits()
    bunch = load_digits()
    assert (X.shape, Y.shape) == ((64, 1797), (10, 1797))
    varying = bunch.data.std(0) > 0
    standard = (bunch.data - bunch.data.mean(0))[:, varying] / bunch.data.std(0)[varying]
    assert np.allclose(X[varying], standard.T, rtol=1e-12)
    assert not X[~varying].any()
    assert np.array_equal(Y.argmax(0), bunch.target)
    assert np.array_equal(Y.sum(0), np.ones(1797))


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (None, r"scikit-learn, which is not installed: pip install 'backproof\[data\]'"),
        ("/nowhere/sklearn/__init__.py", "does not hold breast_cancer.csv where others do"),
    ],
)
def test_without_the_files_there_is_a_sentence(
    found: str | None, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = None if found is None else type("Spec", (), {"origin": str(Path(found))})()
    monkeypatch.setattr("importlib.util.find_spec", lambda _: spec)
    with pytest.raises(BackproofError, match=sentence):
        datasets.breast_cancer()


def test_without_scikit_learn_the_table_is_judged_without_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = Request((), 0, ("float64", "float32"), 0)
    names = {case.name for case, _ in request.questions()}
    assert request.left_out == ""
    assert names >= set(datasets.CASES)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert {case.name for case, _ in request.questions()} == names - set(datasets.CASES)
    assert request.left_out.startswith("breast-cancer and digits are left out. The real data sets")
    assert Request(("digits",), 0, ("float64",), 0).left_out == ""


def test_what_is_left_out_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(datasets, "absent", lambda: "No [data] here.")
    monkeypatch.setattr("backproof.commands.check._run", lambda *_: 0)
    assert check() == 0
    assert capsys.readouterr().out == ("breast-cancer and digits are left out. No [data] here.\n\n")
    assert check(case=["dead"]) == 0
    assert capsys.readouterr().out == ""
