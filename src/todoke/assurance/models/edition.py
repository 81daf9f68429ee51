"""保存した版: editions of the assessment that were put forward for publication, and published by another person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.assurance.flows import EditionState
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class KeptEdition(models.Model):
    """One edition (form/edition.py) of one programme as TOML, with its hash. Nothing of it changes but where it stands.

    Whoever publishes it did not draft it (trigger). The newest published one is what the city declares.
    """

    programme = models.TextField()
    number = models.PositiveIntegerField()
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    drafted_by = models.TextField()
    drafted_at = models.DateTimeField()
    state = models.TextField(choices=EditionState)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    published_by = models.TextField(null=True)
    published_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open=(
            "id programme number body sha256 drafted_by drafted_at state state_at state_by published_by published_at"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "assurance_edition"
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="assessment_number_once"),
            models.UniqueConstraint(
                fields=["programme"], condition=Q(state="draft"), name="assessment_one_draft_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(programme="") & ~Q(body="") & ~Q(drafted_by=""), name="assessment_says_what"
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("drafted_by")),
                name="assessment_by_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_by__isnull=False, published_at__isnull=False)
                | ~Q(state="published") & Q(published_by__isnull=True, published_at__isnull=True),
                name="assessment_published_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} 第{self.number}版"
