"""不開示の判断 of the other party of a permit, as the network told it; append-only."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import EXCHANGES, years


class PartnerNondisclosure(models.Model):
    """The newest `marked_at` counts. What the other party withholds is not disclosed here either.

    Bound to the permit, not to our record: the judgement may come before the request that makes the record.
    """

    permit_id = models.TextField()
    code = models.TextField()
    marked_at = models.DateTimeField()
    told_at = models.DateTimeField()

    privacy = Privacy(
        open="id permit_id code marked_at told_at", keep=years(7, since="marked_at", law=EXCHANGES)
    )

    class Meta:
        db_table = "intermediary_partner_nondisclosure"
        constraints = [
            models.UniqueConstraint(fields=["permit_id", "marked_at"], name="partner_nondisclosure_once")
        ]
