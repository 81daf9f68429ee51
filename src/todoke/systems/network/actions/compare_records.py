"""記録の突合: a party shows its 情報提供等記録; every difference from ours stands open until it is explained."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.exchange_records import COLUMNS, ExchangeRecord, Side
from todoke.contracts.network import OpenDiscrepancy, RecordsCompared, RecordsShown
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.network import needs
from todoke.systems.network.flows import DISCREPANCY, DiscrepancyState
from todoke.systems.network.needs import ALIAS
from todoke.workflow.runner import Rows, move

_FIXED = COLUMNS[:7]
_TIMES = ("requested_at", "provided_at")
_OURS = {
    side: f"""
SELECT {", ".join(COLUMNS)} FROM network_exchange_record
WHERE substr({side.value}, 6, 5) = substr(%(organisation)s, 6, 5)
  AND (permit_id > %(after)s AND permit_id <= %(through)s OR permit_id = ANY(%(named)s))"""
    for side in Side
}
_COMPARED = """
CREATE TEMPORARY TABLE compared ON COMMIT DROP AS
SELECT coalesce(o.permit_id, s.permit_id) AS permit_id, coalesce(o.inquirer, s.inquirer) AS inquirer,
       coalesce(o.provider, s.provider) AS provider, coalesce(o.outcome, '') AS here, coalesce(s.outcome, '') AS there,
       CASE WHEN s.permit_id IS NULL THEN 'missing_there'
            WHEN o.permit_id IS NULL THEN 'missing_here'
            WHEN ({ours}) IS DISTINCT FROM ({shown}) THEN 'content'
            WHEN (o.outcome, o.provided_at) IS DISTINCT FROM (s.outcome, s.provided_at) THEN 'outcome'
            ELSE '' END AS difference
FROM ({rows}) o FULL JOIN shown s ON s.permit_id = o.permit_id
"""
_AGREED = """
r.state = 'open' AND r.side = %(side)s AND EXISTS (
    SELECT FROM compared c WHERE c.permit_id = r.permit_id AND c.difference = '')
"""
_OPEN = """
INSERT INTO network_discrepancy
    (permit_id, side, inquirer, provider, difference, here, there, found_at, seen_at, state, closed_by, reason)
SELECT c.permit_id, %(side)s, c.inquirer, c.provider, c.difference, c.here, c.there, %(now)s, %(now)s, 'open', '', ''
FROM compared c
WHERE c.difference <> '' AND NOT EXISTS (
    SELECT FROM network_discrepancy d
    WHERE d.permit_id = c.permit_id AND d.side = %(side)s AND d.state = 'settled'
      AND (d.difference, d.here, d.there) = (c.difference, c.here, c.there)
)
ORDER BY c.permit_id
ON CONFLICT (permit_id, side) WHERE state = 'open'
DO UPDATE SET difference = excluded.difference, here = excluded.here, there = excluded.there, seen_at = excluded.seen_at
"""
_STILL = """
SELECT d.permit_id, d.inquirer, d.provider, d.difference, d.here,
       CASE d.side WHEN 'inquirer' THEN d.there ELSE coalesce(o.there, d.here) END,
       CASE d.side WHEN 'provider' THEN d.there ELSE coalesce(o.there, d.here) END, d.found_at
FROM network_discrepancy d
LEFT JOIN network_discrepancy o ON o.permit_id = d.permit_id AND o.side <> d.side AND o.state = 'open'
WHERE d.state = 'open' AND d.side = %(side)s
  AND substr(CASE d.side WHEN 'inquirer' THEN d.inquirer ELSE d.provider END, 6, 5) = substr(%(organisation)s, 6, 5)
ORDER BY d.permit_id LIMIT 10000
"""


def compare_records(*, body: RecordsShown, by: Actor) -> RecordsCompared:
    """Compare what was shown with our own records of the same permits; repeating it changes nothing.

    A difference that an operator has settled is not opened again as long as it stays the same one.
    Errors: PERMISSION_DENIED for another organisation's records, RECORD_INVALID for records outside of what is shown.
    """
    require(by, Permission.NETWORK_COMPARE)
    _check(body, by)
    parameters = {
        "organisation": body.organisation,
        "side": body.side.value,
        "after": body.after,
        "through": body.through,
        "named": body.named,
        "now": clock.now(),
    }
    with transaction.atomic(using=ALIAS):
        postgres.stage(ALIAS, "shown", _table(body.records))
        ours, shown = (", ".join(f"{row}.{name}" for name in _FIXED) for row in "os")
        statement = _COMPARED.format(ours=ours, shown=shown, rows=_OURS[body.side])
        postgres.execute(ALIAS, statement, parameters)
        rows = Rows(where=_AGREED, values=parameters)
        move(ALIAS, DISCREPANCY, rows, to=DiscrepancyState.AGREED, by=by, reason="突合で一致", persons=0)
        postgres.execute(ALIAS, _OPEN, parameters)
        tally = "SELECT count(*), count(*) FILTER (WHERE difference <> '') FROM compared"
        ((compared, differing),) = postgres.fetch(ALIAS, tally)
        still = msgspec.convert(postgres.fetch(ALIAS, _STILL, parameters), list[OpenDiscrepancy])
        subject = f"{body.side} {differing}/{compared}"
        record(ALIAS, by=by, verb=Permission.NETWORK_COMPARE.value, subject=subject)
    return RecordsCompared(compared=compared, differing=differing, open=still)


def _check(body: RecordsShown, by: Actor) -> None:
    if by.staff_id != needs.platform_of(body.organisation):
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=Permission.NETWORK_COMPARE.value)
    named = set(body.named)
    ids = [row.permit_id for row in body.records]
    own = all(needs.platform_of(getattr(row, body.side.value)) == by.staff_id for row in body.records)
    inside = all(body.after < permit_id <= body.through or permit_id in named for permit_id in ids)
    if not own or not inside or len(set(ids)) != len(ids):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="突合の範囲と記録が合いません")


def _table(records: Sequence[ExchangeRecord]) -> pa.Table:
    time = pa.timestamp("us", tz="UTC")
    return pa.table(
        {
            name: pa.array([getattr(row, name) for row in records], time if name in _TIMES else pa.string())
            for name in COLUMNS
        }
    )
