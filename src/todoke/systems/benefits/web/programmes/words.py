"""How outcomes, reasons, states, yen and tables of a programme are named on its screens."""

from __future__ import annotations

from django.utils.safestring import SafeString

from todoke.pages.templatetags.parts import make_chip
from todoke.systems.benefits.flows import EditionState
from todoke.systems.benefits.rules.outcome import Outcome, Reason
from todoke.systems.benefits.rules.programme import Register, Unit

OUTCOMES = {Outcome.ELIGIBLE: "支給対象", Outcome.INELIGIBLE: "対象外", Outcome.UNDECIDED: "未確定"}
REASONS = {
    Reason.NOT_APPLIED: "申請なし", Reason.INCOME_OVER: "収入が限度額超", Reason.TAXED: "課税者がいる", Reason.TREATY: "租税条約免除",
    Reason.UNKNOWN: "課税状況が不明", Reason.ALL_EXEMPT: "全員非課税", Reason.DEPENDANTS_ONLY: "課税者の扶養親族だけ",
    Reason.NOT_IN_JAPAN: "国内に登録なし", Reason.EARLIER_ROUND: "先行給付の対象", Reason.FORMER_HEAD: "先行給付の世帯主",
    Reason.NO_SHORTFALL: "不足額なし", Reason.PAID: "支給済み", Reason.DIED: "申請前に死亡", Reason.EXEMPT: "要件を満たす",
}  # fmt: skip
STATES = {
    EditionState.PROPOSED: ("承認待ち", "wait"), EditionState.APPROVED: ("承認済み", "good"),
    EditionState.REFUSED: ("不承認", "fail"), EditionState.WITHDRAWN: ("取下げ", "plain"),
}  # fmt: skip
UNITS = {Unit.HOUSEHOLD: "世帯", Unit.PERSON: "個人"}
REGISTERS = {Register.BASE: "基準日の住民記録", Register.LATEST: "最新の住民記録（申請日）"}


def verdict(text: str) -> str:
    """支給対象（要件を満たす）, from `outcome:REASON`; 判定なし where a side has no such household."""
    outcome, _, reason = text.partition(":")
    if outcome not in set(Outcome):
        return "判定なし"
    return f"{OUTCOMES[Outcome(outcome)]}（{REASONS[Reason(reason)]}）"


def yen(amount: int) -> str:
    """100,000円."""
    return f"{amount:,}円"


def state_chip(state: str) -> SafeString:
    """The state of an edition as a chip."""
    return make_chip(*STATES[EditionState(state)])
