"""異動の経過と世帯の系譜: what happened to the household and its members, oldest first, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from todoke.contracts.residents import LineageReason, LineageStep, Movement
from todoke.identifiers.municipality_names import name_of

_R = LineageReason
_SENTENCES: Final = {
    _R.SPLIT: "世帯 {before} から {members} 人が分かれ、新しい世帯 {after} になりました。",
    _R.JOINED: "世帯 {before} から {members} 人が、別の世帯 {after} に入りました。",
    _R.RENUMBERED: "世帯 {before} の全員（{members} 人）が、新しい世帯コード {after} になりました。",
    _R.MERGED: "世帯 {before} の全員（{members} 人）が、世帯 {after} に入りました。",
    _R.NEW_HEAD: "世帯 {before} の世帯主が、{former} さんから {new} さんに替わりました。",
    _R.HEAD_DIED: "世帯 {before} の世帯主 {former} さんが亡くなり、{new} さんが世帯主になりました。",
    _R.HEAD_LEFT: "世帯 {before} の世帯主 {former} さんが世帯を離れ、{new} さんが世帯主になりました。",
    _R.ENDED: "世帯 {before} は、{members} 人の死亡または転出によりなくなりました。",
}


def lineage(steps: tuple[LineageStep, ...], names: Mapping[str, str]) -> list[tuple[date, str]]:
    """Each step as a sentence; people of other households by their code."""

    def name(code: str) -> str:
        return names.get(code, code) or "（なし）"

    return [
        (
            step.happened_on,
            _SENTENCES[step.reason].format(
                before=step.household_code, after=step.successor_code, members=step.members,
                former=name(step.former_head), new=name(step.new_head),
            ),
        )
        for step in steps
    ]  # fmt: skip


def movements(found: tuple[Movement, ...], names: Mapping[str, str]) -> list[tuple[date, str, str, str]]:
    """(day, who, kind, what changed) of each movement."""
    return [
        (one.changed_on, names.get(one.resident_code, one.resident_code), one.kind, _what(one))
        for one in found
    ]


def _what(one: Movement) -> str:
    if one.left_on and one.household_before:
        return "消除されました"
    if not one.household_before:
        origin = name_of(one.previous_municipality) if one.previous_municipality else ""
        return f"登録されました{f'（前住所 {origin}）' if origin else ''}：{one.address_after}"
    pairs = (
        ("世帯", one.household_before, one.household_after),
        ("住所", one.address_before, one.address_after),
        ("氏名", one.name_before, one.name_after),
    )
    changed = [f"{label} {before} → {after}" for label, before, after in pairs if before != after]
    return "、".join(changed) or "そのほかの記載の変更"
