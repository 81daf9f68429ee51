"""What may be changed without code: dates, windows, amounts, limits, the months and method of 家計急変, which standings in
earlier rounds count, and which rules are switched on."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any, Final

from todoke.kernel.clock import wareki
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.articles.units import (
    Article3EarlierRound,
    Article3FormerHead,
    Article4OncePerHousehold,
)
from todoke.systems.benefits.rules.editions import checks as definition_checks
from todoke.systems.benefits.rules.editions import definition
from todoke.systems.benefits.rules.hardship.conditions import ITEM_WORDS
from todoke.systems.benefits.rules.programme import EarlierRound, Programme, Standing, Unit
from todoke.systems.benefits.rules.rule import DecidingRule, Rule
from todoke.systems.benefits.rules.tax.income import SalaryMethod

Value = int | date | SalaryMethod | frozenset[Standing] | tuple[str, ...]
"""Truth values are integers, too; months are integers such as 202101."""
MONTHS: Final = ("hardship.months.0", "hardship.months.1")
LABELS: Final = {
    "amount": "支給額（円）",
    "child.amount": "こども加算（円）",
    "child.born_from": "こども加算の対象となる生年月日（この日以降）",
    "child.newborn_until": "新生児の期限",
    "base_date": "基準日",
    "in_japan_on": "国内に住民登録があるべき日",
    "moved_in_from": "照会が必要な転入日（この日以降）",
    "paid_by": "手続不要とする前回支給の締切日",
    "letters_from": "発送開始日",
    "opt_out_days": "お知らせの届出期間（発送からの日数）",
    "accepts_from": "受付開始日",
    "deadline": "申請期限",
    "transfer_on": "振込指定日",
    MONTHS[0]: "家計急変：対象となる最初の月",
    MONTHS[1]: "家計急変：対象となる最後の月",
    "hardship.incomes": "家計急変：合計する収入の種類",
    "hardship.salary": "家計急変：給与所得の計算方法",
    "hardship.factor": "月から年への倍数",
    "hardship.limits.head": "限度額：1人あたり（円）",
    "hardship.limits.flat": "限度額：加算（円）",
    "hardship.limits.extra": "限度額：扶養があるときの加算（円）",
    "hardship.limits.special": "限度額：障害者・未成年者・寡婦・ひとり親（円）",
}
"""Field (with its parts) → what it is called on screens."""


def values(programme: Programme) -> dict[str, Value]:
    """Every changeable value that the programme has."""
    found = {name: _get(programme, name) for name in labels(programme)}
    return {name: value for name, value in found.items() if value is not None}


def labels(programme: Programme) -> dict[str, str]:
    """`LABELS`, and two for each earlier round that the programme looks at."""
    found = dict(LABELS)
    for place, one in enumerate(programme.earlier):
        title = programmes.find(one.programme).name
        found[f"earlier.{place}.standings"] = f"先行する給付の除外（{title}）：除外する世帯の状況"
        found[f"earlier.{place}.heads"] = f"先行する給付の除外（{title}）：その世帯主だった人がいる世帯も除く"
    return found


def switches(released: Programme, programme: Programme) -> list[type[Rule]]:
    """The rules that may be switched on and off: those released with the programme and not locked, and those that an
    earlier round added to it reads."""
    every: tuple[type[Rule], ...] = (*released.forming, *_rules(released, programme))
    locked = definition_checks.locked(released)
    return [rule for rule in every if rule not in locked]


def may_follow(programme: Programme) -> list[Programme]:
    """Programmes that may be added as an earlier round: of households, of the same base date or an earlier one, not yet there."""
    there = {programme.code, *(one.programme for one in programme.earlier)}
    if programme.unit is not Unit.HOUSEHOLD:
        return []
    return [
        one
        for one in programmes.every()
        if one.unit is Unit.HOUSEHOLD and one.code not in there and one.base_date <= programme.base_date
    ]


def changed(
    programme: Programme,
    new: Mapping[str, Value],
    on: Collection[str],
    released: Programme,
    added: EarlierRound | None = None,
) -> Programme:
    """The programme with new values and an `added` earlier round, and of the rules those that are locked or named in `on`,
    in their order; the rules that read the added round are on."""
    locked = definition_checks.locked(released)
    if added is not None:
        read = [Article3EarlierRound, *([Article3FormerHead] if added.heads else [])]
        on = {*on, *(rule.__name__ for rule in read)}

    def stays(rule: type[Rule]) -> bool:
        return rule in locked or rule.__name__ in on

    for name, value in new.items():
        programme = _set(programme, name, value)
    if added is not None:
        programme = replace(programme, earlier=(*programme.earlier, added))
    return replace(
        programme,
        forming=tuple(rule for rule in released.forming if stays(rule)),
        rules=tuple(rule for rule in _rules(released, programme) if stays(rule)),
    )


def _rules(released: Programme, programme: Programme) -> tuple[type[DecidingRule], ...]:
    """The released rules; with an earlier round that the release does not know, those that read it, before 支給は一度."""
    lacking = [rule for rule in (Article3EarlierRound, Article3FormerHead) if rule not in released.rules]
    if not programme.earlier:
        lacking = []
    place = released.rules.index(Article4OncePerHousehold)
    return (*released.rules[:place], *lacking, *released.rules[place:])


def differences(before: Programme, after: Programme) -> list[tuple[str, str, str]]:
    """(what, before, after) of everything that differs, in words; the edition's name left out."""
    found = []
    for one in fields(Programme):
        old, new = getattr(before, one.name), getattr(after, one.name)
        if old == new or one.name in ("edition", "sources"):
            continue
        if one.name in ("rules", "forming", "amounts"):
            found += _switched(old, new)
        else:
            found += _named(one.name, before, after)
    return found


