"""The mark that a key leaves, so that data are never read or written with another key."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class KeyMark(models.Model):
    """HMAC-SHA256 of a fixed text under the key that the data in this database were made with."""

    name = models.TextField(primary_key=True)
    mark = models.BinaryField()

    privacy = Privacy(
        open="name",
        sealed="mark",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "network_key_mark"
