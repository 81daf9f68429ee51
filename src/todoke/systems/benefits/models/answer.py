"""他市町村の課税状況: the answers of the bulk query as they came, and the status read from them."""

from __future__ import annotations

from django.db import models

from todoke.systems.benefits.rules.tax_status import TaxStatus


class AnswerImport(models.Model):
    """One set of answer files (items 24–64) to one order, taken in whole. Append-only; the newest counts."""

    programme = models.TextField()
    round = models.TextField()
    sha256 = models.TextField()
    path = models.TextField()
    sealed_sha256 = models.TextField()
    records = models.BigIntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "sha256"], name="answers_once")]


class Answer(models.Model):
    """One person's answer. An absent value is NULL with its reason beside it, and never zero."""

    imported = models.ForeignKey(AnswerImport, on_delete=models.PROTECT)
    resident_code = models.TextField()
    integrated_number = models.TextField(null=True)
    ward_code = models.TextField()
    inquiry_kind = models.TextField()
    error = models.TextField(null=True)
    status = models.TextField(choices=[(status.value, status.name) for status in TaxStatus])
    tax_year = models.TextField(null=True)
    gross_income = models.BigIntegerField(null=True)
    total_income = models.BigIntegerField(null=True)
    income_levy = models.BigIntegerField(null=True)
    per_capita_levy = models.BigIntegerField(null=True)
    taxed_elsewhere = models.TextField(null=True)
    taxing_municipality = models.TextField(null=True)
    income_levy_reason = models.TextField(null=True)
    per_capita_levy_reason = models.TextField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["imported", "resident_code"], name="answer_once_per_person"),
            models.CheckConstraint(
                condition=~models.Q(status__in=["非課税", "均等割のみ課税", "所得割課税"])
                | models.Q(income_levy__isnull=False, per_capita_levy__isnull=False, tax_year__isnull=False),
                name="answer_status_needs_amounts",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="非課税") | models.Q(income_levy=0, per_capita_levy=0),
                name="answer_exempt_means_zero",
            ),
        ]
