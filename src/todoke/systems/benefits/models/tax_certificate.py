"""課税証明書の入力: what one person keyed from the certificate of somebody who moved in."""

from __future__ import annotations

from dataclasses import fields
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, years
from todoke.systems.benefits.rules.tax.certificate import MOST_YEN, Certificate


class TaxCertificate(models.Model):
    """One keying. Append-only. It counts with `first_keyed_by`: another person keyed the very same before (trigger).

    Of one person and year, the newest that counts is read by decisions.
    """

    resident_code = models.TextField()
    tax_year = models.SmallIntegerField()
    municipality = models.TextField()
    issued_on = models.DateField()
    income_levy = models.BigIntegerField()
    per_capita_levy = models.BigIntegerField()
    keyed_at = models.DateTimeField()
    keyed_by = models.TextField()
    first_keyed_by = models.TextField(null=True)

    privacy = Privacy(
        open="id keyed_at keyed_by first_keyed_by",
        personal="resident_code tax_year municipality issued_on income_levy per_capita_levy",
        keep=years(5, since="keyed_at", law=CLAIMS),
    )

    class Meta:
        db_table = "benefits_tax_certificate"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(tax_year__gte=2000, tax_year__lte=2099) & Q(municipality__regex="^[0-9]{5}$"),
                name="tax_certificate_of_year_and_place",
            ),
            models.CheckConstraint(
                condition=Q(income_levy__gte=0, income_levy__lte=MOST_YEN)
                & Q(per_capita_levy__gte=0, per_capita_levy__lte=MOST_YEN)
                & (Q(income_levy=0) | Q(per_capita_levy__gt=0)),
                name="tax_certificate_levies",
            ),
            models.CheckConstraint(
                condition=Q(first_keyed_by__isnull=True) | ~Q(first_keyed_by=F("keyed_by")),
                name="tax_certificate_two_persons",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["resident_code", "tax_year", "-id"], name="tax_certificate_of_person")
        ]

    @property
    def certificate(self) -> Certificate:
        """What stands on the paper."""
        return Certificate(**{each.name: getattr(self, each.name) for each in fields(Certificate)})
