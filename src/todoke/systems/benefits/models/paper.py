"""文書台帳: every sheet that came in, in which box it lies, where it was taken, and its disposal by two people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever, with_parent
from todoke.systems.benefits.rules.intake.paper_state import DisposalState, PaperState


class Box(models.Model):
    """A box with its number (箱番号) and the place where it stands."""

    label = models.TextField(unique=True)
    place = models.TextField(db_default="")
    opened_at = models.DateTimeField()
    opened_by = models.TextField()
    placed_at = models.DateTimeField()
    placed_by = models.TextField()

    privacy = Privacy(
        open="id label place opened_at opened_by placed_at placed_by",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_box"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(label__regex=r"^[0-9A-Z][0-9A-Z-]{0,11}$"), name="box_label_known"
            )
        ]


class PaperDisposal(models.Model):
    """廃棄: the sheets of one box whose time is over, proposed by one person and approved by another."""

    box = models.ForeignKey(Box, on_delete=models.PROTECT)
    papers = models.PositiveIntegerField()
    received_until = models.DateField()
    reason = models.TextField()
    state = models.TextField(choices=[(state.value, state.name) for state in DisposalState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    proposed_at = models.DateTimeField()
    proposed_by = models.TextField()
    approved_at = models.DateTimeField(null=True)
    approved_by = models.TextField(null=True)

    privacy = Privacy(
        open=(
            "id box papers received_until reason state state_at state_by proposed_at proposed_by approved_at approved_by"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_paper_disposal"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["box"], condition=Q(state="proposed"), name="disposal_one_open_per_box"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="disposal_two_persons",
            ),
        ]


class Paper(models.Model):
    """A sheet: the form that counts (`form`, with its arrival), a second one, or a correction; and the box it is in."""

    FORM, DUPLICATE, CORRECTION = "form", "duplicate", "correction"
    KINDS: ClassVar = [(FORM, "受け付けた様式"), (DUPLICATE, "重複"), (CORRECTION, "補正の書類")]

    case = models.ForeignKey("benefits.Case", on_delete=models.PROTECT)
    arrival = models.OneToOneField("benefits.Arrival", on_delete=models.PROTECT, null=True)
    kind = models.TextField(choices=KINDS)
    received_on = models.DateField()
    box = models.ForeignKey(Box, on_delete=models.PROTECT)
    state = models.TextField(choices=[(state.value, state.name) for state in PaperState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    registered_at = models.DateTimeField()
    registered_by = models.TextField()
    disposal = models.ForeignKey(PaperDisposal, on_delete=models.PROTECT, null=True)

    privacy = Privacy(
        open=(
            "id case arrival kind received_on box state state_at state_by registered_at registered_by disposal"
        ),
        keep=with_parent("case"),
    )

    class Meta:
        db_table = "benefits_paper"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="form", arrival__isnull=False)
                | Q(kind__in=["duplicate", "correction"], arrival__isnull=True),
                name="paper_form_has_arrival",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["box", "state"], name="paper_box_state"),
            models.Index(fields=["registered_by", "registered_at"], name="paper_last_own"),
        ]


class PaperMove(models.Model):
    """移動: a sheet went to another box, was sent to somebody, or came back. Append-only."""

    KINDS: ClassVar = [("moved", "別の箱へ移した"), ("sent", "持ち出した"), ("returned", "箱に戻した")]

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT)
    kind = models.TextField(choices=KINDS)
    from_box = models.ForeignKey(Box, on_delete=models.PROTECT, related_name="+")
    to_box = models.ForeignKey(Box, on_delete=models.PROTECT, null=True, related_name="+")
    sent_to = models.TextField(db_default="")
    moved_at = models.DateTimeField()
    moved_by = models.TextField()

    privacy = Privacy(
        open="id paper kind from_box to_box sent_to moved_at moved_by",
        keep=with_parent("paper"),
    )

    class Meta:
        db_table = "benefits_paper_move"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="sent", to_box__isnull=True) & ~Q(sent_to="")
                | Q(kind__in=["moved", "returned"], to_box__isnull=False, sent_to=""),
                name="paper_move_has_place",
            )
        ]
