"""Rows of a draft of 照会許可照会リスト."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever
from todoke.systems.network.models.list_draft import ListDraft


class ListDraftEntry(models.Model):
    """As `ListEntry`, before it is published. Append-only: what was approved is what was shown."""

    draft = models.ForeignKey(ListDraft, on_delete=models.PROTECT, related_name="entries")
    inquirer = models.TextField()
    provider = models.TextField()
    duty = models.TextField()
    procedure = models.TextField()
    information_code = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    privacy = Privacy(
        open="id draft inquirer provider duty procedure information_code valid_from valid_to",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "network_list_draft_entry"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="draft_entry_period",
            ),
        ]
