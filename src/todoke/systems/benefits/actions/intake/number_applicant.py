"""申請者の付番: a 給付管理番号 for a household that applies before anything favourable was decided (転入者, 家計急変, 避難者).

The number is written on the form, which then goes the way of every form. Nothing is paid by it: a case that was numbered on
request is approved only when a decision has become favourable, and the database holds that.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits import queries
from todoke.systems.benefits.actions.deciding.number_cases import Numbering
from todoke.systems.benefits.actions.registers.shielding import Shielding
from todoke.systems.benefits.models import Case
from todoke.systems.benefits.queries.intake import applicants
from todoke.systems.benefits.rules.cases import numbering_sql
from todoke.systems.benefits.rules.deciding import tariff
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"
REASON = "申請による付番"
_NUMBER = f"""{
    numbering_sql.numbered('''
    SELECT d.*, coalesce(j.ward_code, '') AS ward_code FROM benefits_decision d
    LEFT JOIN benefits_judged_household j ON j.run_id = d.run_id AND j.household_key = d.household_key
    WHERE d.run_id = %(run)s AND d.household_key = %(household)s
''')
}
INSERT INTO benefits_case (
    programme, serial, case_number, household_key, lineage, payee_resident_code, protected, ward_code, decision_run_id,
    requested, route, route_reason, base_yen, children, child_yen, amount_yen, state, state_at, state_by, created_at, created_by
)
SELECT %(code)s, serial, {
    numbering_sql.NUMBER
}, household_key, household_key, payee_resident_code, protected, ward_code,
    run_id, true, %(route)s, %(reason)s, p.amount_yen, 0, p.child_yen, p.amount_yen,
    'numbered', %(now)s, %(by)s, %(now)s, %(by)s
FROM doubled JOIN benefits_programme p ON p.code = %(code)s
RETURNING id
"""


def number_applicant(*, programme: Programme, resident_code: str, by: Actor) -> Case:
    """Number the household in which the newest decision has that resident.

    Errors: NOT_FOUND without a decision or when the resident is in no household of it; STATE_CONFLICT when the household has
    a number already, or would get one anyhow; RECORD_INVALID where each unit has an amount of its own.
    """
    require(by, Permission.BENEFITS_RECEIVE)
    if tariff.of(programme).own:
        raise TodokeError(
            ErrorCode.RECORD_INVALID, detail="額が一人ずつ決まる事業では、判定の前に付番できません"
        )
    run = queries.newest_run(programme.code)
    with transaction.atomic(using=ALIAS):
        values = {**Numbering.begin(programme, run=run), **_applicant(programme, run, resident_code)}
        values |= {"now": clock.now(), "by": by.staff_id, "route": Route.APPLICATION, "reason": REASON}
        ((made,),) = postgres.fetch(ALIAS, _NUMBER, values)
        Shielding.cover()
        case = Case.objects.using(ALIAS).get(pk=made)
        record(
            ALIAS, by=by, verb="benefits:case:request", subject=f"programme {programme.code} run {run}", persons=1,
            about=Person("case_number", case.case_number),
        )  # fmt: skip
    return case


def _applicant(programme: Programme, run: int, resident_code: str) -> dict[str, Any]:
    """The household, which waits for a number and gets none by itself."""
    household = applicants.household_of(run, resident_code)
    if household is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="最新の判定にこの住民の世帯")
    known = Case.objects.using(ALIAS).filter(programme=programme.code, lineage=household).first()
    if known is not None:
        detail = f"この世帯には給付管理番号 {known.case_number} が付いています"
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
    found = queries.newest_decision(programme.code, household)
    if found is not None and found.outcome == "eligible":
        detail = "この世帯は判定で支給の対象です。付番の処理で番号が付きます"
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
    return {"household": household}
