"""請求を開く: one request is read; the look is logged about its person."""

from __future__ import annotations

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.disclosure import queries
from todoke.assurance.disclosure.models import Request
from todoke.assurance.disclosure.on_person import person_of
from todoke.assurance.disclosure.rules.offices import OFFICES
from todoke.oplog.record import record


def open_request(*, number: int, by: Actor) -> Request:
    """Errors: NOT_FOUND, PERMISSION_DENIED for another office's."""
    found = queries.locked(number)
    require(by, Permission.DISCLOSURE_READ, ward=OFFICES[found.office].ward)
    alias, verb = directory.alias(), Permission.DISCLOSURE_READ.value
    with transaction.atomic(using=alias):
        record(alias, by=by, verb=verb, subject=f"request:{number}", persons=1, about=person_of(found))
    return found
