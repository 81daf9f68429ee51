"""支給判定の結果: outcome and reason of one household (or person, where a programme pays persons)."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """Undecided is an outcome of its own: never paid, never refused."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDECIDED = "undecided"

    @property
    def words(self) -> str:
        """In words, for screens and lists."""
        return {"eligible": "支給対象", "ineligible": "対象外", "undecided": "未確定"}[self.value]


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

    @property
    def words(self) -> str:
        """In words, for screens and lists."""
        return _TITLES[self]


_TITLES = {
    Reason.NOT_APPLIED: "申請がない",
    Reason.INCOME_OVER: "収入が限度額を超える人がいる",
    Reason.ALL_EXEMPT: "全員が非課税（別の給付金の対象）",
    Reason.NOT_IN_JAPAN: "定めの日に国内に登録のあった人がいない",
    Reason.EARLIER_ROUND: "先の給付金の対象だった世帯",
    Reason.FORMER_HEAD: "先の給付金の世帯主だった人がいる",
    Reason.NO_SHORTFALL: "減税しきれない額がない",
    Reason.TAXED: "課税されている人がいる",
    Reason.TREATY: "租税条約により免除されている人がいる",
    Reason.UNKNOWN: "課税の状態が分からない人がいる",
    Reason.DEPENDANTS_ONLY: "課税されている人の扶養親族等だけの世帯",
    Reason.PAID: "支給が済んでいる",
    Reason.DIED: "一人世帯の人が申請前に死亡",
    Reason.EXEMPT: "支給対象",
}
