"""支給判定の結果: outcome and reason of one household."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """Undecided is an outcome of its own: never paid, never refused."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDECIDED = "undecided"


class Reason(StrEnum):
    """The first rule that applied, in this order (issue 2 §4.2)."""

    TAXED = "TAXED"
    TREATY = "TREATY"
    UNKNOWN = "UNKNOWN"
    DEPENDANTS_ONLY = "DEPENDANTS_ONLY"
    PAID = "PAID"
    DIED = "DIED"
    EXEMPT = "EXEMPT"

    @property
    def outcome(self) -> Outcome:
        """What the reason leads to."""
        if self is Reason.EXEMPT:
            return Outcome.ELIGIBLE
        return Outcome.UNDECIDED if self is Reason.UNKNOWN else Outcome.INELIGIBLE
