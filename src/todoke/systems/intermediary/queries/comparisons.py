"""記録の突合 of one municipality: its newest rounds, and what was open when they ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from todoke.contracts.exchange_records import Side
from todoke.engine import postgres
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.intermediary.models import ExchangeRecord, OpenDiscrepancy, RecordComparison

_STANDING = """
SELECT count(*), min(found_at), (SELECT min(ended_at) FROM (
    SELECT max(ended_at) AS ended_at FROM intermediary_record_comparison GROUP BY side) r)
FROM intermediary_open_discrepancy
"""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How many differences are open, since when; `compared_at`: up to when both sides were compared."""

    open: int
    oldest: datetime | None
    compared_at: datetime | None


def standing(alias: str) -> Standing:
    """In numbers and times only."""
    ((count, oldest, compared_at),) = postgres.fetch(alias, _STANDING)
    return Standing(open=count, oldest=oldest, compared_at=compared_at)


def rounds(alias: str, limit: int = 10) -> list[RecordComparison]:
    """The newest rounds of both sides, running ones first."""
    return list(RecordComparison.objects.using(alias).order_by("-begun_at", "side")[:limit])


def open_discrepancies(alias: str) -> list[OpenDiscrepancy]:
    """The oldest first."""
    return list(OpenDiscrepancy.objects.using(alias).order_by("found_at", "permit_id", "side"))


def discrepancies_of(alias: str, permit_id: str) -> list[OpenDiscrepancy]:
    """Of one permit, one a side at most; NOT_FOUND where none is open."""
    found = list(OpenDiscrepancy.objects.using(alias).filter(permit_id=permit_id).order_by("side"))
    if not found:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この許可証の不一致")
    return found


def own_record(alias: str, permit_id: str, side: Side) -> ExchangeRecord | None:
    """What this municipality has on record of the permit now."""
    return ExchangeRecord.objects.using(alias).filter(permit_id=permit_id, side=side.value).first()
