"""返還: a claim after a wrong payment. The database adds up: received + written off + open = claimed, in whole yen."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.benefits.rules.aftermath.refunds import RefundReason, RefundState, WriteOffState


class Refund(models.Model):
    """One claim of a payment, or of a part of it. Proposed by one, decided by another.

    Only its state and its sums change; the sums are those of its receipts and write-offs (triggers).
    """

    payment = models.ForeignKey("benefits.Payment", on_delete=models.PROTECT)
    paid_yen = models.BigIntegerField()
    claimed_yen = models.BigIntegerField()
    received_yen = models.BigIntegerField(default=0)
    written_off_yen = models.BigIntegerField(default=0)
    open_yen = models.BigIntegerField()
    reason = models.TextField(choices=[(each.value, each.name) for each in RefundReason])
    note = models.TextField(blank=True)
    due_on = models.DateField()
    state = models.TextField(choices=[(each.value, each.name) for each in RefundState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    proposed_at = models.DateTimeField()
    proposed_by = models.TextField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(null=True)

    privacy = Privacy(
        open="id payment due_on state state_at state_by proposed_at proposed_by decided_at decided_by",
        personal="paid_yen claimed_yen received_yen written_off_yen open_yen reason note",
        keep=with_parent("payment"),
    )

    class Meta:
        db_table = "benefits_refund"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(claimed_yen=F("received_yen") + F("written_off_yen") + F("open_yen")),
                name="refund_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(received_yen__gte=0, written_off_yen__gte=0, open_yen__gte=0, claimed_yen__gte=1),
                name="refund_of_whole_yen",
            ),
            models.CheckConstraint(
                condition=Q(claimed_yen__lte=F("paid_yen")), name="refund_not_above_payment"
            ),
            models.UniqueConstraint(
                fields=["payment"], condition=~Q(state="withdrawn"), name="refund_once_per_payment"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="refund_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "withdrawn"], received_yen=0, written_off_yen=0)
                | Q(state__in=["claimed", "reopened"], written_off_yen=0)
                | Q(state="settled", open_yen=0, written_off_yen=0)
                | Q(state="written_off", open_yen=0, written_off_yen__gte=1),
                name="refund_state_fits_sums",
            ),
        ]


class RefundInstalment(models.Model):
    """分割: one part of a plan. Append-only; the newest plan counts, and each adds up to what was open (trigger)."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT)
    plan = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    amount_yen = models.BigIntegerField()
    agreed_at = models.DateTimeField()
    agreed_by = models.TextField()

    privacy = Privacy(
        open="id refund plan number due_on agreed_at agreed_by",
        personal="amount_yen",
        keep=with_parent("refund"),
    )

    class Meta:
        db_table = "benefits_refund_instalment"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["refund", "plan", "number"], name="instalment_once"),
            models.CheckConstraint(condition=Q(amount_yen__gte=1), name="instalment_of_whole_yen"),
        ]


class RefundReceipt(models.Model):
    """納付: money that came, once for each line of the statement; `take` counts again when the one before was reversed. Append-only."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT)
    received_on = models.DateField()
    amount_yen = models.BigIntegerField()
    reference = models.TextField()
    take = models.PositiveSmallIntegerField(db_default=1)
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    privacy = Privacy(
        open="id refund received_on take recorded_at recorded_by",
        personal="amount_yen reference",
        keep=with_parent("refund"),
    )

    class Meta:
        db_table = "benefits_refund_receipt"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["received_on", "reference", "take"], name="receipt_line_once"),
            models.UniqueConstraint(
                fields=["id", "refund", "amount_yen", "recorded_by"], name="receipt_reversal_key"
            ),
            models.CheckConstraint(condition=Q(amount_yen__gte=1), name="receipt_of_whole_yen"),
            models.CheckConstraint(condition=~Q(reference=""), name="receipt_has_line"),
        ]


class RefundReversal(models.Model):
    """納付の取消し: a receipt that was recorded for the wrong claim, or wrongly; by somebody else. Append-only, once a receipt."""

    receipt = models.OneToOneField(RefundReceipt, on_delete=models.PROTECT)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT)
    amount_yen = models.BigIntegerField()
    recorded_by = models.TextField()
    reason = models.TextField()
    reversed_at = models.DateTimeField()
    reversed_by = models.TextField()

    privacy = Privacy(
        open="id receipt refund recorded_by reversed_at reversed_by",
        personal="amount_yen reason",
        keep=with_parent("refund"),
    )

    class Meta:
        db_table = "benefits_refund_reversal"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reversed_by=F("recorded_by")), name="reversal_two_persons"),
            models.CheckConstraint(condition=~Q(reason=""), name="reversal_says_why"),
        ]


class RefundReminder(models.Model):
    """督促: that the household was reminded, and of how much. Append-only."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField()
    overdue_yen = models.BigIntegerField()
    sent_at = models.DateTimeField()
    sent_by = models.TextField()

    privacy = Privacy(
        open="id refund number sent_at sent_by", personal="overdue_yen", keep=with_parent("refund")
    )

    class Meta:
        db_table = "benefits_refund_reminder"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["refund", "number"], name="refund_reminder_once"),
            models.CheckConstraint(condition=Q(overdue_yen__gte=1), name="refund_reminder_has_cause"),
        ]


class RefundWriteOff(models.Model):
    """不納欠損: the open rest is given up. Asked by one, confirmed by another; only the state changes."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT)
    amount_yen = models.BigIntegerField()
    reason = models.TextField()
    state = models.TextField(choices=[(each.value, each.name) for each in WriteOffState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.TextField(null=True)

    privacy = Privacy(
        open="id refund state state_at state_by asked_at asked_by confirmed_at confirmed_by",
        personal="amount_yen reason",
        keep=with_parent("refund"),
    )

    class Meta:
        db_table = "benefits_refund_write_off"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["refund"], condition=Q(state__in=["asked", "confirmed"]), name="write_off_one_live"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
                name="write_off_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(amount_yen__gte=1) & ~Q(reason=""), name="write_off_of_something"
            ),
        ]
