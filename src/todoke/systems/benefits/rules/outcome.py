"""支給判定の結果: outcome and reason of one household (or person, where a programme pays persons)."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """Undecided is an outcome of its own: never paid, never refused."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDECIDED = "undecided"


class Reason(StrEnum):
    """What the first rule that applied says; the order is the programme's list of rules (issue 2 §4.2)."""

    NOT_APPLIED = "NOT_APPLIED"
    INCOME_OVER = "INCOME_OVER"
    TAXED = "TAXED"
    TREATY = "TREATY"
    UNKNOWN = "UNKNOWN"
    ALL_EXEMPT = "ALL_EXEMPT"
    DEPENDANTS_ONLY = "DEPENDANTS_ONLY"
    NOT_IN_JAPAN = "NOT_IN_JAPAN"
    EARLIER_ROUND = "EARLIER_ROUND"
    FORMER_HEAD = "FORMER_HEAD"
    NO_SHORTFALL = "NO_SHORTFALL"
    PAID = "PAID"
    DIED = "DIED"
    EXEMPT = "EXEMPT"

    @property
    def outcome(self) -> Outcome:
        """What the reason leads to."""
        if self is Reason.EXEMPT:
            return Outcome.ELIGIBLE
        return Outcome.UNDECIDED if self is Reason.UNKNOWN else Outcome.INELIGIBLE
