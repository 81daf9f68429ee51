"""候補の確認: the search that a request must have been through before anybody can be chosen."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record
from todoke.systems.linkage.actions.numbers.search_candidates import Sought, search_candidates
from todoke.systems.linkage.flows import REGISTRATION, RegistrationState
from todoke.systems.linkage.models import Registration, requests
from todoke.systems.linkage.queries import registrations
from todoke.systems.linkage.rules.registration import Found
from todoke.workflow.runner import move, of

ALIAS = "linkage"
_NO_CHOICE = dict.fromkeys(("chosen_person_id", "chosen_by", "chosen_at"), None) | {"choice": ""}
_NO_MARKS = dict.fromkeys(("name_equal", "sex_equal", "birth_date_equal", "address_equal"), None)


def review_candidates(*, request_id: str, by: Actor) -> list[Found]:
    """Search for the person of this request and note who was found, best first; a choice made before is undone.

    The search is logged with the purpose of the request and everybody shown. Errors: those of `search_candidates`,
    NOT_FOUND, STATE_CONFLICT for a request that has ended.
    """
    require(by, Permission.LINKAGE_REGISTER_REQUEST)
    with transaction.atomic(using=ALIAS):
        row = registrations.locked(request_id)
        search_candidates(sought=_sought(row), by=replace(by, purpose=row.purpose))
        (found,) = registrations.assess(registrations.requests([row]))
        if row.state != RegistrationState.SEARCHED:
            requests.note_search({request_id: found})
            move(
                ALIAS, REGISTRATION, of(REGISTRATION, [request_id]), to=RegistrationState.SEARCHED, by=by,
                also=_NO_CHOICE | _NO_MARKS,
            )  # fmt: skip
        else:
            requests.note_search({request_id: found})
            verb = Permission.LINKAGE_REGISTER_REQUEST.value
            record(ALIAS, by=by, verb=verb, subject=f"{REGISTRATION.name}:searched", persons=1)
    return found


def _sought(row: Registration) -> Sought:
    return Sought(
        name=str(row.name_kanji), sex=str(row.sex), birth_date=f"{row.birth_date}", address=str(row.address)
    )
