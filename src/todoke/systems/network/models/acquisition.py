"""符号取得 jobs: a 取得番号 on its way, kept only until the 符号 has been delivered (番号法21条の2)."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NO_LONGER_NEEDED, days


class Acquisition(models.Model):
    """One 取得番号 whose 符号 went into the outbox under `delivery`; deleted when that message has arrived."""

    delivery = models.TextField()
    organisation = models.TextField()
    acquisition_number = models.TextField()
    asked_at = models.DateTimeField()

    privacy = Privacy(
        open="id delivery organisation asked_at",
        sealed="acquisition_number",
        keep=days(30, since="asked_at", law=NO_LONGER_NEEDED),
    )

    class Meta:
        db_table = "network_acquisition"
        indexes = [models.Index(fields=["delivery"], name="acquisition_delivery")]
