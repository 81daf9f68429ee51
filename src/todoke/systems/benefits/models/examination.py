"""Examination (審査) and approval (承認) by two different members of staff."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.benefits.rules.examination.approval import OTHER, Level


class Examination(models.Model):
    """What the checks found on one application, with the edition of everything they used. Append-only.

    `by_hand`: a person saw the papers and confirmed `checks`; a form of a proxy passes only so (trigger).
    """

    application = models.ForeignKey("benefits.Application", on_delete=models.PROTECT)
    case = models.ForeignKey("benefits.Case", on_delete=models.PROTECT)
    round = models.PositiveSmallIntegerField()
    outcome = models.TextField()
    codes = ArrayField(models.TextField())
    by_hand = models.BooleanField(db_default=False)
    checks = ArrayField(models.TextField(), db_default=[])
    decision_run = models.ForeignKey("benefits.DecisionRun", on_delete=models.PROTECT)
    register_snapshot = models.TextField()
    bank_list = models.TextField()
    examined_at = models.DateTimeField()
    examined_by = models.TextField()

    privacy = Privacy(
        open="id application case round by_hand checks decision_run register_snapshot bank_list examined_at examined_by",
        personal="outcome codes",
        keep=with_parent("case"),
    )

    class Meta:
        db_table = "benefits_examination"
        constraints = [
            models.UniqueConstraint(fields=["application", "round"], name="examination_round_once"),
            models.CheckConstraint(
                condition=Q(outcome="passed", codes=[])
                | (Q(outcome__in=["deficient", "declined", "ineligible"]) & ~Q(codes=[])),
                name="examination_outcome_has_codes",
            ),
            models.CheckConstraint(
                condition=Q(by_hand=False, checks=[]) | Q(by_hand=True), name="examination_checks_by_hand"
            ),
            models.UniqueConstraint(fields=["id", "case", "examined_by", "outcome"], name="examination_key"),
        ]


class Approval(models.Model):
    """承認 of one passed examination and of the case's amount. It carries the examiner with it (composite foreign key), so that a check
    constraint can refuse the same person, whoever writes the row; and the level and limit (決裁区分) under which it was given.
    Append-only."""

    examination = models.OneToOneField(Examination, on_delete=models.PROTECT)
    case = models.ForeignKey("benefits.Case", on_delete=models.PROTECT)
    outcome = models.TextField(default="passed")
    examined_by = models.TextField()
    amount_yen = models.BigIntegerField()
    level = models.TextField(db_default=Level.CHIEF.value)
    limit_yen = models.BigIntegerField(db_default=0)
    approved_at = models.DateTimeField()
    approved_by = models.TextField()

    privacy = Privacy(
        open="id examination case outcome examined_by level limit_yen approved_at approved_by",
        personal="amount_yen",
        keep=with_parent("case"),
    )

    class Meta:
        db_table = "benefits_approval"
        constraints = [
            models.CheckConstraint(condition=Q(outcome="passed"), name="approval_of_passed"),
            models.CheckConstraint(
                condition=Q(level=Level.MANAGER.value)
                | Q(level=Level.CHIEF.value, amount_yen__lte=F("limit_yen")),
                name="approval_within_limit",
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=F("examined_by")), name="approver_is_not_examiner"
            ),
            models.UniqueConstraint(
                fields=["id", "case", "examined_by", "approved_by", "amount_yen"], name="approval_amount_key"
            ),
        ]


class ApprovalReturn(models.Model):
    """差戻し of one passed examination: why the approver sent it back. It carries the examiner with it like an approval.
    Append-only."""

    examination = models.OneToOneField(Examination, on_delete=models.PROTECT)
    case = models.ForeignKey("benefits.Case", on_delete=models.PROTECT)
    outcome = models.TextField(db_default="passed")
    examined_by = models.TextField()
    reason = models.TextField()
    note = models.TextField(blank=True)
    returned_at = models.DateTimeField()
    returned_by = models.TextField()

    privacy = Privacy(
        open="id examination case outcome examined_by reason returned_at returned_by",
        personal="note",
        keep=with_parent("case"),
    )

    class Meta:
        db_table = "benefits_approval_return"
        constraints = [
            models.CheckConstraint(condition=Q(outcome="passed"), name="approval_return_of_passed"),
            models.CheckConstraint(
                condition=~Q(returned_by=F("examined_by")), name="returner_is_not_examiner"
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & (~Q(reason=OTHER) | ~Q(note="")), name="approval_return_has_reason"
            ),
        ]
