"""情報提供 that have arrived and wait for their permit to be known here (either may come first)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NO_LONGER_NEEDED, days


class ArrivedProvision(models.Model):
    """A row lives until the network's answer names the permit of its record; usually within one transaction."""

    permit_id = models.TextField()
    record_id = models.TextField()
    outcome = models.TextField()
    error = models.TextField()
    provided_at = models.DateTimeField()
    contents = models.BinaryField(null=True)

    privacy = Privacy(
        open="id permit_id record_id outcome error provided_at",
        sealed="contents",
        keep=days(90, since="provided_at", law=NO_LONGER_NEEDED),
    )

    class Meta:
        db_table = "intermediary_arrived_provision"
        constraints = [
            models.UniqueConstraint(fields=["record_id", "permit_id", "outcome"], name="arrived_once"),
            models.CheckConstraint(
                condition=Q(outcome="answered", contents__isnull=False)
                | (Q(outcome__in=["no_record", "held", "release_refused", "refused"], contents__isnull=True)),
                name="arrived_items_by_outcome",
            ),
        ]
