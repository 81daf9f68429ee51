"""番号変換 (PIA 統合番号連携 (6)): its directions, the words of refusal, and who may have what converted. Deny unless declared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Direction(StrEnum):
    """From which number to which."""

    LOCAL_TO_INTEGRATED = "local_to_integrated"
    INTEGRATED_TO_LOCAL = "integrated_to_local"
    INDIVIDUAL_TO_INTEGRATED = "individual_to_integrated"
    INTEGRATED_TO_INDIVIDUAL = "integrated_to_individual"


TITLES: Final = {
    Direction.LOCAL_TO_INTEGRATED: "業務固有番号 → 統合番号",
    Direction.INTEGRATED_TO_LOCAL: "統合番号 → 業務固有番号",
    Direction.INDIVIDUAL_TO_INTEGRATED: "個人番号 → 統合番号",
    Direction.INTEGRATED_TO_INDIVIDUAL: "統合番号 → 個人番号",
}

NAMES_A_SYSTEM: Final = frozenset({Direction.LOCAL_TO_INTEGRATED, Direction.INTEGRATED_TO_LOCAL})
"""Directions that name the system whose 業務固有番号 is meant; the others name none."""

NEVER_BY_MESSAGE: Final = frozenset({Direction.INTEGRATED_TO_INDIVIDUAL})
"""Answers to messages are kept for repeats (受信箱); 個人番号 is kept in one place only, so it leaves by file alone."""


class Word(StrEnum):
    """Why a record has no number. `several`: more than one local number, and none is guessed."""

    UNKNOWN = "unknown"
    ATTRIBUTES_DIFFER = "attributes_differ"
    NOT_ALLOWED = "not_allowed"
    NO_LOCAL_NUMBER = "no_local_number"
    SEVERAL = "several"


WORDS: Final = {
    "": "変換済",
    Word.UNKNOWN: "番号の登録なし",
    Word.ATTRIBUTES_DIFFER: "4情報の不一致",
    Word.NOT_ALLOWED: "許可のない変換",
    Word.NO_LOCAL_NUMBER: "相手システムの番号なし",
    Word.SEVERAL: "相手システムの番号が複数",
}
"""Every outcome of a record in Japanese; "" is a number given."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One kind of conversion. `local_system`: whose 業務固有番号; empty where the direction needs none."""

    direction: Direction
    local_system: str

    def is_sound(self) -> bool:
        """Whether a system is named exactly where the direction needs one."""
        return bool(self.local_system) == (self.direction in NAMES_A_SYSTEM)


@dataclass(frozen=True, kw_only=True)
class Right:
    """One row of the table of allowed conversions, confirmed and not ended. `valid_until` None: until further notice."""

    duty: str
    route: Route
    valid_from: date
    valid_until: date | None


def allowed(rights: Iterable[Right], *, duty: str, route: Route, on: date) -> bool:
    """Whether a right covers the route in that duty on that day."""
    return route.is_sound() and any(
        (right.duty, right.route) == (duty, route)
        and right.valid_from <= on
        and (right.valid_until is None or on <= right.valid_until)
        for right in rights
    )
