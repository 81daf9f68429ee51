"""住登外者の登録の依頼 (PIA 統合番号連携 (1)): a duty needs somebody who is not on the register."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.linkage import RegistrationReceipt
from todoke.contracts.people import BasicAttributes
from todoke.oplog.record import record
from todoke.systems.linkage import codecs
from todoke.systems.linkage.models import requests
from todoke.systems.linkage.models.requests import NewRequest
from todoke.systems.linkage.queries.numbers import one_load_at_a_time
from todoke.systems.linkage.queries.registrations import linked_already, refuse_foreign_duty, waiting
from todoke.systems.linkage.queries.systems import registrants
from todoke.systems.linkage.rules.registration import Asked, attributes_of

ALIAS = "linkage"


def request_registrations(*, asked: Sequence[Asked], by: Actor) -> list[RegistrationReceipt]:
    """Note these requests, each to be searched next; in the order asked, with what stands against one.

    The same system and local number again is the same request while it is open. Refusals: `already_linked`,
    `open_request_differs`. Errors, for all: PERMISSION_DENIED without a right in the duty, those of `attributes_of`.
    """
    require(by, Permission.LINKAGE_REGISTER_REQUEST)
    refuse_foreign_duty({one.duty for one in asked}, by)
    systems = registrants()
    typed = [attributes_of(one, systems) for one in asked]
    places = [(one.system, one.local_number) for one in asked]
    with transaction.atomic(using=ALIAS):
        one_load_at_a_time()
        linked, known = linked_already(places), waiting(places)
        new: list[NewRequest] = []
        receipts = []
        for one, person, place in zip(asked, typed, places, strict=True):
            if place not in linked and place not in known:
                new.append(NewRequest(request_id=uuid.uuid4().hex, asked=one, attributes=person))
                known[place] = (new[-1].request_id, person)
            receipts.append(_receipt(place in linked, known.get(place), person))
        requests.write(new, by=by.staff_id, seal=codecs.number_keys().newest)
        verb = Permission.LINKAGE_REGISTER_REQUEST.value
        record(ALIAS, by=by, verb=verb, subject="requests", persons=len(new))
    return receipts


def _receipt(
    linked: bool, known: tuple[str, BasicAttributes] | None, person: BasicAttributes
) -> RegistrationReceipt:
    if linked or known is None:
        return RegistrationReceipt(request_id="", refusal="already_linked")
    if not known[1].agrees(person):
        return RegistrationReceipt(request_id="", refusal="open_request_differs")
    return RegistrationReceipt(request_id=known[0], refusal=None)
