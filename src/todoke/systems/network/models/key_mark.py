"""The mark that a key leaves, so that data are never read or written with another key."""

from __future__ import annotations

from django.db import models


class KeyMark(models.Model):
    """HMAC-SHA256 of a fixed text under the key that the data in this database were made with."""

    name = models.TextField(primary_key=True)
    mark = models.BinaryField()

    class Meta:
        db_table = "network_key_mark"
