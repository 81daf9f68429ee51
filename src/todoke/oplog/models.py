"""操作の記録: one append-only table in every system's database (PIA III.3 特定個人情報の使用の記録)."""

from __future__ import annotations

from django.db import models


class Operation(models.Model):
    """Who did what, when, on how many. Holds no name and no number of a person; refuses UPDATE and DELETE."""

    at = models.DateTimeField()
    by = models.TextField()
    verb = models.TextField()
    subject = models.TextField()
    persons = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["at"], name="operation_at")]
