"""What all tests share."""

import os

import pytest

# They run as if GitHub were not there, or they would write into the summary of its step.
for _name in [name for name in os.environ if name.startswith("GITHUB_")]:
    del os.environ[_name]


@pytest.fixture
def unexplained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge without asking why something differs: for tests whose question is what does.

    The search for the mistake takes far longer than the verdict.
    """
    monkeypatch.setattr("backproof.judge._explained", lambda verdict, *_: verdict)
