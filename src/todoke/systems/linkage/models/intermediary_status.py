"""稼働状況 of the city's 中間サーバー, as it was answered: the newest row is now, the others are the history."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import SAFEGUARDS, with_parent, years


class Seen(models.TextChoices):
    """What a look at the intermediary saw."""

    RUNNING = "running", "稼働中"
    PLANNED_PAUSE = "planned_pause", "計画停止中"
    CLOSED_HOURS = "closed_hours", "サービス時間外"
    SILENT = "silent", "応答なし"
    TROUBLED = "troubled", "応答が異常"


class IntermediaryStatus(models.Model):
    """What was seen from `since` to `checked_at` without a change; a change begins a new row."""

    state = models.TextField(choices=Seen)
    since = models.DateTimeField()
    checked_at = models.DateTimeField()
    checks = models.IntegerField(db_default=1)
    error = models.TextField(db_default="")
    hours = models.TextField(db_default="")
    opens_at = models.DateTimeField(null=True)
    clock_ahead = models.IntegerField(null=True)
    pause_begins_at = models.DateTimeField(null=True)
    pause_ends_at = models.DateTimeField(null=True)
    pause_reason = models.TextField(db_default="")

    privacy = Privacy(
        open=(
            "id state since checked_at checks error hours opens_at clock_ahead pause_begins_at pause_ends_at "
            "pause_reason"
        ),
        keep=years(1, since="checked_at", law=SAFEGUARDS),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=Seen.values), name="status_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["silent", "troubled"]) & ~Q(error="")
                | ~Q(state__in=["silent", "troubled"]) & Q(error=""),
                name="status_trouble_says_why",
            ),
        ]


class IntermediaryBacklog(models.Model):
    """What waited at the intermediary when it answered last: counts and ages, nobody's names."""

    status = models.ForeignKey(IntermediaryStatus, on_delete=models.CASCADE, related_name="backlogs")
    name = models.TextField()
    waiting = models.IntegerField()
    oldest = models.DateTimeField(null=True)

    privacy = Privacy(open="id status name waiting oldest", keep=with_parent("status"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["status", "name"], name="backlog_once_per_status")
        ]
