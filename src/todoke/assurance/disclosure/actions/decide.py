"""決定: a section is proposed to be withheld, the time extended once with notice, the request decided by another person."""

from __future__ import annotations

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.disclosure import queries
from todoke.assurance.disclosure.flows import REQUEST, RequestState
from todoke.assurance.disclosure.models import Withheld
from todoke.assurance.disclosure.on_person import person_of
from todoke.assurance.disclosure.rules.kinds import OUTCOMES, Kind, Outcome
from todoke.assurance.disclosure.rules.offices import OFFICES
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.workflow.runner import move, of

DECIDE = Permission.DISCLOSURE_DECIDE


def extend(*, number: int, because: str, by: Actor) -> None:
    """延長 (83条2項、94条2項、102条2項): once, before the deadline, with its reason; the notice is printed from it."""
    found = queries.locked(number)
    require(by, Permission.DISCLOSURE_DECIDE, ward=OFFICES[found.office].ward)
    if found.state not in queries.OPEN or found.extended_by is not None:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="延長は、決定の前に一度だけできます")
    if queries.line(found).overdue:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="期限を過ぎているため延長できません")
    if not because.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="延長の理由がありません")
    alias = directory.alias()
    with transaction.atomic(using=alias):
        found.extended_by, found.extended_at, found.extended_because = by.staff_id, clock.now(), because
        found.save(using=alias, update_fields=["extended_by", "extended_at", "extended_because"])
        verb, about = "disclosure:request:extend", person_of(found)
        record(alias, by=by, verb=verb, subject=str(number), persons=1, about=about)


def decide(*, number: int, outcome: Outcome, reason: str, by: Actor) -> None:
    """Decide. Errors: RECORD_INVALID for an outcome that the kind has not, or that does not say the same as the withheld
    sections, or without the reason that anything less than the whole needs; SAME_PERSON."""
    found = queries.locked(number)
    require(by, Permission.DISCLOSURE_DECIDE, ward=OFFICES[found.office].ward)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        withheld = Withheld.objects.using(alias).filter(request_id=number).exists()
        _check(Kind(found.kind), outcome, reason, withheld=withheld)
        also = {"outcome": outcome.value, "reason": reason.strip()}
        rows, here, about = of(REQUEST, [number]), by.at(ward=OFFICES[found.office].ward), person_of(found)
        move(alias, REQUEST, rows, to=RequestState.DECIDED, by=here, persons=1, about=about, also=also)


def _check(kind: Kind, outcome: Outcome, reason: str, *, withheld: bool) -> None:
    fault = ""
    if outcome not in OUTCOMES[kind]:
        fault = "この種類の請求では選べない決定です"
    elif outcome is not Outcome.FULL and not reason.strip():
        fault = "決定の理由がありません"
    elif outcome is Outcome.FULL and withheld:
        fault = "不開示とする節があるため、全部の開示にはできません"
    if fault:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=fault)
