"""申立ての額: what a person declared (家計急変, 調整給付), as it was declared, with the list that it stands in."""

from __future__ import annotations

from datetime import date
from typing import Final

from todoke.kernel.clock import wareki
from todoke.systems.benefits.rules.deciding import shortfall
from todoke.systems.benefits.rules.hardship import conditions as hardship
from todoke.systems.benefits.rules.hardship.counted import Counted
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.why.explained import Household, Member, Origin, Value

WORDS: Final = hardship.ITEM_WORDS | shortfall.ITEM_WORDS
ABSENT: Final = "申立てなし（ないことは0円ではない）"


def of_figures(household: Household, member: Member, programme: Programme | None = None) -> list[Value]:
    """Every item that was declared, in the order of the list; with `programme`, also those that it reads and that lack."""
    needed = _needed(programme) if programme else frozenset()
    wanted = [item for item in WORDS if item in member.figures or item in needed]
    return [
        Value(whom=member.title, item=WORDS[item], shown=shown(item, member.figures.get(item)),
              origin=household.origins.figures)
        for item in wanted
    ]  # fmt: skip


def of_year(household: Household, member: Member, programme: Programme, found: Counted) -> list[Value]:
    """What the month comes to in a year, each beside its limit."""
    test = programme.hardship
    times = f"1か月×{test.factor}" if test else ""
    ours, theirs = Origin(name="事業の定め", edition=programme.edition), household.origins.figures
    rows = (
        (f"収入の合計（{times}）", found.revenue, theirs), ("収入の限度額", found.revenue_limit, ours),
        (f"所得の合計（{times}）", found.income, theirs), ("所得の限度額", found.income_limit, ours),
    )  # fmt: skip
    return [
        Value(whom=member.title, item=item, shown=f"{yen:,}円", origin=origin) for item, yen, origin in rows
    ]


def shown(item: str, value: int | None) -> str:
    """令和4年7月, 2人, あり or 83,333円."""
    if value is None:
        return ABSENT
    if item == "month":
        return wareki(date(value // 100, value % 100, 1)).removesuffix("1日")
    if item == "dependants":
        return f"{value}人"
    if item == "special":
        return "あり" if value else "なし"
    return f"{value:,}円"


def _needed(programme: Programme) -> frozenset[str]:
    test = programme.hardship
    return frozenset(("month", *test.incomes) if test else programme.figures)
