"""事故の対応を終結する: with what prevents the next one, by another person than the one who registered it."""

from __future__ import annotations

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.flows import INCIDENT, IncidentState
from todoke.assurance.models import Incident
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.workflow.runner import move, of


def close_incident(*, by: Actor, incident_id: int) -> None:
    """Close an incident. Errors: NOT_FOUND; RECORD_INVALID without its prevention; SAME_PERSON; STATE_CONFLICT."""
    require(by, Permission.ASSURANCE_INCIDENT_CLOSE)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        found = Incident.objects.using(alias).select_for_update().filter(pk=incident_id).first()
        if found is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="事故の記録")
        if not (found.prevention and found.answered_by_promises):
            raise TodokeError(
                ErrorCode.RECORD_INVALID, detail="再発防止策と、それに当たる措置を書いてから終結してください"
            )
        move(alias, INCIDENT, of(INCIDENT, [incident_id]), to=IncidentState.CLOSED, by=by)
