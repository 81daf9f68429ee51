"""発送: printed files on their way from the printer to the post, counted, matched again, confirmed by a second person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever, with_parent
from todoke.systems.benefits.models.letter import Letter, LetterFile
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.letters.mailing_state import MailingState, PullReason


class Mailing(models.Model):
    """Letters that were handed to the printer together.

    `register_snapshot`: by which register they were matched last, and `pulled`, how many had to be taken out then. A
    mailing is matched again when a newer register comes; it is dispatched by somebody who did nothing of it before (triggers).
    """

    programme = models.ForeignKey(
        "benefits.RegisteredProgramme", on_delete=models.PROTECT, db_column="programme"
    )
    number = models.PositiveIntegerField()
    letters = models.PositiveIntegerField()
    sheets = models.PositiveIntegerField()
    state = models.TextField(choices=[(state.value, state.name) for state in MailingState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    handed_at = models.DateTimeField()
    handed_by = models.TextField()
    counted_at = models.DateTimeField(null=True)
    counted_by = models.TextField(null=True)
    matched_at = models.DateTimeField(null=True)
    matched_by = models.TextField(null=True)
    register_snapshot = models.TextField(db_default="")
    pulled = models.PositiveIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.TextField(null=True)

    privacy = Privacy(
        open=(
            "id programme number letters sheets state state_at state_by handed_at handed_by counted_at counted_by"
            " matched_at matched_by register_snapshot pulled confirmed_at confirmed_by"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_mailing"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["programme", "number"], name="mailing_number_once"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True)
                | (
                    ~Q(confirmed_by=F("handed_by"))
                    & ~Q(confirmed_by=F("counted_by"))
                    & ~Q(confirmed_by=F("matched_by"))
                ),
                name="mailing_confirmed_by_second",
            ),
        ]


class MailingFile(models.Model):
    """Which files a mailing holds; a file is handed over once. Append-only."""

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT)
    file = models.OneToOneField(LetterFile, on_delete=models.PROTECT)

    privacy = Privacy(open="id mailing file", keep=for_ever(NOT_PERSONAL))

    class Meta:
        db_table = "benefits_mailing_file"


class PrinterCount(models.Model):
    """印刷所の数: what the printer counted of one kind of letter; the newest of a kind counts. Append-only.

    `source`: the SHA-256 of the printer's file, empty for figures that were typed.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField()
    kind = models.TextField(choices=[(kind.value, kind.name) for kind in LetterKind])
    route = models.TextField(blank=True)
    printed = models.PositiveIntegerField()
    spoiled = models.PositiveIntegerField()
    reprinted = models.PositiveIntegerField()
    enclosed = models.PositiveIntegerField()
    source = models.TextField(blank=True)
    entered_at = models.DateTimeField()
    entered_by = models.TextField()

    privacy = Privacy(
        open="id mailing number kind route printed spoiled reprinted enclosed source entered_at entered_by",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_printer_count"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mailing", "kind", "route", "number"], name="printer_count_once"),
        ]


class Pull(models.Model):
    """抜き取り: a letter that must not be posted, by the register of that matching. Append-only."""

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT)
    register_snapshot = models.TextField()
    reason = models.TextField(choices=[(reason.value, reason.name) for reason in PullReason])
    found_at = models.DateTimeField()
    found_by = models.TextField()

    privacy = Privacy(
        open="id mailing letter register_snapshot found_at found_by",
        personal="reason",
        keep=with_parent("letter"),
    )

    class Meta:
        db_table = "benefits_pull"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["letter", "register_snapshot"], name="pull_once_per_register"),
        ]
