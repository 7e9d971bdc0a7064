"""Lines of text: counted, shortened, printed without surprises."""

from rich.console import Console

COLOURS = {
    "agree": "green",
    "differ": "red",
    "undecided": "yellow",
    "cannot judge": "red",
    "nothing judged": "red",
}


def write(console: Console, line: str) -> None:
    """Print a line as it is; nothing in it is markup, and nothing moves the cursor."""
    console.print(printable(line), soft_wrap=True, highlight=False, markup=False)


def printable(text: str) -> str:
    """Return a text with every character that cannot be printed replaced."""
    return "".join(c if c.isprintable() else "?" for c in text)


def short(text: str, width: int) -> str:
    """Return a text in at most `width` characters."""
    return text if len(text) <= width else f"{text[: max(width - 1, 0)].rstrip()}…"


def count(number: int, what: str) -> str:
    """Return a number with what it counts, in the plural where that is right."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
