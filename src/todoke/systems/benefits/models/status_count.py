"""公開の状況照会の回数: how often a number was asked for, and from where, in one hour. Only the database's own function writes here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NO_LONGER_NEEDED, days


class StatusCount(models.Model):
    """`bucket`: a digest of the number, or a keyed digest of the address. Rows older than two days go by themselves."""

    bucket = models.TextField()
    since = models.DateTimeField()
    asked = models.BigIntegerField()

    privacy = Privacy(
        open="id since asked", personal="bucket", keep=days(2, since="since", law=NO_LONGER_NEEDED)
    )

    class Meta:
        db_table = "benefits_status_count"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bucket", "since"], name="status_count_once")
        ]
        indexes: ClassVar = [models.Index(fields=["since"], name="status_count_since")]
