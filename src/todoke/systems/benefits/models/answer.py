"""他市町村の課税状況: the answers of the bulk query as they came, and the status read from them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, with_parent, years
from todoke.systems.benefits.rules.tax.tax_status import ANSWERABLE


class AnswerImport(models.Model):
    """One set of answer files (items 24–64) to one order, taken in whole. Append-only; an order's newest counts."""

    order = models.ForeignKey("benefits.InquiryOrder", on_delete=models.PROTECT)
    sha256 = models.TextField()
    path = models.TextField()
    sealed_sha256 = models.TextField()
    records = models.BigIntegerField()
    missing = models.BigIntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.TextField()

    privacy = Privacy(
        open="id order sha256 path sealed_sha256 records missing imported_at imported_by",
        keep=years(5, since="imported_at", law=CLAIMS, files=("path",)),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "sha256"], name="answers_once")]


class Answer(models.Model):
    """One person's answer: items 25–29, then values 31–46 and their reasons 48–63 in the order of the record.

    An absent value is NULL with its reason beside it, and never zero. `finding` says why an answer could not be
    used (rules/tax/answer_status.py). Append-only.
    """

    imported = models.ForeignKey(AnswerImport, on_delete=models.PROTECT)
    resident_code = models.TextField()
    integrated_number = models.TextField(null=True)
    ward_code = models.TextField()
    inquiry_kind = models.TextField()
    error_reason = models.TextField(null=True)
    status = models.TextField(choices=[(status.value, status.name) for status in ANSWERABLE])
    finding = models.TextField()
    tax_year = models.TextField(null=True)
    gross_income = models.BigIntegerField(null=True)
    total_income = models.BigIntegerField(null=True)
    dependants_general = models.BigIntegerField(null=True)
    dependants_specific = models.BigIntegerField(null=True)
    dependants_elderly = models.BigIntegerField(null=True)
    dependants_under16 = models.BigIntegerField(null=True)
    housing_credit = models.BigIntegerField(null=True)
    housing_credit_before_transfer = models.BigIntegerField(null=True)
    donation_credit = models.BigIntegerField(null=True)
    donation_credit_before_transfer = models.BigIntegerField(null=True)
    income_levy = models.BigIntegerField(null=True)
    income_levy_before_transfer = models.BigIntegerField(null=True)
    per_capita_levy = models.BigIntegerField(null=True)
    taxed_elsewhere = models.TextField(null=True)
    taxing_municipality = models.TextField(null=True)
    tax_year_reason = models.TextField(null=True)
    gross_income_reason = models.TextField(null=True)
    total_income_reason = models.TextField(null=True)
    dependants_general_reason = models.TextField(null=True)
    dependants_specific_reason = models.TextField(null=True)
    dependants_elderly_reason = models.TextField(null=True)
    dependants_under16_reason = models.TextField(null=True)
    housing_credit_reason = models.TextField(null=True)
    housing_credit_before_transfer_reason = models.TextField(null=True)
    donation_credit_reason = models.TextField(null=True)
    donation_credit_before_transfer_reason = models.TextField(null=True)
    income_levy_reason = models.TextField(null=True)
    income_levy_before_transfer_reason = models.TextField(null=True)
    per_capita_levy_reason = models.TextField(null=True)
    taxed_elsewhere_reason = models.TextField(null=True)
    taxing_municipality_reason = models.TextField(null=True)

    privacy = Privacy(
        open="id imported",
        personal="resident_code ward_code",
        specific=(
            "integrated_number inquiry_kind error_reason status finding tax_year gross_income "
            "total_income dependants_general dependants_specific dependants_elderly "
            "dependants_under16 housing_credit housing_credit_before_transfer donation_credit "
            "donation_credit_before_transfer income_levy income_levy_before_transfer "
            "per_capita_levy taxed_elsewhere taxing_municipality tax_year_reason "
            "gross_income_reason total_income_reason dependants_general_reason "
            "dependants_specific_reason dependants_elderly_reason dependants_under16_reason "
            "housing_credit_reason housing_credit_before_transfer_reason donation_credit_reason "
            "donation_credit_before_transfer_reason income_levy_reason "
            "income_levy_before_transfer_reason per_capita_levy_reason taxed_elsewhere_reason "
            "taxing_municipality_reason"
        ),
        keep=with_parent("imported"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["imported", "resident_code"], name="answer_once_per_person"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in ANSWERABLE]), name="answer_status_known"
            ),
            # "IS NOT NULL" stands apart: a comparison with NULL would let the row pass
            models.CheckConstraint(
                condition=~Q(status__in=["非課税", "均等割のみ課税", "所得割課税"])
                | Q(
                    inquiry_kind="01",
                    income_levy__isnull=False,
                    per_capita_levy__isnull=False,
                    tax_year__isnull=False,
                ),
                name="answer_status_needs_amounts",
            ),
            models.CheckConstraint(
                condition=~Q(status="非課税")
                | Q(income_levy=0, per_capita_levy=0, taxed_elsewhere="0", taxed_elsewhere__isnull=False),
                name="answer_exempt_means_zero",
            ),
        ]
