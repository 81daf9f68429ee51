"""What may be changed without code: dates, windows, amounts, limits, and which rules are switched on."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any, Final

from todoke.kernel.clock import wareki
from todoke.systems.benefits.rules import definition, definition_checks
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.rule import Rule

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
    "accepts_from": "受付開始日",
    "deadline": "申請期限",
    "transfer_on": "振込指定日",
    "hardship.factor": "月から年への倍数",
    "hardship.limits.head": "限度額：1人あたり（円）",
    "hardship.limits.flat": "限度額：加算（円）",
    "hardship.limits.extra": "限度額：扶養があるときの加算（円）",
    "hardship.limits.special": "限度額：障害者・未成年者・寡婦・ひとり親（円）",
}
"""Field (with its parts) → what it is called on screens."""


def values(programme: Programme) -> dict[str, int | date]:
    """Every changeable value that the programme has."""
    found = {name: _get(programme, name) for name in LABELS}
    return {name: value for name, value in found.items() if value is not None}


def switches(released: Programme) -> list[type[Rule]]:
    """The rules that may be switched on and off: those released with the programme and not locked."""
    every: tuple[type[Rule], ...] = (*released.forming, *released.rules)
    locked = definition_checks.locked(released)
    return [rule for rule in every if rule not in locked]


def changed(
    programme: Programme, new: Mapping[str, int | date], on: Collection[str], released: Programme
) -> Programme:
    """The programme with new values, and of the released rules those that are locked or named in `on`, in their order."""
    locked = definition_checks.locked(released)

    def stays(rule: type[Rule]) -> bool:
        return rule in locked or rule.__name__ in on

    for name, value in new.items():
        programme = _set(programme, name, value)
    return replace(
        programme,
        forming=tuple(rule for rule in released.forming if stays(rule)),
        rules=tuple(rule for rule in released.rules if stays(rule)),
    )


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
    names = [name for name in LABELS if name.split(".")[0] == field]
    listed = [(LABELS[name], _get(before, name), _get(after, name)) for name in names]
    found = [(label, shown(old), shown(new)) for label, old, new in listed if old != new]
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


def shown(value: object) -> str:
    """A value as screens show it."""
    if isinstance(value, date):
        return wareki(value)
    if isinstance(value, int):
        return f"{value:,}"
    return "－" if value is None else str(value)


def _get(whole: Any, name: str) -> Any:  # noqa: ANN401 - any value of a programme
    for part in name.split("."):
        whole = None if whole is None else getattr(whole, part)
    return whole


def _set(whole: Any, name: str, value: object) -> Any:  # noqa: ANN401 - a part of a programme
    part, _, rest = name.partition(".")
    return replace(whole, **{part: _set(getattr(whole, part), rest, value) if rest else value})
