"""Imported registers (住民記録のスナップショット)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, years


class Snapshot(models.Model):
    """One sealed register (基準日時点 or 最新): the Parquet file under its hash and the CSV it came from."""

    snapshot_id = models.TextField(primary_key=True)
    kind = models.TextField()
    as_of = models.DateField()
    path = models.TextField()
    sha256 = models.TextField()
    source_sha256 = models.TextField()
    rows = models.BigIntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.TextField()

    privacy = Privacy(
        open="snapshot_id kind as_of path sha256 source_sha256 rows imported_at imported_by",
        keep=years(5, since="imported_at", law=CLAIMS, files=("path",)),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "as_of", "sha256"], name="snapshot_once"),
            models.CheckConstraint(condition=Q(kind__in=["base", "latest"]), name="snapshot_kind_known"),
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="snapshot_sealed"),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "-as_of", "-imported_at"], name="snapshot_newest")]
