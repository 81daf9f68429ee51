"""保有個人情報の開示: what each system says it holds on one person, to whoever answers the request (個人情報保護法76条)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol

import msgspec

from todoke.access.permissions import Actor
from todoke.exchange.kinds import MessageKind
from todoke.privacy.holding import Section


class KnownAs(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one person: 住基個人コード and 統合番号, former ones too."""

    resident_codes: tuple[str, ...]
    integrated_numbers: tuple[str, ...]


class CorrectionStanding(StrEnum):
    """How far the correction of a replica (副本の訂正) came."""

    UNKNOWN = "unknown"
    PROPOSED = "proposed"
    DECLINED = "declined"
    CONFIRMED = "confirmed"
    REACHED = "reached"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Whose data is wanted for which request; `alone`: the person asks, without a representative."""

    request: str
    known_as: KnownAs
    alone: bool


class Holder(Protocol):
    """A system of the city that holds something on persons."""

    def held(self, asked: Asked, *, by: Actor) -> list[Section]:
        """What it holds, with what is not told withheld already; the look is logged with the request as its purpose."""


class Numbers(Protocol):
    """統合番号連携システム as the one that knows how a person is called in each system."""

    def known_as(self, *, resident_code: str, birth_date: date, request: str, by: Actor) -> KnownAs:
        """The numbers of the person. NOT_FOUND unless both agree: a slip in a number meets nobody else."""

    def replica_correction(self, *, number: int, integrated_number: str, by: Actor) -> CorrectionStanding:
        """Where the correction of a replica stands that was proposed under that number for that person."""


class Holders:
    """Every holder of this realm by its system, in the order of print."""

    def __init__(self, systems: Mapping[str, Holder]) -> None:
        self._systems = dict(systems)

    def held(self, asked: Asked, *, by: Actor) -> list[Section]:
        """Everything, system by system."""
        return [section for holder in self._systems.values() for section in holder.held(asked, by=by)]

    @property
    def systems(self) -> Sequence[str]:
        """Which systems are asked."""
        return tuple(self._systems)


class HeldWanted(msgspec.Struct, frozen=True, kw_only=True):
    """統合番号 of one person of the own municipality, and the request that it is for. Sent by `city:<m>`."""

    integrated_numbers: list[str]
    request: str
    alone: bool


class HeldTold(msgspec.Struct, frozen=True, kw_only=True):
    """What the intermediary holds on the person for that municipality, without what either party withholds."""

    sections: list[Section]


HELD = MessageKind("intermediary.held.v1", HeldWanted, HeldTold, fresh=True)
"""Fresh: what is told of a person is not kept in an inbox."""
