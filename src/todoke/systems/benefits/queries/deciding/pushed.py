"""お知らせ・確認書・申請書: which letter each eligible household gets, by the programme's push table and what is known of it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from todoke.engine import duck, postgres, snapshots
from todoke.systems.benefits.models import DecisionRun
from todoke.systems.benefits.queries.payments.paying import latest_register
from todoke.systems.benefits.rules.accounts import account_name
from todoke.systems.benefits.rules.deciding import push
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"
_HOUSEHOLDS = """
SELECT d.household_key, d.payee_resident_code, d.needs_declaration, d.protected FROM benefits_decision d
WHERE d.run_id = $1 AND d.outcome = 'eligible'
AND NOT EXISTS (SELECT FROM benefits_case c WHERE c.programme = $2 AND c.lineage = d.household_key)
ORDER BY d.household_key
"""
# What the bank confirmed and did not give back, newest first. Ordered is not paid: nobody knows yet whether the account took it.
_EARLIER = """
SELECT DISTINCT ON (c.payee_resident_code) c.payee_resident_code, t.id AS transfer_id, b.transfer_on, t.account_holder_kana
FROM benefits_case c JOIN benefits_payment p ON p.case_id = c.id JOIN benefits_transfer t ON t.payment_id = p.id
JOIN benefits_transfer_result r ON r.transfer_id = t.id AND r.outcome = 'paid' JOIN benefits_payment_batch b ON b.id = t.batch_id
WHERE c.programme <> $1 AND c.state = 'paid'
    AND NOT EXISTS (SELECT FROM benefits_recall w WHERE w.transfer_id = t.id AND w.state = 'returned')
ORDER BY c.payee_resident_code, b.transfer_on DESC, t.attempt DESC
"""
_NAMED = """
SELECT e.*, r.name_kana FROM earlier e LEFT JOIN read_parquet($register) r ON r.resident_code = e.payee_resident_code
ORDER BY e.payee_resident_code
"""
_ROUTES = """
SELECT household_key, {route} AS route, {reason} AS route_reason,
    CASE WHEN {route} = '{notice}' THEN transfer_id END AS known_transfer_id
FROM (
    SELECT h.*, m.household_key IS NOT NULL AS moved_in, p.transfer_id, p.transfer_id IS NOT NULL AS paid_before,
        -- the examination let nobody be paid but into an account of the payee's own name
        p.transfer_id IS NOT NULL AS own_account, p.transfer_on <= CAST($paid_by AS DATE) AS in_time,
        p.holder <> '' AND p.holder = p.name AS same_name
    FROM households h LEFT JOIN earlier p USING (payee_resident_code)
    LEFT JOIN (SELECT DISTINCT household_key FROM read_parquet($persons) WHERE source = 'inquiry') m USING (household_key)
) ORDER BY household_key
"""


def routes(programme: Programme, run_id: int) -> pa.Table:
    """household_key, route, route_reason, known_transfer_id (null but for お知らせ: the transfer whose account is known).

    Of every eligible household of the run that has no case yet. Reads committed rows only. INPUT_CHANGED when the
    decision's file is no longer what was sealed; NOT_FOUND without a register where the table asks for names.
    """
    run = DecisionRun.objects.using(ALIAS).get(pk=run_id)
    persons = snapshots.check(Path(run.persons_path), run.persons_sha256)
    table = programme.push
    statement = _ROUTES.format(route=push.expression(table), reason=push.reason(table), notice=Route.NOTICE)
    with duck.connect() as connection:
        connection.register("households", postgres.read(ALIAS, _HOUSEHOLDS, (run_id, programme.code)))
        connection.register("earlier", _earlier(programme.code, asked=bool(push.asked(table) & push.EARLIER)))
        paid_by = programme.paid_by.isoformat() if programme.paid_by else None
        return duck.table(connection, statement, {"persons": str(persons), "paid_by": paid_by})


def _earlier(programme: str, *, asked: bool) -> pa.Table:
    """payee_resident_code, transfer_id, transfer_on, holder, name (both comparable) of payees paid in other programmes."""
    earlier = postgres.read(ALIAS, _EARLIER, (programme,))
    if not asked or not earlier.num_rows:
        return _compared(earlier.slice(0, 0).append_column("name_kana", pa.array([], pa.string())))
    with duck.connect() as connection:
        connection.register("earlier", earlier)
        return _compared(duck.table(connection, _NAMED, {"register": latest_register().path}))


def _compared(earlier: pa.Table) -> pa.Table:
    for column, name in (("account_holder_kana", "holder"), ("name_kana", "name")):
        texts = earlier[column].combine_chunks().cast(pa.string())
        earlier = earlier.append_column(name, account_name.comparable(texts))
    return earlier.select(["payee_resident_code", "transfer_id", "transfer_on", "holder", "name"])
