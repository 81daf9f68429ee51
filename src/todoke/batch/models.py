"""Tables of the batch runner: one row a step, one row a control total."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import ONLY_ONCE, for_ever


class StepState(models.TextChoices):
    """A step is running until it is done; one that was stopped is simply run again."""

    RUNNING = "running", "実行中"
    DONE = "done", "完了"


class StepRun(models.Model):
    """One step of a run (処理): done once per key, with counts in, accepted and refused."""

    name = models.TextField()
    key = models.TextField()
    title = models.TextField()
    state = models.TextField(choices=StepState.choices)
    by = models.TextField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    taken = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=1)

    privacy = Privacy(
        open="id name key title state by started_at finished_at taken accepted refused attempts",
        keep=for_ever(ONLY_ONCE),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "key"], name="step_once_per_key"),
            models.CheckConstraint(
                condition=models.Q(state="running", finished_at__isnull=True)
                | models.Q(state="done", finished_at__isnull=False),
                name="step_done_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(taken=models.F("accepted") + models.F("refused")),
                name="step_counts_add_up",
            ),
        ]


class ControlTotal(models.Model):
    """A named total of a finished step (for example 支払総額, in yen)."""

    step = models.ForeignKey(StepRun, on_delete=models.CASCADE, related_name="totals")
    name = models.TextField()
    value = models.BigIntegerField()

    privacy = Privacy(
        open="id step name value",
        keep=for_ever(ONLY_ONCE),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "name"], name="total_once_per_step")]
