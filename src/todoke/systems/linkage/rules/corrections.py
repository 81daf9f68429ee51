"""番号の訂正: which corrections may be asked for, from what is known about the persons."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a correction depends on: of one 統合番号."""

    dissolved: bool
    in_flight: int
    open_corrections: int
    live_number: bool
    local_numbers: Collection[int]


def hindrance(persons: Collection[Standing], *, mine: int = 0) -> str:
    """Why none of these persons can be corrected now, in Japanese, or nothing.

    `mine`: open requests about each that are the one at hand. A query in flight comes first: its answer must reach the person it was asked about, whoever that is then.
    """
    if any(person.dissolved for person in persons):
        return "既に別の番号に統合された統合番号です"
    if any(person.open_corrections > mine for person in persons):
        return "確認を待つ訂正の依頼が既にあります"
    if count := sum(person.in_flight for person in persons):
        return f"回答を待つ照会が {count:,} 件あります。結果を受け取ってから行ってください"
    return ""


def split_hindrance(person: Standing, *, moving: Collection[int], takes_number: bool) -> str:
    """Why this person cannot be split so: nothing to move, nothing left, or not the person's."""
    if not set(moving) <= set(person.local_numbers):
        return "この人の業務固有番号ではないものが選ばれています"
    if not moving and not takes_number:
        return "新しい統合番号に移すものがありません"
    if takes_number and not person.live_number:
        return "個人番号が登録されていません"
    if person.local_numbers and set(moving) == set(person.local_numbers):
        return "業務固有番号がすべて移り、元の統合番号に何も残りません"
    return ""
