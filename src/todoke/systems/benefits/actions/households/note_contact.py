"""連絡先の記録: a telephone number that a resident gave; the search finds the resident by it."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.models import Contact, Resident
from todoke.systems.benefits.rules.households.phones import phone

ALIAS = "benefits"


def note_contact(*, person: int, number: str, source: str, by: Actor) -> None:
    """Keep the number of the resident with that id. Errors: NOT_FOUND, NUMBER_INVALID."""
    require(by, Permission.BENEFITS_CONTACT_NOTE)
    digits = phone(number)
    if digits is None:
        raise TodokeError(ErrorCode.NUMBER_INVALID, kind="電話番号")
    with transaction.atomic(using=ALIAS):
        resident = Resident.objects.using(ALIAS).filter(pk=person).first()
        if resident is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="この住民")
        code = resident.resident_code
        Contact.objects.using(ALIAS).create(
            resident_code=code, phone=digits, source=source, noted_at=clock.now(), noted_by=by.staff_id
        )
        verb, about = Permission.BENEFITS_CONTACT_NOTE.value, Person("resident_code", code)
        record(ALIAS, by=by, verb=verb, subject="telephone number", persons=1, about=about)
