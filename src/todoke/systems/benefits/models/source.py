"""判定の入力: tax records and assistance statuses as sealed files."""

from __future__ import annotations

from django.db import models


class Source(models.Model):
    """One imported file (課税情報, 付帯状況), sealed as Parquet. Append-only: a newer one is another row."""

    kind = models.TextField(choices=[("tax", "課税情報"), ("assistance", "付帯状況")])
    sha256 = models.TextField()
    source_sha256 = models.TextField()
    path = models.TextField()
    rows = models.BigIntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "source_sha256"], name="source_once")]
