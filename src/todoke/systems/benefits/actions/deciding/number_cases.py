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
from todoke.systems.benefits.queries.deciding import pushed
from todoke.systems.benefits.rules.cases import numbering_sql
from todoke.systems.benefits.rules.deciding import amount_sql
from todoke.systems.benefits.rules.deciding import tariff as tariffs
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"

_REGISTER = """
INSERT INTO benefits_programme (code, number, amount_yen, child_yen, own_amounts)
VALUES (%(code)s, %(number)s, %(amount)s, %(child)s, %(own)s) ON CONFLICT (code) DO NOTHING
"""
_REGISTERED = (
    "SELECT number, amount_yen, child_yen, own_amounts FROM benefits_programme WHERE code = %(code)s"
)
_NUMBER = f"""{
    numbering_sql.numbered('''
    SELECT d.*, coalesce(j.ward_code, '') AS ward_code
    FROM benefits_decision d
    LEFT JOIN benefits_judged_household j ON j.run_id = d.run_id AND j.household_key = d.household_key
    WHERE d.run_id = %(run)s AND d.outcome = 'eligible'
    AND NOT EXISTS (SELECT FROM benefits_case c WHERE c.programme = %(code)s AND c.lineage = d.household_key)
''')
}
INSERT INTO benefits_case (
    programme, serial, case_number, household_key, lineage, payee_resident_code, protected, ward_code, decision_run_id,
    route, route_reason, known_transfer_id, {
    amount_sql.COLUMNS
}, amount_yen, state, state_at, state_by, created_at, created_by
)
SELECT %(code)s, serial, {numbering_sql.NUMBER}, household_key, household_key, payee_resident_code,
    protected, ward_code, run_id, r.route, r.route_reason, r.known_transfer_id, {
    amount_sql.VALUES
}, d.amount_yen,
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
    run = queries.newest_run(programme.code)
    routes = pushed.routes(programme, run)
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        values = {**Numbering.begin(programme, run=run), "now": clock.now(), "by": by.staff_id}
        postgres.join_whole_tables(ALIAS)
        postgres.stage(ALIAS, "case_routes", routes)
        cursor.execute(_NUMBER, values)
        added = int(cursor.rowcount)
        Shielding.cover()
        subject = f"programme {programme.code} run {run}"
        record(ALIAS, by=by, verb="benefits:case:number", subject=subject, persons=added)
    return added


class Numbering:
    """Part of whichever action gives numbers, in its transaction and by its permission."""

    @staticmethod
    def begin(programme: Programme, *, run: int) -> dict[str, Any]:
        """One who numbers at a time; the programme is known with its amounts. The values of the statements. STATE_CONFLICT."""
        tariff = tariffs.of(programme)
        values: dict[str, Any] = {
            "code": programme.code,
            "number": programme.number,
            "amount": tariff.base,
            "child": tariff.child,
            "own": tariff.own,
            "prefix": f"{programme.number:03d}",
            "run": run,
        }
        postgres.execute(ALIAS, numbering_sql.LOCK)
        postgres.execute(ALIAS, _REGISTER, values)
        if postgres.fetch(ALIAS, _REGISTERED, values) != [
            (programme.number, tariff.base, tariff.child, tariff.own)
        ]:
            raise TodokeError(
                ErrorCode.STATE_CONFLICT, detail="付番後に事業の番号または支給額が変わっています"
            )
        return values
