"""事故を登録する: what happened, how many, known since when. No person is named: it is published."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.flows import IncidentState
from todoke.assurance.models import Incident, IncidentKind
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


def register_incident(
    *,
    by: Actor,
    kind: IncidentKind,
    title: str,
    content: str,
    persons: int,
    detected_at: datetime,
    happened_on: date | None = None,
) -> int:
    """A new incident; its number. Errors: RECORD_INVALID without title and content, or known only in the future."""
    require(by, Permission.ASSURANCE_INCIDENT)
    now, alias = clock.now(), directory.alias()
    if not title.strip() or not content.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="件名と内容を書いてください")
    if detected_at > now:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="知った日時が未来です")
    with transaction.atomic(using=alias):
        made = Incident.objects.using(alias).create(
            kind=kind, title=title.strip(), content=content.strip(), persons=persons, happened_on=happened_on,
            detected_at=detected_at, state=IncidentState.OPEN, state_at=now, state_by=by.staff_id,
            registered_by=by.staff_id, registered_at=now,
        )  # fmt: skip
        record(alias, by=by, verb=Permission.ASSURANCE_INCIDENT.value, subject=f"incident:{made.pk} register")
    return int(made.pk)
