"""The door of 統合番号連携システム: contracts.linkage.Linkage, and the answers to its messages."""

from __future__ import annotations

from collections.abc import Sequence

from todoke.access import cli_actor
from todoke.access.permissions import Actor
from todoke.contracts.linkage import (
    Conversion,
    ConversionRequest,
    KnownPerson,
    Query,
    QueryReceipt,
    QueryResult,
)
from todoke.systems.linkage import queries as reads
from todoke.systems.linkage.actions import take_receipts, take_registrations  # noqa: F401 - they hear the answers
from todoke.systems.linkage.actions.convert_numbers import convert_numbers
from todoke.systems.linkage.actions.hand_over_answers import hand_over_answers
from todoke.systems.linkage.actions.submit_queries import submit_queries


class LinkageService:
    """Implements `Linkage` on the database `linkage`."""

    def convert(self, requests: Sequence[ConversionRequest], *, by: str) -> list[Conversion]:
        """業務固有番号 → 統合番号, in the order asked."""
        return convert_numbers(requests=requests, by=_actor(by))

    def attributes(self, integrated_numbers: Sequence[str]) -> list[KnownPerson]:
        """4情報 of the numbers that are known, ordered by number."""
        return reads.known_persons(integrated_numbers)

    def submit(self, *, batch_id: str, queries: Sequence[Query], by: str) -> list[QueryReceipt]:
        """Take on a batch of queries; the same batch id again returns the first receipts."""
        return submit_queries(batch_id=batch_id, queries=queries, by=_actor(by))

    def results(self, batch_id: str) -> list[QueryResult]:
        """The state of every accepted query of a batch, ordered by record id."""
        return reads.batch_results(batch_id)

    def hand_over(self, *, record_ids: Sequence[str], by: str) -> None:
        """The caller has stored these answers; linkage drops their items."""
        hand_over_answers(record_ids=record_ids, by=_actor(by))


def _actor(by: str) -> Actor:
    return cli_actor.actor(by)
