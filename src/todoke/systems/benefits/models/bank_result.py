"""銀行の結果: what became of every transfer, recalls (組戻), and the accounts that follow a failure."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever, with_parent
from todoke.systems.benefits.rules.payments.failures import AccountSource, FailureClass, Outcome, RecallState


class ResultFile(models.Model):
    """One list of results for one batch, taken whole. Append-only; the same content never twice.

    `rest_is_paid`: the list named only what failed, and the person said that all others were paid.
    """

    batch = models.ForeignKey("benefits.PaymentBatch", on_delete=models.PROTECT)
    name = models.TextField()
    sha256 = models.TextField(unique=True)
    rest_is_paid = models.BooleanField()
    paid = models.PositiveIntegerField()
    paid_yen = models.BigIntegerField()
    failed = models.PositiveIntegerField()
    failed_yen = models.BigIntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.TextField()

    privacy = Privacy(
        open="id batch name sha256 rest_is_paid paid paid_yen failed failed_yen imported_at imported_by",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_result_file"
        constraints = [models.UniqueConstraint(fields=["id", "batch"], name="result_file_batch_key")]


class TransferResult(models.Model):
    """The end of one attempt: paid, or failed with the bank's reason. Append-only; one per attempt, for ever.

    `source_row` is null where the list did not name the transfer (`rest_is_paid`).
    """

    transfer = models.OneToOneField("benefits.Transfer", on_delete=models.PROTECT)
    batch = models.ForeignKey("benefits.PaymentBatch", on_delete=models.PROTECT)
    file = models.ForeignKey(ResultFile, on_delete=models.PROTECT)
    outcome = models.TextField(choices=[(each.value, each.name) for each in Outcome])
    failure = models.TextField()
    amount_yen = models.BigIntegerField()
    settled_on = models.DateField()
    source_row = models.PositiveIntegerField(null=True)

    privacy = Privacy(
        open="id transfer batch file amount_yen settled_on source_row",
        personal="outcome failure",
        keep=with_parent("transfer"),
    )

    class Meta:
        db_table = "benefits_transfer_result"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="paid", failure="")
                | Q(outcome="failed", failure__in=[each.value for each in FailureClass]),
                name="result_failed_has_class",
            ),
        ]


class Recall(models.Model):
    """組戻: money is asked back from the bank. Asked by one, confirmed by another; only the state changes, forward.

    At most one that is open or returned per attempt.
    """

    transfer = models.ForeignKey("benefits.Transfer", on_delete=models.PROTECT)
    reason = models.TextField()
    state = models.TextField(choices=[(each.value, each.name) for each in RecallState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.TextField(null=True)
    returned_on = models.DateField(null=True)

    privacy = Privacy(
        open=("id transfer state state_at state_by asked_at asked_by confirmed_at confirmed_by returned_on"),
        personal="reason",
        keep=with_parent("transfer"),
    )

    class Meta:
        db_table = "benefits_recall"
        constraints = [
            models.UniqueConstraint(
                fields=["transfer"],
                condition=Q(state__in=["asked", "confirmed", "returned"]),
                name="recall_one_live",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
                name="recall_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state="returned", returned_on__isnull=False)
                | (~Q(state="returned") & Q(returned_on__isnull=True)),
                name="recall_returned_has_day",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="recall_has_reason"),
        ]


class AccountCorrection(models.Model):
    """口座の訂正: an account that replaces the one on the form. Append-only; the newest of a case counts.

    Where it is known from and of which day stays with it (facts/benefit.md §2: 公金受取口座 become invalid by mergers).
    """

    case = models.ForeignKey("benefits.Case", on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField()
    bank_code = models.TextField()
    branch_code = models.TextField()
    account_type = models.TextField()
    account_number = models.TextField()
    account_holder_kana = models.TextField()
    source = models.TextField(choices=[(each.value, each.name) for each in AccountSource])
    source_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    privacy = Privacy(
        open="id case number source source_on recorded_at recorded_by",
        personal="bank_code branch_code account_type account_number account_holder_kana",
        keep=with_parent("case"),
    )

    class Meta:
        db_table = "benefits_account_correction"
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="correction_number_once"),
            models.CheckConstraint(
                condition=Q(bank_code__regex="^[0-9]{4}$")
                & Q(branch_code__regex="^[0-9]{3}$")
                & Q(account_type__in=["1", "2", "4"])
                & Q(account_number__regex="^[0-9]{7}$")
                & ~Q(account_holder_kana=""),
                name="correction_account_complete",
            ),
        ]
