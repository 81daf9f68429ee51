"""課税証明書 that two people keyed alike: what decisions read, what one decision had read, and what waits for a second keying."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pyarrow as pa
from django.db.models import Exists, OuterRef, QuerySet

from todoke.engine import postgres
from todoke.systems.benefits.models import TaxCertificate
from todoke.systems.benefits.rules.tax import certificate as tax_certificate

ALIAS: Final = "benefits"
_OF_YEAR: Final = f"""
SELECT DISTINCT ON (resident_code) resident_code, {tax_certificate.status_sql()} AS certified
FROM benefits_tax_certificate WHERE tax_year = $1::int AND first_keyed_by IS NOT NULL ORDER BY resident_code, id DESC
"""


def of_year(tax_year: int) -> pa.Table:
    """resident_code and certified (the status): what the decision engine reads; committed rows only."""
    return postgres.read(ALIAS, _OF_YEAR, (tax_year,))


def newest(tax_year: int) -> datetime | None:
    """When the last certificate of that year came to count; None when there is none."""
    rows = TaxCertificate.objects.using(ALIAS).filter(tax_year=tax_year, first_keyed_by__isnull=False)
    return rows.order_by("-pk").values_list("keyed_at", flat=True).first()


def counted(codes: Sequence[str], tax_year: int, until: datetime) -> dict[str, TaxCertificate]:
    """Resident code → the certificate of that year that counted at that moment."""
    rows = _counted(codes).filter(tax_year=tax_year, keyed_at__lte=until)
    return {row.resident_code: row for row in rows.order_by("pk")}


def all_of(codes: Sequence[str]) -> list[TaxCertificate]:
    """Every certificate of these persons that counts or counted, the newest first."""
    return list(_counted(codes).order_by("-pk"))


def waiting(codes: Sequence[str]) -> QuerySet[TaxCertificate]:
    """Keyings that no second person has keyed alike, the newest first: those since what counts for the same year."""
    later = TaxCertificate.objects.using(ALIAS).filter(
        resident_code=OuterRef("resident_code"), tax_year=OuterRef("tax_year"), first_keyed_by__isnull=False,
        pk__gt=OuterRef("pk"),
    )  # fmt: skip
    return _keyed(codes).filter(~Exists(later), first_keyed_by__isnull=True).order_by("-pk")


def _keyed(codes: Sequence[str]) -> QuerySet[TaxCertificate]:
    return TaxCertificate.objects.using(ALIAS).filter(resident_code__in=list(codes))


def _counted(codes: Sequence[str]) -> QuerySet[TaxCertificate]:
    return _keyed(codes).filter(first_keyed_by__isnull=False)
