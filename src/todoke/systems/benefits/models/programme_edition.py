"""事業の改定: one edition of a programme as a sealed text, approved by a second person; and what it would change."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, NOT_PERSONAL, for_ever, years
from todoke.systems.benefits.rules.editions.state import EditionState


class ProgrammeEdition(models.Model):
    """`definition` is the canonical text (rules/editions/definition.py), `sha256` its digest; only the state ever changes.

    The approved one with the largest id is in force; without any, the newest edition released with the software.
    """

    programme = models.TextField()
    edition = models.TextField()
    definition = models.TextField()
    sha256 = models.TextField()
    grounds = models.TextField()
    state = models.TextField(choices=[(state.value, state.name) for state in EditionState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    proposed_at = models.DateTimeField()
    proposed_by = models.TextField()
    approved_at = models.DateTimeField(null=True)
    approved_by = models.TextField(null=True)

    privacy = Privacy(
        open=(
            "id programme edition definition sha256 grounds state state_at state_by proposed_at proposed_by"
            " approved_at approved_by"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_programme_edition"
        constraints = [
            models.UniqueConstraint(fields=["programme", "edition"], name="edition_once"),
            models.UniqueConstraint(
                fields=["programme"], condition=Q(state="proposed"), name="edition_one_proposal"
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="edition_sealed"),
            models.CheckConstraint(condition=~Q(grounds=""), name="edition_has_grounds"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="edition_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(state="approved") & Q(approved_by__isnull=True, approved_at__isnull=True)),
                name="edition_approved_by_somebody",
            ),
        ]


class EditionTrial(models.Model):
    """試算: the proposed edition and the one in force, judged over the same sealed files. Append-only.

    `path` holds the households whose outcome, reason or amount differs, before and after.
    """

    edition = models.ForeignKey(ProgrammeEdition, on_delete=models.PROTECT)
    against_edition = models.TextField()
    against_sha256 = models.TextField()
    inputs_sha256 = models.TextField()
    households = models.BigIntegerField()
    differing = models.BigIntegerField()
    yen_before = models.BigIntegerField()
    yen_after = models.BigIntegerField()
    path = models.TextField()
    sha256 = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.TextField()

    privacy = Privacy(
        open=(
            "id edition against_edition against_sha256 inputs_sha256 households differing yen_before yen_after path"
            " sha256 made_at made_by"
        ),
        keep=years(5, since="made_at", law=CLAIMS, files=("path",)),
    )

    class Meta:
        db_table = "benefits_edition_trial"
