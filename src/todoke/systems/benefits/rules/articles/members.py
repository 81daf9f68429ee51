"""支給対象者 (第3条), asked of each member."""

from __future__ import annotations

from datetime import date

from todoke.systems.benefits.rules.deciding import shortfall
from todoke.systems.benefits.rules.deciding.outcome import Reason
from todoke.systems.benefits.rules.hardship import conditions as hardship
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.rule import MemberRule, quoted
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

_R3 = date(2021, 11, 26)


class Article3TaxedMember(MemberRule):
    """A levy that the programme does not let through: 均等割, or only 所得割 where 均等割のみ is the programme's aim."""

    citation = "PIA I.1② (1) ア（世帯全員が均等割非課税）; 令和3年11月26日府政経運第399号 支給要領"
    sentence = "住民税が課税されている方が世帯にいるため、対象になりません。"
    valid_from = _R3
    reason = Reason.TAXED

    @classmethod
    def when(cls, programme: Programme) -> str:
        return f"status IN ({quoted(taxed(programme))})"


class Article3TreatyExempt(MemberRule):
    """Not taxed because of a treaty is not "not taxed" (上越市: 12 households decided wrongly)."""

    citation = "租税条約による免除の除外（国の通知; 上越市の事例）; facts/benefit.md §1.1"
    sentence = "租税条約により住民税が免除されている方が世帯にいるため、対象になりません。"
    valid_from = _R3
    reason = Reason.TREATY

    @classmethod
    def when(cls, programme: Programme) -> str:
        del programme
        return f"status = '{TaxStatus.TREATY.value}'"


class Article3StatusUnknown(MemberRule):
    """Whatever is neither let through nor refused: the household waits, and nobody is paid or refused by silence."""

    citation = "DESIGN §2（不明は非課税ではない）; facts/benefit.md §3（安来市 2022-11）"
    sentence = "住民税の状況を確認できていない方が世帯にいるため、まだ判定できません。"
    valid_from = _R3
    reason = Reason.UNKNOWN

    @classmethod
    def when(cls, programme: Programme) -> str:
        settled = [*sorted(programme.exempt), *taxed(programme), TaxStatus.TREATY]
        return f"status NOT IN ({quoted(settled)})"


class Article3IncomeOverLimit(MemberRule):
    """家計急変: per member, not on the household's sum."""

    citation = "Yokohama 家計急変世帯（1人ごとに判定、任意の1か月×12）; facts/benefit.md §1.2"
    sentence = (
        "申出のあった月の収入を1年分にすると、非課税相当の限度額を超える方がいるため、対象になりません。"
    )
    valid_from = _R3
    reason = Reason.INCOME_OVER

    @classmethod
    def when(cls, programme: Programme) -> str:
        return f"{hardship.usable(programme)} AND NOT {hardship.within(programme)}"


class Article3FiguresMissing(MemberRule):
    """調整給付: a person for whom an amount is not known; absent is never zero."""

    citation = "DESIGN §2（ない値は0ではない）; 調整給付の算定（facts/benefit.md §1.4）"
    sentence = "算定に必要な税額を確認できていないため、まだ判定できません。"
    valid_from = date(2024, 6, 1)
    reason = Reason.UNKNOWN

    @classmethod
    def when(cls, programme: Programme) -> str:
        del programme
        return f"NOT {shortfall.known()}"


def taxed(programme: Programme) -> list[TaxStatus]:
    """Statuses with a levy that the programme does not let through."""
    return [status for status in TaxStatus if status.taxed and status not in programme.exempt]


MEMBERS = (
    Article3TaxedMember,
    Article3TreatyExempt,
    Article3StatusUnknown,
    Article3IncomeOverLimit,
    Article3FiguresMissing,
)
