"""情報照会 of this municipality: one question about one person, and where it stands."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.contracts.exchange_records import AFTER_ASKED
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import EXCHANGES, years


class Inquiry(models.Model):
    """`record_id` is never used twice. `sequence` is set anew at every change that the city has to learn of.

    It is drawn from a database sequence under one lock per database that is held until commit, so that a poller
    that has seen n has seen everything below n.
    """

    record_id = models.TextField(primary_key=True)
    organisation = models.TextField()
    integrated_number = models.TextField()
    provider = models.TextField()
    duty = models.TextField()
    procedure = models.TextField()
    information_code = models.TextField()
    nondisclosure = models.TextField()
    requested_at = models.DateTimeField()
    permit_id = models.TextField(null=True)
    outcome = models.TextField()
    error = models.TextField(default="")
    sequence = models.BigIntegerField(null=True)

    privacy = Privacy(
        open=(
            "record_id organisation provider duty procedure information_code nondisclosure requested_at "
            "permit_id outcome error sequence"
        ),
        specific="integrated_number",
        keep=years(7, since="requested_at", law=EXCHANGES),
    )

    class Meta:
        db_table = "intermediary_inquiry"
        constraints = [
            models.UniqueConstraint(fields=["permit_id"], name="inquiry_permit_once"),
            models.UniqueConstraint(fields=["sequence"], name="inquiry_sequence_once"),
            models.CheckConstraint(
                condition=Q(outcome="asked", sequence__isnull=True)
                | Q(outcome__in=AFTER_ASKED, sequence__isnull=False),
                name="inquiry_change_has_sequence",
            ),
            models.CheckConstraint(
                condition=Q(permit_id__isnull=False) | Q(outcome__in=["asked", "refused"]),
                name="inquiry_result_needs_permit",
            ),
        ]
        indexes = [models.Index(fields=["record_id"], name="inquiry_open", condition=Q(outcome="asked"))]
