"""How far the results of the intermediary have been read."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import ONLY_ONCE, for_ever


class ResultCursor(models.Model):
    """The highest `sequence` taken in from the municipality's intermediary."""

    municipality = models.TextField(primary_key=True)
    after = models.BigIntegerField()

    privacy = Privacy(
        open="municipality after",
        keep=for_ever(ONLY_ONCE),
    )
