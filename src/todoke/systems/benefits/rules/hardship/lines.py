"""家計急変の計算、1行ずつ: what a month comes to, line by line, as an officer reads it beside the form and on the telephone.

The numbers are those of hardship_counted.py, which the engine's SQL is proved against; here they only get words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from todoke.kernel.clock import wareki
from todoke.systems.benefits.rules.hardship import conditions as hardship
from todoke.systems.benefits.rules.hardship.counted import Counted, counted, income_of
from todoke.systems.benefits.rules.programme import Hardship, Programme


@dataclass(frozen=True)
class Line:
    """One line: what it is, how it is reckoned, and what it comes to."""

    item: str
    reckoned: str
    shown: str


@dataclass(frozen=True, kw_only=True)
class Calculation:
    """`within` is None when what stands on the form cannot be judged; `verdict` says so in a sentence."""

    lines: tuple[Line, ...]
    within: bool | None
    verdict: str


YES, NO, OPEN = (
    "お申し出の月の収入を1年分にした金額が、決まりの範囲に入っています。",
    "お申し出の月の収入を1年分にした金額が、決まりを超えています。",
    "申請書の収入の欄に確かめたいところがあるため、お手紙かお電話でお尋ねします。",
)
SAID: Final[Mapping[bool | None, str]] = {True: YES, False: NO, None: OPEN}
"""One sentence for the phone, without an amount: a caller need not be the person who earns it."""


def calculation(programme: Programme, figures: Mapping[str, int], born: date | None) -> Calculation:
    """The test of one person. LookupError for a programme without one."""
    test = programme.hardship
    if test is None:
        raise LookupError(f"{programme.code} has no hardship test")
    found = counted(programme, figures, born)
    if found is None:
        why = _unusable(test, figures)
        return Calculation(lines=(_month(test, figures),), within=None, verdict=f"計算できません：{why}")
    lines = [_month(test, figures), *_revenue(test, figures, found)]
    if found.revenue > found.revenue_limit:
        lines += _income(programme, test, figures, born, found)
    return Calculation(lines=tuple(lines), within=found.within, verdict=_verdict(found))


def household(found: Sequence[Calculation]) -> str:
    """What is said on the telephone of everybody's test together; empty when nobody declared anything."""
    if not found:
        return ""
    results = [one.within for one in found]
    return SAID[False if False in results else None if None in results else True]


def limits_said(test: Hardship, dependants: int, *, special: bool) -> str:
    """Which limit: 級地, tax year, dependants, and how salary is counted."""
    who = "（障害者・未成年者・寡婦・ひとり親）" if special else ""
    return f"{test.grade}級地・扶養{dependants}人{who}・給与は{test.salary.value}"


def _month(test: Hardship, figures: Mapping[str, int]) -> Line:
    first, last = (_said(month) for month in test.months)
    month = figures.get("month")
    return Line("申立ての月", f"{first}から{last}まで", "記入なし" if month is None else _said(month))


def _said(month: int) -> str:
    return wareki(date(month // 100, month % 100, 1)).removesuffix("1日")


def _unusable(test: Hardship, figures: Mapping[str, int]) -> str:
    missing = [hardship.ITEM_WORDS[kind] for kind in test.incomes if kind not in figures]
    if "month" not in figures:
        return "月の記入がありません。"
    if missing:
        return f"{'、'.join(missing)}の記入がありません（ないことは0円ではありません）。"
    return "月が、対象となる期間の外です。"


def _revenue(test: Hardship, figures: Mapping[str, int], found: Counted) -> list[Line]:
    lines = [
        Line(hardship.ITEM_WORDS[kind], f"{figures[kind]:,}円 × {test.factor}", f"{figures[kind] * test.factor:,}円")
        for kind in test.incomes
    ]  # fmt: skip
    limit = limits_said(test, figures.get("dependants", 0), special=figures.get("special") == 1)
    sign = "≦" if found.revenue <= found.revenue_limit else "＞"
    return [
        *lines,
        Line("年間の収入", "上の合計", f"{found.revenue:,}円"),
        Line("収入の限度額", limit, f"{found.revenue_limit:,}円"),
        Line("収入での判定", f"{found.revenue:,}円 {sign} {found.revenue_limit:,}円", "範囲内" if sign == "≦" else "超過（所得で判定）"),
    ]  # fmt: skip


def _income(
    programme: Programme, test: Hardship, figures: Mapping[str, int], born: date | None, found: Counted
) -> list[Line]:
    lines = []
    for kind in test.incomes:
        cost = figures.get(hardship.COSTS.get(kind, ""), 0)
        less = (
            f"（{figures[kind]:,}円 − 経費 {cost:,}円）× {test.factor}"
            if kind in hardship.COSTS
            else _how(kind, test)
        )
        yen = income_of(kind, programme, figures, born)
        lines.append(Line(f"{hardship.ITEM_WORDS[kind]}の所得", less, f"{yen:,}円"))
    sign = "≦" if found.income <= found.income_limit else "＞"
    limit = limits_said(test, figures.get("dependants", 0), special=figures.get("special") == 1)
    return [
        *lines,
        Line("年間の所得", "上の合計", f"{found.income:,}円"),
        Line("所得の限度額", limit, f"{found.income_limit:,}円"),
        Line("所得での判定", f"{found.income:,}円 {sign} {found.income_limit:,}円", "範囲内" if sign == "≦" else "超過"),
    ]  # fmt: skip


def _how(kind: str, test: Hardship) -> str:
    return f"給与所得控除後（{test.salary.value}）" if kind == "salary" else "公的年金等控除後"


def _verdict(found: Counted) -> str:
    if found.revenue <= found.revenue_limit:
        return "非課税相当です（収入が限度額以下）。"
    if found.within:
        return "非課税相当です（収入は限度額を超えますが、所得が限度額以下）。"
    return "非課税相当ではありません（収入も所得も限度額を超えます）。"
