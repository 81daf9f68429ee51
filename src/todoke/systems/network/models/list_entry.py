"""Rows of 照会許可照会リスト, per edition."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever
from todoke.systems.network.models.list_edition import ListEdition


class ListEntry(models.Model):
    """Who may ask whom for what, for which duty, from when to when. `*` stands for every municipality."""

    edition = models.ForeignKey(ListEdition, on_delete=models.PROTECT, related_name="entries")
    inquirer = models.TextField()
    provider = models.TextField()
    duty = models.TextField()
    procedure = models.TextField()
    information_code = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    privacy = Privacy(
        open="id edition inquirer provider duty procedure information_code valid_from valid_to",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "network_list_entry"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="list_entry_period",
            ),
        ]
