"""This municipality's own copy of 照会許可照会リスト, as the network signed it (append-only)."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class ListCopy(models.Model):
    """One fetched edition. Editions only grow (trigger): an older list is never taken again."""

    edition = models.IntegerField(primary_key=True)
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    fetched_at = models.DateTimeField()
    fetched_by = models.TextField()
    body = models.BinaryField()
    signature = models.BinaryField()

    privacy = Privacy(
        open="edition issued_at valid_until fetched_at fetched_by body signature",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "intermediary_list_copy"
