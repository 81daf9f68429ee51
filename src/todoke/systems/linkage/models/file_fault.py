"""誤りのある行: where a refused file is wrong; never the value that is wrong."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.linkage.models.exchanged_file import ExchangedFile


class FileFault(models.Model):
    """One bad cell: row of the system's file, column, rule."""

    file = models.ForeignKey(ExchangedFile, on_delete=models.PROTECT, related_name="faults")
    row = models.BigIntegerField()
    column = models.TextField()
    rule = models.TextField()

    privacy = Privacy(open="id file row column rule", keep=with_parent("file"))

    class Meta:
        indexes: ClassVar = [models.Index(fields=["file", "row"], name="file_fault_by_row")]
