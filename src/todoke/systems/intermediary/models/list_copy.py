"""This municipality's own copy of 照会許可照会リスト, as the network signed it (append-only)."""

from __future__ import annotations

from django.db import models


class ListCopy(models.Model):
    """One fetched edition. Editions only grow (trigger): an older list is never taken again."""

    edition = models.IntegerField(primary_key=True)
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    fetched_at = models.DateTimeField()
    fetched_by = models.TextField()
    body = models.BinaryField()
    signature = models.BinaryField()

    class Meta:
        db_table = "intermediary_list_copy"
