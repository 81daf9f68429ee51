"""候補の選択: the asking duty says which candidate it is, or that it is somebody new; another person confirms."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.linkage.flows import REGISTRATION, RegistrationState
from todoke.systems.linkage.models import requests
from todoke.systems.linkage.queries import registrations
from todoke.systems.linkage.rules.registration import Found, refusal
from todoke.workflow.runner import move, of

ALIAS = "linkage"


def choose_candidate(*, request_id: str, person: str | None, by: Actor) -> None:
    """Propose that the request means `person`, one of the candidates noted, or somebody new (None).

    Errors: REGISTRATION_REFUSED with the names of the fields that differ, NOT_FOUND for somebody who is no candidate,
    STATE_CONFLICT before the search.
    """
    require(by, Permission.LINKAGE_REGISTER_REQUEST)
    with transaction.atomic(using=ALIAS):
        row = registrations.locked(request_id)
        (found,) = registrations.noted([request_id]).values()
        against = refusal(found, _among(found, person), with_number=row.key_id is not None)
        if against is not None:
            raise against.error()
        move(
            ALIAS, REGISTRATION, of(REGISTRATION, [request_id]), to=RegistrationState.CHOSEN, by=by,
            also={"chosen_by": by.staff_id, "chosen_at": clock.now()},
            beside=requests.stage_choice({request_id: person}),
        )  # fmt: skip


def _among(found: list[Found], person: str | None) -> Found | None:
    if person is None:
        return None
    for one in found:
        if one.person == person:
            return one
    raise TodokeError(ErrorCode.NOT_FOUND, what="候補")
