"""How a check ends that does not pass."""


class BrokenError(Exception):
    """The server does not keep the rule; the text says what it did."""


class NotApplicableError(Exception):
    """The rule cannot be tried here; the text says why."""
