"""Letters that were printed: one row a file, one row a case in it."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever, with_parent
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.letters.kind import LetterKind


class LetterFile(models.Model):
    """A PDF with the letters of up to 100 cases of one kind (印刷ファイル), and of one route where the kind has one. Append-only.

    `apart`: one letter to a protected person, which goes to no printer and into no mailing. `folder`: where the file was laid on the server.
    """

    programme = models.ForeignKey(
        "benefits.RegisteredProgramme", on_delete=models.PROTECT, db_column="programme"
    )
    number = models.PositiveIntegerField()
    kind = models.TextField(
        choices=[(kind.value, kind.name) for kind in LetterKind], db_default=LetterKind.FORMS.value
    )
    route = models.TextField(choices=[(route.value, route.name) for route in Route], blank=True)
    name = models.TextField()
    sha256 = models.TextField()
    cases = models.PositiveIntegerField()
    sheets_each = models.PositiveSmallIntegerField(db_default=2)
    register_snapshot = models.TextField()
    apart = models.BooleanField(db_default=False)
    folder = models.TextField(db_default="")
    printed_at = models.DateTimeField()
    printed_by = models.TextField()

    privacy = Privacy(
        open="id programme number kind route name sha256 cases sheets_each register_snapshot apart folder printed_at printed_by",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_letter_file"
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="letter_file_once")]


class Letter(models.Model):
    """A letter to one case (発送物): the how many-th, in which file, at which place. Append-only.

    `printed_as`: digest of number, address and name as they stood in the window, for the matching before the dispatch.
    `opt_out_until`, of an お知らせ: until that day the household may decline or name another account (trigger:
    only a letter of the case's route, and silence counts only after it). `answer_until`, of a 不備 letter: when it is to be answered.
    """

    case = models.ForeignKey("benefits.Case", on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField(db_default=1)
    file = models.ForeignKey(LetterFile, on_delete=models.PROTECT)
    position = models.PositiveIntegerField()
    printed_as = models.TextField(db_default="")
    opt_out_until = models.DateField(null=True)
    answer_until = models.DateField(null=True)

    privacy = Privacy(
        open="id case number file position opt_out_until answer_until",
        personal="printed_as",
        keep=with_parent("case"),
    )

    class Meta:
        db_table = "benefits_letter"
        constraints = [
            models.UniqueConstraint(fields=["file", "position"], name="letter_position_once"),
            models.UniqueConstraint(fields=["case", "number"], name="letter_number_once"),
        ]
