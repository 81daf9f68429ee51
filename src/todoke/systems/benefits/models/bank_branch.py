"""金融機関・店舗コードの一覧, as dated editions; one is in use, the earlier ones stay."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class BankList(models.Model):
    """One edition, imported whole. Append-only; the newest by `as_of`, then by id, is in use."""

    as_of = models.DateField()
    name = models.TextField()
    sha256 = models.TextField(unique=True)
    branches = models.PositiveIntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.TextField()

    privacy = Privacy(
        open="id as_of name sha256 branches imported_at imported_by", keep=for_ever(NOT_PERSONAL)
    )

    class Meta:
        db_table = "benefits_bank_list"


class BankBranch(models.Model):
    """One branch in one edition; null days are open ends, empty codes: no successor. Append-only."""

    edition = models.ForeignKey(BankList, on_delete=models.PROTECT)
    bank_code = models.TextField()
    branch_code = models.TextField()
    bank_name = models.TextField()
    branch_name = models.TextField()
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    successor_bank = models.TextField()
    successor_branch = models.TextField()

    privacy = Privacy(
        open=(
            "id edition bank_code branch_code bank_name branch_name valid_from valid_until successor_bank successor_branch"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_bank_branch"
        constraints = [
            models.UniqueConstraint(fields=["edition", "bank_code", "branch_code"], name="bank_branch_once"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="bank_branch_period",
            ),
        ]
