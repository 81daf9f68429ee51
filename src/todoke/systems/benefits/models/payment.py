"""Payments (支給) and the batches in which they go to the bank. Money is guarded by the database itself."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever, with_parent


class PaymentBatch(models.Model):
    """支払単位: cases reserved together, one date, one bank file. Append-only; it is released only if its transfers are
    as many and as much as it states."""

    programme = models.ForeignKey(
        "benefits.RegisteredProgramme", on_delete=models.PROTECT, db_column="programme"
    )
    number = models.PositiveIntegerField()
    payments = models.PositiveIntegerField()
    total_yen = models.BigIntegerField()
    transfer_on = models.DateField()
    prepared_at = models.DateTimeField()
    prepared_by = models.TextField()

    privacy = Privacy(
        open="id programme number payments total_yen transfer_on prepared_at prepared_by",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_payment_batch"
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="batch_number_once"),
            models.CheckConstraint(
                condition=Q(payments__gte=1, payments__lte=999_999), name="batch_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(total_yen__gte=F("payments")), name="batch_total_of_whole_yen"
            ),
            models.UniqueConstraint(fields=["id", "prepared_by"], name="batch_preparer_key"),
            models.UniqueConstraint(fields=["id", "payments", "total_yen"], name="batch_total_key"),
        ]


class Payment(models.Model):
    """支給: what one household is owed and gets once. At most one per programme and lineage, for ever. Append-only.

    Examiner and approver come with the approval by composite foreign key, the amount with the approval and the case."""

    programme = models.ForeignKey(
        "benefits.RegisteredProgramme", on_delete=models.PROTECT, db_column="programme"
    )
    lineage = models.TextField()
    case = models.OneToOneField("benefits.Case", on_delete=models.PROTECT)
    approval = models.OneToOneField("benefits.Approval", on_delete=models.PROTECT)
    amount_yen = models.BigIntegerField()
    examined_by = models.TextField()
    approved_by = models.TextField()
    reserved_at = models.DateTimeField()
    reserved_by = models.TextField()

    privacy = Privacy(
        open="id programme case approval amount_yen examined_by approved_by reserved_at reserved_by",
        personal="lineage",
        keep=with_parent("case"),
    )

    class Meta:
        db_table = "benefits_payment"
        constraints = [
            models.UniqueConstraint(fields=["programme", "lineage"], name="payment_once_per_lineage"),
            models.UniqueConstraint(fields=["id", "amount_yen"], name="payment_amount_key"),
        ]


class Transfer(models.Model):
    """振込: one attempt to bring a payment to an account. Append-only; a failed or recalled one is followed by another.

    `follows` is the attempt before it, of the same payment, which must have failed or come back (trigger): at most
    one attempt of a payment is alive."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT)
    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT)
    attempt = models.PositiveSmallIntegerField()
    follows = models.OneToOneField("self", on_delete=models.PROTECT, null=True)
    amount_yen = models.BigIntegerField()
    bank_code = models.TextField()
    branch_code = models.TextField()
    account_type = models.TextField()
    account_number = models.TextField()
    account_holder_kana = models.TextField()

    privacy = Privacy(
        open="id payment batch attempt follows amount_yen",
        personal="bank_code branch_code account_type account_number account_holder_kana",
        keep=with_parent("payment"),
    )

    class Meta:
        db_table = "benefits_transfer"
        constraints = [
            models.UniqueConstraint(fields=["payment", "attempt"], name="transfer_attempt_once"),
            models.UniqueConstraint(fields=["id", "batch"], name="transfer_batch_key"),
            models.UniqueConstraint(fields=["id", "amount_yen"], name="transfer_amount_key"),
            models.CheckConstraint(
                condition=Q(attempt=1, follows__isnull=True) | Q(attempt__gt=1, follows__isnull=False),
                name="transfer_follows_known",
            ),
            models.CheckConstraint(
                condition=Q(bank_code__regex="^[0-9]{4}$")
                & Q(branch_code__regex="^[0-9]{3}$")
                & Q(account_type__in=["1", "2", "4"])
                & Q(account_number__regex="^[0-9]{7}$")
                & ~Q(account_holder_kana=""),
                name="transfer_account_complete",
            ),
        ]


class BatchRelease(models.Model):
    """支払の確定 by the treasurer, who is neither preparer, approver nor examiner of anything in the batch (trigger).
    From then on the batch is locked. Append-only."""

    batch = models.OneToOneField(PaymentBatch, on_delete=models.PROTECT)
    prepared_by = models.TextField()
    released_at = models.DateTimeField()
    released_by = models.TextField()

    privacy = Privacy(
        open="id batch prepared_by released_at released_by",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_batch_release"
        constraints = [
            models.CheckConstraint(
                condition=~Q(released_by=F("prepared_by")), name="releaser_is_not_preparer"
            ),
        ]


class BankFile(models.Model):
    """総合振込ファイル: the one output of a released batch. Append-only; a second one for the batch is impossible.

    `folder` is where it was laid on the server."""

    batch = models.OneToOneField(PaymentBatch, on_delete=models.PROTECT)
    name = models.TextField()
    sha256 = models.TextField()
    payments = models.PositiveIntegerField()
    total_yen = models.BigIntegerField()
    written_at = models.DateTimeField()
    written_by = models.TextField()
    folder = models.TextField(db_default="")

    privacy = Privacy(
        open="id batch name sha256 payments total_yen written_at written_by folder",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_bank_file"


class FileHandover(models.Model):
    """受渡し: who took the bank file from the screen, once. Append-only; a second copy is impossible."""

    file = models.OneToOneField(BankFile, on_delete=models.PROTECT)
    taken_at = models.DateTimeField()
    taken_by = models.TextField()

    privacy = Privacy(open="id file taken_at taken_by", keep=for_ever(NOT_PERSONAL))

    class Meta:
        db_table = "benefits_file_handover"
