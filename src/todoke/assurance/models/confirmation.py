"""人による確認: what no program can see (施錠, 生体認証, 警備員), seen by a named person, for a time."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class Finding(models.TextChoices):
    """What the person found."""

    KEPT = "kept", "守られている"
    BROKEN = "broken", "守られていない"


class Confirmation(models.Model):
    """One promise as one person found it. Append-only; the newest one of a promise counts.

    `audits`: the confirmation that this one looks over again (内部監査), always another person's (trigger).
    `document`: where the paper lies or what was looked at. Both texts name no citizen.
    """

    promise = models.TextField()
    finding = models.TextField(choices=Finding)
    note = models.TextField()
    document = models.TextField(default="")
    audits = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    confirmed_by = models.TextField()
    confirmed_at = models.DateTimeField()
    valid_until = models.DateField()

    privacy = Privacy(
        open="id promise finding note document audits confirmed_by confirmed_at valid_until",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "assurance_confirmation"
        indexes = [models.Index(fields=["promise", "-id"], name="confirmation_newest")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(promise="") & ~Q(note="") & ~Q(confirmed_by=""),
                name="confirmation_says_what_was_seen",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("confirmed_at__date")),
                name="confirmation_ends_after_it_begins",
            ),
        ]
