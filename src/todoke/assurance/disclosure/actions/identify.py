"""本人の特定: the person of the request is found by number and birth date, once the identity papers are complete."""

from __future__ import annotations

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.disclosure import queries
from todoke.assurance.disclosure.actions.receive_request import lacking
from todoke.assurance.disclosure.flows import REQUEST, RequestState
from todoke.assurance.disclosure.models import Request
from todoke.assurance.disclosure.rules.offices import OFFICES
from todoke.contracts.holding import KnownAs, Numbers
from todoke.contracts.registry import need
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.workflow.runner import move, of


def identify(*, number: int, resident_code: str, by: Actor) -> None:
    """Errors: STATE_CONFLICT while papers are missing, or when the disclosure that it rests on was another person's; NOT_FOUND
    unless the number and the birth date of the request agree."""
    found = queries.locked(number)
    ward = OFFICES[found.office].ward
    require(by, Permission.DISCLOSURE_GATHER, ward=ward)
    if missing := lacking(found):
        raise TodokeError(
            ErrorCode.STATE_CONFLICT, detail=f"本人確認の書類が足りません（{'、'.join(missing)}）"
        )
    here, alias = by.at(ward=ward), directory.alias()
    known = need(Numbers).known_as(
        resident_code=resident_code, birth_date=found.birth_date, request=str(number), by=here
    )
    _check_basis(found, known)
    person = known.integrated_numbers[0]
    with transaction.atomic(using=alias):
        also = {"resident_code": resident_code, "integrated_number": person}
        rows, about = of(REQUEST, [number]), Person("integrated_number", person)
        move(alias, REQUEST, rows, to=RequestState.IDENTIFIED, by=here, persons=1, about=about, also=also)
        record(alias, by=by, verb="disclosure:request:identify", subject=str(number), persons=1, about=about)


def _check_basis(found: Request, known: KnownAs) -> None:
    """90条1項・98条1項: what is to be corrected or suspended was disclosed to this person, not to another one of the same name."""
    if found.based_on is not None and found.based_on.integrated_number not in known.integrated_numbers:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="もとの開示を受けた人ではありません")
