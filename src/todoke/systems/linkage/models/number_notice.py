"""統合番号の通知: which 統合番号 an existing system is still to be told for a local number of its own."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NO_LONGER_NEEDED, days
from todoke.systems.linkage.models.exchanged_file import ExchangedFile
from todoke.systems.linkage.models.existing_system import ExistingSystem
from todoke.systems.linkage.models.person import Person


class NumberNotice(models.Model):
    """Written by a trigger of the database whenever a local number gets its person or another one, by whatever act.

    `event`: `linked` or `moved` (merge, split, correction). `file`: the file that carried it.
    """

    system = models.ForeignKey(ExistingSystem, on_delete=models.PROTECT)
    local_number = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    event = models.TextField()
    noted_at = models.DateTimeField()
    file = models.ForeignKey(ExchangedFile, on_delete=models.PROTECT, null=True)

    privacy = Privacy(
        open="id system event noted_at file",
        personal="local_number",
        specific="person",
        keep=days(30, since="noted_at", law=NO_LONGER_NEEDED, when="r.file_id IS NOT NULL"),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(event__in=["linked", "moved"]), name="number_notice_event_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["system", "id"], condition=Q(file__isnull=True), name="number_notice_waiting"
            )
        ]
