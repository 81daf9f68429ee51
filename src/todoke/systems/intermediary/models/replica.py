"""副本 (Replica) of 地方税関係情報: the copy that answers are made of."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.intermediary.models.person import Person
from todoke.systems.intermediary.models.tax_items import TAX_FIELDS, TaxItems, whole


class Replica(TaxItems):
    """One person's copy of one 年度. The newest 年度 answers; 自動応答不可 in any of them holds the answer back.

    `edition` is drawn anew from a sequence with every registration, also after a deletion, so that an officer
    releases what was looked at.
    """

    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        db_column="integrated_number",
        db_index=False,
        related_name="replicas",
    )
    fiscal_year = models.SmallIntegerField()
    auto_reply_prohibited = models.BooleanField()
    edition = models.IntegerField()
    registered_at = models.DateTimeField()

    privacy = Privacy(
        open="id fiscal_year edition registered_at",
        specific=f"person auto_reply_prohibited {TAX_FIELDS}",
        keep=with_parent("person"),
    )

    class Meta:
        db_table = "intermediary_replica"
        constraints = [
            models.CheckConstraint(condition=whole(), name="replica_value_or_reason"),
            models.UniqueConstraint(fields=["person", "fiscal_year"], name="replica_once_per_year"),
        ]
