"""事故の手順を進める: a step done, and what is written of the open incident: publication, prevention, the promises that answer it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.flows import IncidentState
from todoke.assurance.models import Incident, IncidentStep
from todoke.assurance.promises import promises
from todoke.assurance.rules import incident_steps
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


def do_step(*, by: Actor, incident_id: int, step: str, note: str) -> None:
    """A step of the procedure is done. Errors: NOT_FOUND; STATE_CONFLICT when closed or done before; RECORD_INVALID without a note."""
    require(by, Permission.ASSURANCE_INCIDENT)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        found = _open(alias, incident_id)
        if step not in {one.key for one in incident_steps.steps_of(found.kind)}:
            raise TodokeError(ErrorCode.NOT_FOUND, what="手順")
        if not note.strip():
            raise TodokeError(ErrorCode.RECORD_INVALID, detail="行ったことを書いてください")
        if IncidentStep.objects.using(alias).filter(incident=found, step=step).exists():
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この手順は済んでいます")
        IncidentStep.objects.using(alias).create(
            incident=found, step=step, note=note.strip(), done_by=by.staff_id, done_at=clock.now()
        )
        subject = f"incident:{incident_id} step:{step}"
        record(alias, by=by, verb=Permission.ASSURANCE_INCIDENT.value, subject=subject)


def write_prevention(
    *, by: Actor, incident_id: int, prevention: str, answered_by: Sequence[str], announced_on: date | None
) -> None:
    """再発防止策、措置、公表年月日. Errors: NOT_FOUND; STATE_CONFLICT when closed; RECORD_INVALID for an unknown promise."""
    require(by, Permission.ASSURANCE_INCIDENT)
    alias = directory.alias()
    if unknown := sorted(set(answered_by) - {one.id for one in promises()}):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"措置 {unknown[0]} はありません")
    with transaction.atomic(using=alias):
        found = _open(alias, incident_id)
        found.prevention, found.announced_on = prevention.strip(), announced_on
        found.answered_by_promises = list(answered_by)
        found.save(using=alias, update_fields=["prevention", "announced_on", "answered_by_promises"])
        subject = f"incident:{incident_id} prevention"
        record(alias, by=by, verb=Permission.ASSURANCE_INCIDENT.value, subject=subject)


def _open(alias: str, incident_id: int) -> Incident:
    found = Incident.objects.using(alias).select_for_update().filter(pk=incident_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="事故の記録")
    if found.state != IncidentState.OPEN:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この事故の対応は終結しています")
    return found
