"""事故の記録 (PIA Ⅲ.7②・別紙): what happened, to how many, what prevents it, and the steps taken by their deadlines."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from todoke.assurance.flows import IncidentState
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class IncidentKind(models.TextChoices):
    """Which deadlines apply (rules/incident_steps.py)."""

    NUMBERS = "numbers", "特定個人情報の漏えい等"
    SENSITIVE = "sensitive", "要配慮個人情報の漏えい等"
    PROPERTY = "property", "財産的被害のおそれがある漏えい等"
    WRONGFUL = "wrongful", "不正の目的によるおそれがある漏えい等"
    MANY = "many", "本人の数が100人を超える漏えい等"
    OTHER = "other", "その他の事故（委員会への報告の対象でないもの）"


class Incident(models.Model):
    """One accident. `content` and `prevention` name no person: they are published.

    `answered_by_promises`: the promises whose controls answer it. Whoever closes it did not register it, and it is closed
    only with its prevention (trigger).
    """

    kind = models.TextField(choices=IncidentKind)
    title = models.TextField()
    content = models.TextField()
    persons = models.PositiveIntegerField()
    happened_on = models.DateField(null=True)
    detected_at = models.DateTimeField()
    announced_on = models.DateField(null=True)
    prevention = models.TextField(default="")
    answered_by_promises = ArrayField(models.TextField(), default=list)
    state = models.TextField(choices=IncidentState)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    registered_by = models.TextField()
    registered_at = models.DateTimeField()
    closed_by = models.TextField(null=True)
    closed_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open=(
            "id kind title content persons happened_on detected_at announced_on prevention answered_by_promises state"
            " state_at state_by registered_by registered_at closed_by closed_at"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "assurance_incident"
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(content="") & ~Q(registered_by=""), name="incident_says_what"
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("registered_by")),
                name="incident_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_by__isnull=True, closed_at__isnull=True)
                | (
                    Q(state="closed", closed_by__isnull=False, closed_at__isnull=False)
                    & ~Q(prevention="")
                    & ~Q(answered_by_promises=[])
                ),
                name="incident_closed_with_prevention",
            ),
        ]


class IncidentStep(models.Model):
    """One step of the procedure, done by a person. Append-only. `step`: its key in rules/incident_steps.py."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="steps")
    step = models.TextField()
    note = models.TextField()
    done_by = models.TextField()
    done_at = models.DateTimeField()

    privacy = Privacy(open="id incident step note done_by done_at", keep=for_ever(NOT_PERSONAL))

    class Meta:
        db_table = "assurance_incident_step"
        constraints = [models.UniqueConstraint(fields=["incident", "step"], name="incident_step_once")]
