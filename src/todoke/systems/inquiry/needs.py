"""What 税情報一括照会 calls: 住民記録 for origins, 統合番号連携 for numbers, queries and results."""

from __future__ import annotations

from collections.abc import Sequence

from todoke.contracts.linkage import Conversion, ConversionRequest, Linkage, Query, QueryReceipt, QueryResult
from todoke.contracts.registry import need
from todoke.contracts.residents import Origin, Residents


def origins(resident_codes: Sequence[str]) -> list[Origin]:
    """現住所区, 前住所コード and 4情報 of the residents that are in the latest register."""
    return need(Residents).origins(resident_codes)


def convert(requests: Sequence[ConversionRequest], *, by: str) -> list[Conversion]:
    """住基個人コード → 統合番号."""
    return need(Linkage).convert(requests, by=by)


def submit(batch_id: str, queries: Sequence[Query], *, by: str) -> list[QueryReceipt]:
    """Hand a batch of questions to 統合番号連携."""
    return need(Linkage).submit(batch_id=batch_id, queries=queries, by=by)


def results(batch_id: str) -> list[QueryResult]:
    """Where the questions of a batch stand."""
    return need(Linkage).results(batch_id)


def hand_over(record_ids: Sequence[str], *, by: str) -> None:
    """Tell 統合番号連携 that these answers are stored here."""
    need(Linkage).hand_over(record_ids=record_ids, by=by)
