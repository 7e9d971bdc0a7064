"""Words: a set of them, a short line of them, an exception as one line."""

import traceback

from backproof.errors import BackproofError


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(words.split())


def short(text: str) -> str:
    """Return a text in one line of at most 80 characters."""
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:77]}..."


def one_line(error: BaseException) -> str:
    """Return an exception in one line; its own str() may fail, and is then not our failure."""
    if isinstance(error, BackproofError):
        return str(error)
    return short("".join(traceback.format_exception_only(error)).strip().split("\n")[-1])
