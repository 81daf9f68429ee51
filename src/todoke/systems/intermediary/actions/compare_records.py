"""記録の突合: show our 情報提供等記録 to the network page by page; it keeps what differs as discrepancies.

A permit's id grows with the time of its issue, so that a page is an interval of ids. A round begins where the last one
ended, ends GRACE before now, because what is younger may be on its way, and then asks again about whatever the network
still has open. Killed at any line it goes on with the next page: comparing a page twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts import network
from todoke.contracts.exchange_records import COLUMNS, ExchangeRecord, Side
from todoke.engine import postgres
from todoke.exchange.message_id import first_at
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.models import OpenDiscrepancy, RecordComparison

GRACE: Final = timedelta(hours=1)
"""How old a permit is before its records must agree."""
EVERY: Final = timedelta(days=1)
"""How often the housekeeping begins a round."""
REACH: Final = timedelta(days=6 * 365)
"""How far back a whole round goes; a year less than records are kept, so that no purge looks like a loss."""
PAGE: Final = 5_000

_SELECT = f"SELECT {', '.join(COLUMNS)} FROM intermediary_exchange_record WHERE side = %(side)s"
_INTERVAL = (
    f"{_SELECT} AND permit_id > %(after)s AND permit_id <= %(through)s ORDER BY permit_id LIMIT {PAGE}"
)
_NAMED = f"{_SELECT} AND permit_id = ANY(%(named)s)"


def compare_records(
    *, alias: str, by: Actor, whole: bool = False, grace: timedelta | None = None
) -> dict[Side, RecordComparison]:
    """One round of both sides, or the rest of one that was stopped. `whole`: from the beginning. `grace`: not GRACE.

    Errors: UNAVAILABLE when the network cannot be reached; what was compared stays compared.
    """
    require(by, Permission.INTERMEDIARY_COMPARE_RECORDS, municipality=needs.municipality_of(alias))
    rounds = {}
    for side in Side:
        rounds[side] = _begun(alias, side, GRACE if grace is None else grace, whole=whole)
        _run(alias, rounds[side], by)
    return rounds


def is_due(*, alias: str, by: Actor) -> bool:
    """Whether a round was stopped half-way, or none was begun since EVERY; never where nothing was exchanged."""
    require(by, Permission.INTERMEDIARY_COMPARE_RECORDS, municipality=needs.municipality_of(alias))
    if not postgres.fetch(alias, "SELECT 1 FROM intermediary_exchange_record LIMIT 1"):
        return False
    recent = RecordComparison.objects.using(alias).filter(
        begun_at__gt=clock.now() - EVERY, ended_at__isnull=False
    )
    return recent.count() < len(Side)


def _begun(alias: str, side: Side, grace: timedelta, *, whole: bool) -> RecordComparison:
    rounds = RecordComparison.objects.using(alias).filter(side=side)
    stopped = rounds.filter(ended_at=None).first()
    if stopped is not None:
        return stopped
    now = clock.now()
    last = None if whole else rounds.order_by("-through").first()
    after = last.through if last else str(first_at(now - REACH))
    through = max(str(first_at(now - grace)), after)
    return RecordComparison.objects.using(alias).create(
        side=side, after=after, reached=after, through=through, begun_at=now
    )


def _run(alias: str, work: RecordComparison, by: Actor) -> None:
    side, still = Side(work.side), list[network.OpenDiscrepancy]()
    unsettled = still
    while work.ended_at is None:
        interval = {"side": work.side, "after": work.reached, "through": work.through}
        records = _records(alias, _INTERVAL, interval)
        through = records[-1].permit_id if len(records) == PAGE else work.through
        answer = needs.show_records(alias, side, records, after=work.reached, through=through, named=[])
        work.reached, still = through, answer.open
        work.compared += answer.compared
        work.differing += answer.differing
        if through == work.through:
            unsettled = _asked_again(alias, side, still)
            work.unsettled = len(unsettled)
            work.ended_at = clock.now()
        with transaction.atomic(using=alias):
            work.save(using=alias)
            if work.ended_at:
                _keep(alias, side, unsettled)
                subject = f"{work.side} {work.differing}/{work.compared} open:{work.unsettled}"
                record(alias, by=by, verb=Permission.INTERMEDIARY_COMPARE_RECORDS.value, subject=subject)


def _asked_again(
    alias: str, side: Side, still: list[network.OpenDiscrepancy]
) -> list[network.OpenDiscrepancy]:
    """Show the open ones once more, wherever they are; those that are still open."""
    if not still:
        return []
    named = [row.permit_id for row in still]
    records = _records(alias, _NAMED, {"side": side.value, "named": named})
    return needs.show_records(alias, side, records, after="", through="", named=named).open


def _keep(alias: str, side: Side, unsettled: list[network.OpenDiscrepancy]) -> None:
    """What is open now, in place of what was open after the last round."""
    told = OpenDiscrepancy.objects.using(alias)
    told.filter(side=side.value).delete()
    now, names = clock.now(), network.OpenDiscrepancy.__struct_fields__
    told.bulk_create(
        OpenDiscrepancy(side=side.value, told_at=now, **{name: getattr(row, name) for name in names})
        for row in unsettled
    )


def _records(alias: str, query: str, parameters: Mapping[str, object]) -> list[ExchangeRecord]:
    rows = postgres.fetch(alias, query, parameters)
    return [ExchangeRecord(**dict(zip(COLUMNS, row, strict=True))) for row in rows]
