"""自己点検・内部監査の票: questions generated from the promises on one day, answered one by one, closed by a second person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.assurance.flows import SheetState
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class SheetKind(models.TextChoices):
    """The two audits that the PIA names (Ⅲ.8)."""

    SELF = "self", "自己点検"
    INTERNAL = "internal", "内部監査"


class Sheet(models.Model):
    """One sheet. Whoever closes it neither opened it nor answered a question of it, and every question is answered (triggers)."""

    kind = models.TextField(choices=SheetKind)
    title = models.TextField()
    state = models.TextField(choices=SheetState)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    opened_by = models.TextField()
    opened_at = models.DateTimeField()
    closed_by = models.TextField(null=True)
    closed_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="id kind title state state_at state_by opened_by opened_at closed_by closed_at",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "assurance_sheet"
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(opened_by=""), name="sheet_has_title"),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("opened_by")), name="sheet_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_by__isnull=True, closed_at__isnull=True)
                | Q(state="closed", closed_by__isnull=False, closed_at__isnull=False),
                name="sheet_state_has_its_people",
            ),
        ]


class Answer(models.TextChoices):
    """What was answered. Without an answer it is empty."""

    YES = "yes", "はい"
    NO = "no", "いいえ"
    NOT_APPLICABLE = "not_applicable", "該当なし"


class SheetItem(models.Model):
    """One question of a sheet with what the check said on the day. Answered while the sheet is open; the log keeps each answer.

    `remedy`, `due_on`: of 「いいえ」, what is done about it until when (改善策); followed up by `findings`.
    """

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="items")
    number = models.PositiveIntegerField()
    promise = models.TextField()
    question = models.TextField()
    checked = models.TextField()
    answer = models.TextField(choices=Answer, default="", blank=True)
    note = models.TextField(default="")
    remedy = models.TextField(default="", db_default="", blank=True)
    due_on = models.DateField(null=True)
    answered_by = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="id sheet number promise question checked answer note remedy due_on answered_by answered_at",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "assurance_sheet_item"
        constraints = [
            models.UniqueConstraint(fields=["sheet", "number"], name="sheet_item_number"),
            models.UniqueConstraint(fields=["sheet", "promise"], name="sheet_item_promise"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by="", answered_at__isnull=True)
                | (Q(answer__in=Answer.values) & ~Q(answered_by="") & Q(answered_at__isnull=False)),
                name="sheet_item_answer_has_person",
            ),
            models.CheckConstraint(condition=~Q(answer="no") | ~Q(note=""), name="sheet_item_no_says_why"),
            models.CheckConstraint(
                condition=Q(answer="no", due_on__isnull=False) & ~Q(remedy="")
                | ~Q(answer="no") & Q(remedy="", due_on__isnull=True),
                name="sheet_item_no_has_remedy",
            ),
        ]
