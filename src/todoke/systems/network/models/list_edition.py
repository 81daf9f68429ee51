"""照会許可照会リスト: one signed edition (append-only; edition numbers only grow)."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class ListEdition(models.Model):
    """`body` is exactly what was signed and is handed out; `valid_until` is when copies must be renewed.

    `issued_by` drafted it, `approved_by` is somebody else (no new edition without, trigger).
    """

    edition = models.IntegerField(primary_key=True)
    issued_at = models.DateTimeField()
    issued_by = models.TextField()
    approved_by = models.TextField(null=True)
    valid_until = models.DateTimeField()
    body = models.BinaryField()
    signature = models.BinaryField()

    privacy = Privacy(
        open="edition issued_at issued_by approved_by valid_until body signature",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "network_list_edition"
        constraints = [
            models.CheckConstraint(condition=models.Q(edition__gte=1), name="edition_from_one"),
            models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("issued_at")), name="edition_valid_for_a_time"
            ),
            models.CheckConstraint(
                condition=~models.Q(approved_by=models.F("issued_by")), name="edition_by_two_people"
            ),
        ]