def _named(field: str, before: Programme, after: Programme) -> list[tuple[str, str, str]]:
    titles = labels(before) | labels(after)
    names = [name for name in titles if name.split(".")[0] == field]
    listed = [(name, _get(before, name), _get(after, name)) for name in names]
    found = [(titles[name], shown(name, old), shown(name, new)) for name, old, new in listed if old != new]
    if found:
        return found
    old, new = (
        json.dumps(json.loads(definition.to_text(one))[field], ensure_ascii=False) for one in (before, after)
    )
    return [(field, old, new)]


def _switched(old: tuple[type[Rule], ...], new: tuple[type[Rule], ...]) -> list[tuple[str, str, str]]:
    def named(rule: type[Rule]) -> str:
        return f"ルール「{rule.sentence}」（{rule.__name__}）"

    off = [(named(rule), "適用する", "適用しない") for rule in old if rule not in new]
    return off + [(named(rule), "適用しない", "適用する") for rule in new if rule not in old]


def shown(name: str, value: object) -> str:
    """A value of that field as screens show it."""
    if value is None:
        return "－"
    if name in MONTHS:
        return month_words(int(str(value)))
    if isinstance(value, frozenset | tuple):
        return "・".join(_several(value)) or "なし"
    return _single(value)


def _several(values: frozenset[Standing] | tuple[str, ...]) -> list[str]:
    if isinstance(values, frozenset):
        return [one.value for one in Standing if one in values]
    return [ITEM_WORDS[item] for item in values]


def _single(value: object) -> str:
    if isinstance(value, bool):
        return "除く" if value else "除かない"
    if isinstance(value, int):
        return f"{value:,}"
    return wareki(value) if isinstance(value, date) else str(value)


def month_words(month: int) -> str:
    """令和4年1月, from 202201; the number itself where it is no month."""
    year, number = divmod(month, 100)
    return wareki(date(year, number, 1)).removesuffix("1日") if 1 <= number <= _MONTHS_A_YEAR else str(month)


_MONTHS_A_YEAR: Final = 12


def _get(whole: Any, name: str) -> Any:  # noqa: ANN401 - any value of a programme
    for part in name.split("."):
        if isinstance(whole, tuple):
            whole = whole[int(part)] if int(part) < len(whole) else None
        else:
            whole = None if whole is None else getattr(whole, part)
    return whole


def _set(whole: Any, name: str, value: object) -> Any:  # noqa: ANN401 - a part of a programme
    part, _, rest = name.partition(".")
    if isinstance(whole, tuple):
        place = int(part)
        return (*whole[:place], _set(whole[place], rest, value) if rest else value, *whole[place + 1 :])
    return replace(whole, **{part: _set(getattr(whole, part), rest, value) if rest else value})
