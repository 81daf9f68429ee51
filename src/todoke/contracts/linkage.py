"""What 統合番号連携システム offers inside the city."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from todoke.contracts.information import Item, Outcome
from todoke.contracts.people import BasicAttributes


class ConversionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A local number (住基個人コード) and the four attributes that must agree with it."""

    resident_code: str
    attributes: BasicAttributes


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """The 統合番号, or why there is none: `unknown`, `attributes_differ`."""

    resident_code: str
    integrated_number: str | None
    refusal: str | None


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """One 情報照会内容登録情報 (items 11–23). `provider` is a 機関コード; `record_id` is never used twice."""

    record_id: str
    integrated_number: str
    provider: str
    duty: str
    procedure: str
    information_code: str
    nondisclosure: str


class QueryReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Taken on, or refused with a reason code (`check_digit`, `unknown_number`, `duty_not_allowed`, `duplicate_record`)."""

    record_id: str
    refusal: str | None


class QueryResult(msgspec.Struct, frozen=True, kw_only=True):
    """Where one query stands. `items` holds TAX_ITEMS in order when answered, else nothing.

    `integrated_number` is as asked; `merged_into` is the number that lives now, if that one was merged away.
    """

    record_id: str
    integrated_number: str
    outcome: Outcome
    error: str
    items: tuple[Item, ...]
    merged_into: str | None = None


class KnownPerson(msgspec.Struct, frozen=True, kw_only=True):
    """The four attributes that linkage holds for a 統合番号; of `merged_into`, if it was merged away."""

    integrated_number: str
    attributes: BasicAttributes
    merged_into: str | None = None


class RegistrationAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A 住登外者 whom a duty needs, under the asking system's own number. Without 個人番号: siblings hold none."""

    system: str
    local_number: str
    duty: str
    purpose: str
    attributes: BasicAttributes


class RegistrationReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The request, or why none was made: `already_linked`, `open_request_differs`."""

    request_id: str
    refusal: str | None


class RegistrationStanding(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request stands (`requested`, `searched`, `chosen`, `registered`, `rejected`, `withdrawn`).

    `integrated_number` only when registered, `reason` only when rejected.
    """

    request_id: str
    state: str
    integrated_number: str | None
    reason: str


class Linkage(Protocol):
    """統合番号連携システム as its siblings see it: numbers and results, never a 個人番号 or a 符号."""

    def convert(self, requests: Sequence[ConversionRequest], *, by: str) -> list[Conversion]:
        """業務固有番号 → 統合番号, in the order asked. All four attributes must agree with linkage's own."""

    def attributes(self, integrated_numbers: Sequence[str]) -> list[KnownPerson]:
        """4情報 of the numbers that are known, ordered by number."""

    def submit(self, *, batch_id: str, queries: Sequence[Query], by: str) -> list[QueryReceipt]:
        """Take on a batch of queries, in the order asked. The same batch id again returns the first receipts."""

    def results(self, batch_id: str) -> list[QueryResult]:
        """The state of every accepted query of a batch, ordered by record id.

        Answers that were handed over (see `hand_over`) come without items.
        """

    def hand_over(self, *, record_ids: Sequence[str], by: str) -> None:
        """The caller has stored these answers: linkage drops their items, for it keeps basic attributes only (S8)."""

    def register(self, requests: Sequence[RegistrationAsked], *, by: str) -> list[RegistrationReceipt]:
        """Ask for the registration of 住登外者, in the order asked; two persons in linkage decide.

        The same system and local number again is the same request while it is open.
        """

    def registrations(self, request_ids: Sequence[str]) -> list[RegistrationStanding]:
        """Where these requests stand, ordered by id; unknown ones are absent."""
