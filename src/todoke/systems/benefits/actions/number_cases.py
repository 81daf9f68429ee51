"""付番: a 給付管理番号 for every household that gets a form, with its ward from the overview of the decision."""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits import queries
from todoke.systems.benefits.actions.registers.shielding import Shielding
from todoke.systems.benefits.queries import pushed
from todoke.systems.benefits.rules import amount_sql
from todoke.systems.benefits.rules import tariff as tariffs
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"

_REGISTER = """
INSERT INTO benefits_programme (code, number, amount_yen, child_yen, own_amounts)
VALUES (%(code)s, %(number)s, %(amount)s, %(child)s, %(own)s) ON CONFLICT (code) DO NOTHING
"""
_REGISTERED = (
    "SELECT number, amount_yen, child_yen, own_amounts FROM benefits_programme WHERE code = %(code)s"
)
# The check digit is identifiers.luhn written as SQL; a test compares the two.
_NUMBER = f"""
WITH fresh AS (
    SELECT d.*, coalesce(j.ward_code, '') AS ward_code, (SELECT coalesce(max(serial), 0) FROM benefits_case WHERE programme = %(code)s)
        + row_number() OVER (ORDER BY d.household_key) AS serial
    FROM benefits_decision d
    LEFT JOIN benefits_judged_household j ON j.run_id = d.run_id AND j.household_key = d.household_key
    WHERE d.run_id = %(run)s AND d.outcome = 'eligible'
    AND NOT EXISTS (SELECT FROM benefits_case c WHERE c.programme = %(code)s AND c.lineage = d.household_key)
), bodies AS (
    SELECT *, %(prefix)s || lpad(serial::text, 9, '0') AS body FROM fresh
), doubled AS (
    SELECT b.*, digits.total FROM bodies b, LATERAL (
        SELECT sum(CASE WHEN place %% 2 = 0 THEN (2 * digit) / 10 + (2 * digit) %% 10 ELSE digit END) AS total
        FROM (SELECT place, substr(b.body, place, 1)::int AS digit FROM generate_series(1, 12) place) each_digit
    ) digits
)
INSERT INTO benefits_case (
    programme, serial, case_number, household_key, lineage, payee_resident_code, protected, ward_code, decision_run_id,
    route, route_reason, known_transfer_id, {amount_sql.COLUMNS}, amount_yen, state, state_at, state_by, created_at, created_by
)
SELECT %(code)s, serial, body || ((10 - total %% 10) %% 10), household_key, household_key, payee_resident_code,
    protected, ward_code, run_id, r.route, r.route_reason, r.known_transfer_id, {amount_sql.VALUES}, d.amount_yen,
    'numbered', %(now)s, %(by)s, %(now)s, %(by)s
FROM doubled d JOIN benefits_programme p ON p.code = %(code)s LEFT JOIN case_routes r USING (household_key)
ORDER BY serial
"""


def number_cases(*, programme: Programme, by: Actor) -> int:
    """Number the eligible households of the newest decision that have no case yet; returns how many.

    Each gets the letter that the push table says. Numbers run on in the order of household keys, so the same
    decisions give the same numbers. Changed amounts or another number of a programme that already has cases are
    refused (STATE_CONFLICT).
    """
    require(by, Permission.BENEFITS_PRINT)
    run, tariff = queries.newest_run(programme.code), tariffs.of(programme)
    values: dict[str, Any] = {
        "code": programme.code,
        "number": programme.number,
        "amount": tariff.base,
        "child": tariff.child,
        "own": tariff.own,
        "prefix": f"{programme.number:03d}",
        "run": run,
        "now": clock.now(),
        "by": by.staff_id,
    }
    routes = pushed.routes(programme, run)
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('benefits:number', 0))")
        cursor.execute(_REGISTER, values)
        cursor.execute(_REGISTERED, values)
        if cursor.fetchone() != (programme.number, tariff.base, tariff.child, tariff.own):
            raise TodokeError(
                ErrorCode.STATE_CONFLICT, detail="付番後に事業の番号または支給額が変わっています"
            )
        postgres.join_whole_tables(ALIAS)
        postgres.stage(ALIAS, "case_routes", routes)
        cursor.execute(_NUMBER, values)
        added = int(cursor.rowcount)
        Shielding.cover()
        subject = f"programme {programme.code} run {run}"
        record(ALIAS, by=by, verb="benefits:case:number", subject=subject, persons=added)
    return added
