"""Rules that read a list (申立て, 先行する給付) or a second base date: what each is shown with (see why_rules.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from todoke.kernel.clock import wareki
from todoke.systems.benefits.rules.articles import members, units
from todoke.systems.benefits.rules.deciding import shortfall
from todoke.systems.benefits.rules.hardship.counted import counted
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.rule import DecidingRule
from todoke.systems.benefits.rules.why import figures as why_figures
from todoke.systems.benefits.rules.why import values as why_values
from todoke.systems.benefits.rules.why.explained import Household, Look, Looked, Member, Stood, Value, Verdict


def _income_over(household: Household, programme: Programme) -> Looked:
    found = [
        (one, counted(programme, one.figures, one.birth_date)) for one in household.members if one.figures
    ]
    values = [value for one, _ in found for value in why_figures.of_figures(household, one, programme)]
    for one, year in found:
        values += why_figures.of_year(household, one, programme, year) if year else []
    over = [one for one, year in found if year and not year.within]
    if over:
        return (
            Verdict.NOT_MET,
            f"1か月の収入を1年分にすると、収入も所得も限度額を超える人が{len(over)}人います。",
            values,
        )
    unclear = [one for one, year in found if year is None]
    if unclear:
        return (
            Verdict.OPEN,
            f"申立ての月が期間の外か、空欄のため、計算できない人が{len(unclear)}人います。",
            values,
        )
    return Verdict.MET, "限度額を超える人はいません。" if found else "申立てをした人はいません。", values


def _figures_missing(household: Household, programme: Programme) -> Looked:
    values = [value for one in household.members for value in why_figures.of_figures(household, one, programme)]  # fmt: skip
    lacking = [one for one in household.members if shortfall.of(one.figures) is None]
    if lacking:
        return Verdict.OPEN, "算定に必要な額がそろっていません。ないことは、0円ではありません。", values
    return Verdict.MET, "算定に必要な額がそろっています。", values


def _no_shortfall(household: Household, programme: Programme) -> Looked:
    del programme
    known = [(one, shortfall.of(one.figures)) for one in household.members]
    values = [
        Value(whom=one.title, item="引ききれない額（1万円単位）", shown=why_values.yen(yen), origin=household.origins.figures)
        for one, yen in known
    ]  # fmt: skip
    if any(yen for _, yen in known):
        return Verdict.MET, "定額減税で引ききれない額があります。", values
    if any(yen is None for _, yen in known):
        return Verdict.OPEN, "算定に必要な額がそろっていません。", values
    return Verdict.NOT_MET, "定額減税の全額が引かれます。", values


def _counts(stood: Stood, programme: Programme, *, heads: bool = False) -> bool:
    rounds = [one for one in programme.earlier if one.programme == stood.programme and (one.heads or not heads)]  # fmt: skip
    return any(stood.standing in one.standings for one in rounds)


def _stood(household: Household, whom: str, stood: Stood) -> Value:
    return Value(
        whom=whom, item=f"先行する給付 {stood.programme}", shown=stood.standing, origin=household.origins.earlier
    )  # fmt: skip


def _earlier(household: Household, programme: Programme) -> Looked:
    own = [one for one in household.stood if one.household_key == household.key]
    values = [_stood(household, "", one) for one in own]
    if any(_counts(one, programme) for one in own):
        return Verdict.NOT_MET, "先に行われた給付金の対象だった世帯です。", values
    return Verdict.MET, "先に行われた給付金の対象だった記録はありません。", values


def _former_head(household: Household, programme: Programme) -> Looked:
    found = [
        (member, one) for member in household.members for one in household.stood if one.head == member.resident_code
    ]  # fmt: skip
    values = [_stood(household, f"{member.title}（当時の世帯主）", one) for member, one in found]
    if any(_counts(one, programme, heads=True) for _, one in found):
        return Verdict.NOT_MET, "先に行われた給付金の対象世帯の世帯主だった人がいます。", values
    return Verdict.MET, "先に行われた給付金の対象世帯の世帯主だった人はいません。", values


def _in_japan(household: Household, programme: Programme) -> Looked:
    day = programme.in_japan_on
    if day is None:
        return Verdict.MET, "この事業では確かめません。", []
    values = [value for one in household.members for value in _arrival(household, one)]
    inside = [one for one in household.members if one.birth_date and one.birth_date <= day
              and not (one.moved_in_on and one.moved_in_on > day and one.came_from == units.ABROAD)]  # fmt: skip
    if inside:
        return Verdict.MET, f"{wareki(day)}に国内に住民登録のあった人が{len(inside)}人います。", values
    return Verdict.NOT_MET, f"{wareki(day)}に国内に住民登録のあった人がいません。", values


def _arrival(household: Household, member: Member) -> list[Value]:
    def said(item: str, shown: str) -> Value:
        hidden = why_values.HIDDEN if member.protected else shown
        return Value(whom=member.title, item=item, shown=hidden, origin=household.origins.register)

    return [
        said("転入日", wareki(member.moved_in_on) if member.moved_in_on else "記録なし"),
        said("前住所", why_values.place(member.came_from, protected=member.protected)),
    ]


LOOKS_AT_LISTS: Final[Mapping[type[DecidingRule], Look]] = {
    members.Article3IncomeOverLimit: Look(
        condition="申立ての月の収入を1年分にした額が、非課税相当の限度額を超えないこと", at=_income_over
    ),
    members.Article3FiguresMissing: Look(condition="算定に必要な税額が分かっていること", at=_figures_missing),
    units.Article3NoShortfall: Look(condition="定額減税で引ききれない額があること", at=_no_shortfall),
    units.Article3EarlierRound: Look(condition="先に行われた給付金の対象だった世帯でないこと", at=_earlier),
    units.Article3FormerHead: Look(
        condition="先に行われた給付金の対象世帯の世帯主だった人がいないこと", at=_former_head
    ),
    units.Article3NotInJapan: Look(
        condition="定められた日に、国内に住民登録のあった人がいること", at=_in_japan
    ),
}
"""Joined into LOOKS of why_rules.py."""
