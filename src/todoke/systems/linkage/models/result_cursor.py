"""How far the results of the intermediary have been read."""

from __future__ import annotations

from django.db import models


class ResultCursor(models.Model):
    """The highest `sequence` taken in from the municipality's intermediary."""

    municipality = models.TextField(primary_key=True)
    after = models.BigIntegerField()
