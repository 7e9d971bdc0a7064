"""What goes wrong on the user's side: always one sentence that says what, where and what to do."""


class BackproofError(Exception):
    """The judge cannot judge: bad input, an impossible request, a run that proved nothing."""


class MissingRuleError(BackproofError):
    """An operation of the reference has no rounding rule."""
