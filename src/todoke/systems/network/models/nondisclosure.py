"""不開示 of a record, as its parties told the network (番号法23条3項); append-only."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.network.models.exchange_record import ExchangeRecord


class Nondisclosure(models.Model):
    """One judgement of one party. The newest of each party counts; lifting one is another row."""

    record = models.ForeignKey(
        ExchangeRecord, on_delete=models.PROTECT, db_column="permit_id", db_index=False, related_name="marks"
    )
    party = models.TextField()
    code = models.TextField()
    marked_at = models.DateTimeField()
    told_at = models.DateTimeField()

    privacy = Privacy(open="id record party code marked_at told_at", keep=with_parent("record"))

    class Meta:
        db_table = "network_nondisclosure"
        constraints = [
            models.UniqueConstraint(
                fields=["record", "party", "marked_at"], name="network_nondisclosure_once"
            ),
            models.CheckConstraint(
                condition=Q(party__in=["inquirer", "provider"], code__regex="^[0-9A-Z]$"),
                name="network_nondisclosure_form",
            ),
        ]
