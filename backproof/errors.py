"""What goes wrong on the user's side: always one sentence that says what, where and what to do."""


class BackproofError(Exception):
    """The judge cannot judge: bad input, an impossible request, a run that proved nothing."""


# What taking apart a file ends in whose contents are of another kind.
MALFORMED = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)


def no_room(why: str) -> BackproofError:
    """Return what is to be said where a temporary folder cannot be written."""
    return BackproofError(
        f"Nothing can be written in the temporary folder ({why}): make room there, or set TMPDIR "
        "to another folder"
    )


class MissingRuleError(BackproofError):
    """An operation of the reference has no rounding rule."""
