"""世帯の分け方: which rule of 第2条 made this a household of its own, from which list or register, and since when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from todoke.kernel.clock import wareki
from todoke.systems.benefits.rules.articles.forming import (
    Article2InstitutionChild,
    Article2ProtectedApart,
    Article2ReRegistered,
    SpecialKind,
)
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.rule import FormingRule
from todoke.systems.benefits.rules.why.explained import Household, Member, Value

SIDES: Final = ("base", "latest")


@dataclass(frozen=True, kw_only=True)
class Formed:
    """A rule that applied to a member, with what says so."""

    rule: type[FormingRule]
    values: Sequence[Value]


def formed(household: Household, programme: Programme) -> list[Formed]:
    """The forming rules that applied here, in the programme's order. Nothing of it tells where anybody lives."""
    found = [
        Formed(rule=rule, values=[value for one in household.members for value in _SAYS[rule](household, one)])
        for rule in programme.forming
        if rule in _SAYS
    ]  # fmt: skip
    return [one for one in found if one.values]


def _protected(household: Household, member: Member) -> list[Value]:
    origins = {"base": household.origins.base, "latest": household.origins.latest}
    marks = [
        Value(whom=member.title, item="支援措置", shown="あり", origin=origins[side])
        for side in SIDES
        if side in member.protected_in
    ]
    return marks + _listed(household, member, SpecialKind.EVACUEE)


def _child(household: Household, member: Member) -> list[Value]:
    return _listed(household, member, SpecialKind.INSTITUTION_CHILD)


def _again(household: Household, member: Member) -> list[Value]:
    return _listed(household, member, SpecialKind.RE_REGISTERED)


def _listed(household: Household, member: Member, kind: SpecialKind) -> list[Value]:
    return [
        Value(whom=member.title, item=kind.value,
              shown=f"{wareki(one.noted_on)}（{NOTED[kind]}）" if one.noted_on else "日付の記録なし",
              origin=household.origins.special)
        for one in member.specials
        if one.kind is kind
    ]  # fmt: skip


NOTED: Final = {
    SpecialKind.EVACUEE: "申出の日",
    SpecialKind.INSTITUTION_CHILD: "措置の日",
    SpecialKind.RE_REGISTERED: "再登録の日",
}
"""What the day in the list is, by kind."""

_SAYS: Final[dict[type[FormingRule], Callable[[Household, Member], list[Value]]]] = {
    Article2ProtectedApart: _protected,
    Article2InstitutionChild: _child,
    Article2ReRegistered: _again,
}
