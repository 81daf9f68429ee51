"""Letters that were printed: one row a file, one row a case in it."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever, with_parent
from todoke.systems.benefits.rules.push import Route


class LetterFile(models.Model):
    """A PDF with the letters of up to 100 cases of one route (印刷ファイル). Append-only."""

    programme = models.ForeignKey(
        "benefits.RegisteredProgramme", on_delete=models.PROTECT, db_column="programme"
    )
    number = models.PositiveIntegerField()
    route = models.TextField(choices=[(route.value, route.name) for route in Route])
    name = models.TextField()
    sha256 = models.TextField()
    cases = models.PositiveIntegerField()
    register_snapshot = models.TextField()
    printed_at = models.DateTimeField()
    printed_by = models.TextField()

    privacy = Privacy(
        open="id programme number route name sha256 cases register_snapshot printed_at printed_by",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_letter_file"
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="letter_file_once")]


class Letter(models.Model):
    """The letter of one case (発送物): in which file, at which place. Append-only.

    `opt_out_until`, of an お知らせ: until that day the household may decline or name another account (trigger:
    only a letter of the case's route, and silence counts only after it).
    """

    case = models.OneToOneField("benefits.Case", on_delete=models.PROTECT)
    file = models.ForeignKey(LetterFile, on_delete=models.PROTECT)
    position = models.PositiveIntegerField()
    opt_out_until = models.DateField(null=True)

    privacy = Privacy(
        open="id case file position opt_out_until",
        keep=with_parent("case"),
    )

    class Meta:
        db_table = "benefits_letter"
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="letter_position_once")]
