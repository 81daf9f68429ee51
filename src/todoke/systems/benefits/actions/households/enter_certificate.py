"""課税証明書の入力: keyed by two people who do not see each other's figures; it counts as soon as two keyed the same."""

from __future__ import annotations

from dataclasses import asdict

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.models import Resident, TaxCertificate
from todoke.systems.benefits.queries.deciding import certificates
from todoke.systems.benefits.queries.households.household import household_of
from todoke.systems.benefits.rules.tax import certificate as tax_certificate
from todoke.systems.benefits.rules.tax.certificate import Certificate

ALIAS = "benefits"
VERB = Permission.BENEFITS_CERTIFICATE_ENTER.value


def enter_certificate(*, person: int, certificate: Certificate, by: Actor) -> TaxCertificate:
    """One keying about the resident with that id; `first_keyed_by` is set when it counts.

    Errors: NOT_FOUND; RECORD_INVALID for what cannot be; STATE_CONFLICT when the same person keyed the same before.
    """
    require(by, Permission.BENEFITS_CERTIFICATE_ENTER)
    with transaction.atomic(using=ALIAS):
        # two who key at the same moment come one after the other, and the second finds the first
        code = Resident.objects.using(ALIAS).select_for_update().filter(pk=person).values_list("resident_code", flat=True).first()  # fmt: skip
        if code is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="この住民")
        moved_in_on = household_of(person).of.entry.moved_in_on
        wrong = tax_certificate.faults(
            certificate, ours=settings.TODOKE_MUNICIPALITY, moved_in_on=moved_in_on, today=clock.today()
        )
        if wrong:
            raise TodokeError(ErrorCode.RECORD_INVALID, detail=" ".join(wrong.values()))
        same = list(certificates.waiting([code]).filter(**asdict(certificate)))
        if any(row.keyed_by == by.staff_id for row in same):
            detail = "同じ内容をあなたが先に入力しています。二人目として、ほかの職員が入力してください"
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
        kept = TaxCertificate.objects.using(ALIAS).create(
            resident_code=code,
            **asdict(certificate),
            first_keyed_by=same[0].keyed_by if same else None,
            keyed_at=clock.now(),
            keyed_by=by.staff_id,
        )
        subject = f"tax certificate {certificate.tax_year}, {'second' if same else 'first'} keying"
        record(ALIAS, by=by, verb=VERB, subject=subject, persons=1, about=Person("resident_code", code))
    return kept
