"""The states of a sheet (自己点検・内部監査), an incident (事故) and an edition (評価書の版): who ends one did not begin it."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.assurance.disclosure.flows import REQUEST
from todoke.workflow.flow import Flow, Step


class SheetState(TextChoices):
    """One dated sheet of questions."""

    OPEN = "open", "点検中"
    CLOSED = "closed", "完了"


SHEET: Final = Flow(
    name="assurance_sheet",
    title="自己点検・内部監査の票",
    table="assurance_sheet",
    states=SheetState,
    starts=(SheetState.OPEN,),
    ends=(SheetState.CLOSED,),
    steps=(
        Step(
            before=SheetState.OPEN,
            after=SheetState.CLOSED,
            permissions=(Permission.ASSURANCE_SHEET_CLOSE,),
            act="closed_by",
            unlike=("opened_by",),
            approvals=1,
        ),
    ),
)


class IncidentState(TextChoices):
    """One accident with personal information."""

    OPEN = "open", "対応中"
    CLOSED = "closed", "終結"


INCIDENT: Final = Flow(
    name="assurance_incident",
    title="個人情報の事故",
    table="assurance_incident",
    states=IncidentState,
    starts=(IncidentState.OPEN,),
    ends=(IncidentState.CLOSED,),
    steps=(
        Step(
            before=IncidentState.OPEN,
            after=IncidentState.CLOSED,
            permissions=(Permission.ASSURANCE_INCIDENT_CLOSE,),
            act="closed_by",
            unlike=("registered_by",),
            approvals=1,
        ),
    ),
)


class EditionState(TextChoices):
    """One edition of the assessment."""

    DRAFT = "draft", "下書き"
    PUBLISHED = "published", "公表済み"
    DROPPED = "dropped", "取りやめ"


ASSESSMENT: Final = Flow(
    name="assurance_edition",
    title="評価書の版",
    table="assurance_edition",
    states=EditionState,
    starts=(EditionState.DRAFT,),
    ends=(EditionState.PUBLISHED, EditionState.DROPPED),
    logged={EditionState.DROPPED: "assurance:assessment:drop"},
    steps=(
        Step(
            before=EditionState.DRAFT,
            after=EditionState.PUBLISHED,
            permissions=(Permission.ASSURANCE_PUBLISH,),
            act="published_by",
            unlike=("drafted_by",),
            approvals=1,
        ),
        Step(
            before=EditionState.DRAFT,
            after=EditionState.DROPPED,
            permissions=(Permission.ASSURANCE_DRAFT,),
        ),
    ),
)

FLOWS: Final = (SHEET, INCIDENT, ASSESSMENT, REQUEST)
