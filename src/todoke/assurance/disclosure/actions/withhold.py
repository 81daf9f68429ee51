"""節ごとの判断: whoever works on a request proposes that a section is not handed over, and why; or takes that back."""

from __future__ import annotations

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.disclosure import queries
from todoke.assurance.disclosure.flows import RequestState
from todoke.assurance.disclosure.models import Withheld
from todoke.assurance.disclosure.on_person import person_of
from todoke.assurance.disclosure.rules.offices import OFFICES
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.privacy.holding import Ground


def withhold(*, number: int, section: str, title: str, ground: Ground | None, reason: str, by: Actor) -> None:
    """Withhold the section on that ground (None: tell it after all). Errors: STATE_CONFLICT, RECORD_INVALID."""
    found = queries.locked(number)
    require(by, Permission.DISCLOSURE_GATHER, ward=OFFICES[found.office].ward)
    if found.state != RequestState.IDENTIFIED:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="節の判断は、本人の特定の後、決定の前に行います")
    if ground is not None and not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="不開示の理由がありません")
    alias = directory.alias()
    with transaction.atomic(using=alias):
        rows = Withheld.objects.using(alias).filter(request_id=number, section=section)
        rows.delete()
        if ground is not None:
            Withheld.objects.using(alias).create(
                request_id=number, section=section, title=title, ground=ground.value, reason=reason.strip(),
                proposed_by=by.staff_id, proposed_at=clock.now(),
            )  # fmt: skip
        verb = Permission.DISCLOSURE_GATHER.value
        subject, about = f"section:{number}:{section}", person_of(found)
        record(alias, by=by, verb=verb, subject=subject, persons=1, about=about)
