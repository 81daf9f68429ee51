"""控えの台帳: every backup that was made, and what happened to it since. Both append-only."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class Backup(models.Model):
    """One backup of this realm's site (its signed manifest lies with it). `began_at`: when its snapshots were taken."""

    name = models.TextField(unique=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    rows = models.BigIntegerField()
    size = models.BigIntegerField()

    privacy = Privacy(open="id name began_at ended_at rows size", keep=for_ever(NOT_PERSONAL))

    class Meta:
        db_table = "assurance_backup"
        indexes = [models.Index(fields=["-began_at"], name="backup_newest")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & Q(ended_at__gte=models.F("began_at")), name="backup_has_name_and_time"
            ),
            models.CheckConstraint(condition=Q(rows__gte=0, size__gt=0), name="backup_holds_something"),
        ]


class BackupStep(models.TextChoices):
    """What happened to a backup."""

    VERIFIED = "verified", "検証済み"
    FAILED = "failed", "検証で不合格"
    COPIED = "copied", "写しを保管"
    DRILLED = "drilled", "復元訓練で確認"
    REMOVED = "removed", "世代管理により削除"


class BackupEvent(models.Model):
    """One of these. `place`: where a copy lies, or where the drill was held."""

    backup = models.ForeignKey(Backup, on_delete=models.PROTECT, related_name="events")
    step = models.TextField(choices=BackupStep)
    place = models.TextField(default="")
    by = models.TextField()
    at = models.DateTimeField()

    privacy = Privacy(open="id backup step place by at", keep=for_ever(NOT_PERSONAL))

    class Meta:
        db_table = "assurance_backup_event"
        constraints = [
            models.CheckConstraint(condition=~Q(by=""), name="backup_event_by_somebody"),
            models.CheckConstraint(
                condition=Q(step__in=["verified", "failed", "removed"]) | ~Q(place=""),
                name="backup_event_has_place",
            ),
        ]
