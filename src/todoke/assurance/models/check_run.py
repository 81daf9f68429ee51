"""確認の実施: one look at the running site, and what each check said. Append-only."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class CheckRun(models.Model):
    """One run, with how the promises of the realm stood by it."""

    run_at = models.DateTimeField()
    run_by = models.TextField()
    held = models.PositiveIntegerField()
    broken = models.PositiveIntegerField()
    not_shown = models.PositiveIntegerField()

    privacy = Privacy(open="id run_at run_by held broken not_shown", keep=for_ever(NOT_PERSONAL))

    class Meta:
        db_table = "assurance_check_run"


class CheckResult(models.Model):
    """What one check said in a run. `why`: sentences that name staff by ID at most, never a citizen."""

    run = models.ForeignKey(CheckRun, on_delete=models.PROTECT, related_name="results")
    check_name = models.TextField()
    state = models.TextField()
    why = ArrayField(models.TextField())
    looked_at = models.DateTimeField()

    privacy = Privacy(open="id run check_name state why looked_at", keep=for_ever(NOT_PERSONAL))

    class Meta:
        db_table = "assurance_check_result"
        constraints = [
            models.UniqueConstraint(fields=["run", "check_name"], name="check_result_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["held", "broken", "not_shown"]), name="check_result_state"
            ),
        ]
