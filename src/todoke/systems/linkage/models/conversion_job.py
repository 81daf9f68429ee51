"""番号変換の処理: files of numbers that were converted for a system, with counts by outcome."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import SAFEGUARDS, with_parent, years
from todoke.systems.linkage.flows import JobState
from todoke.systems.linkage.models.existing_system import ExistingSystem


class ConversionJob(models.Model):
    """One file. The files themselves lie protected in the instance's folder and go when they expire.

    `records` are counted when the file comes in; `error` is the name of what stopped a failed job.
    `answer_sha256` is of the answer as it was written; `answer_path` empties when the file is gone.
    """

    job_id = models.TextField(primary_key=True)
    system = models.ForeignKey(ExistingSystem, on_delete=models.PROTECT, related_name="jobs")
    duty = models.TextField()
    purpose = models.TextField()
    file_name = models.TextField()
    file_sha256 = models.TextField()
    state = models.TextField(choices=JobState.choices)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    requested_by = models.TextField()
    requested_at = models.DateTimeField()
    records = models.BigIntegerField()
    error = models.TextField(db_default="")
    answer_path = models.TextField(db_default="")
    answer_sha256 = models.TextField(db_default="")
    expires_at = models.DateTimeField()

    privacy = Privacy(
        open=(
            "job_id system duty purpose file_name file_sha256 state state_at state_by requested_by requested_at"
            " records error answer_path answer_sha256 expires_at"
        ),
        keep=years(7, since="requested_at", law=SAFEGUARDS, files=("answer_path",)),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(purpose="") & ~Q(duty=""), name="conversion_job_has_purpose"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(answer_sha256__regex="^[0-9a-f]{64}$"),
                name="conversion_job_done_has_answer",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(error="") | ~Q(state="failed") & Q(error=""),
                name="conversion_job_failure_says_why",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-requested_at"], name="conversion_job_newest")]


class ConversionProgress(models.Model):
    """How many records of a job that runs are converted, block by block; a run that was stopped begins anew."""

    job = models.OneToOneField(
        ConversionJob, on_delete=models.PROTECT, primary_key=True, related_name="progress"
    )
    processed = models.BigIntegerField()

    privacy = Privacy(open="job processed", keep=with_parent("job"))


class ConversionCount(models.Model):
    """How many records of a job ended in one way; `word` is empty for a number given."""

    job = models.ForeignKey(ConversionJob, on_delete=models.PROTECT, related_name="counts")
    direction = models.TextField()
    local_system = models.TextField()
    word = models.TextField()
    records = models.BigIntegerField()

    privacy = Privacy(open="id job direction local_system word records", keep=with_parent("job"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["job", "direction", "local_system", "word"], name="conversion_count_once"
            )
        ]


class ConversionFault(models.Model):
    """A bad row of a refused file: place and rule, never the value."""

    job = models.ForeignKey(ConversionJob, on_delete=models.PROTECT, related_name="faults")
    row = models.BigIntegerField()
    column = models.TextField()
    rule = models.TextField()

    privacy = Privacy(open="id job row column rule", keep=with_parent("job"))
