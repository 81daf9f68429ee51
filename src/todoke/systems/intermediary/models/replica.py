"""副本 (Replica) of 地方税関係情報: the copy that answers are made of."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import TAX_YEARS, years
from todoke.systems.intermediary.models.person import Person

_UNLESS_IT_PROTECTS = """
NOT r.auto_reply_prohibited OR NOT EXISTS (
    SELECT FROM intermediary_replica n
    WHERE n.integrated_number = r.integrated_number AND n.registered_at > r.registered_at
)"""
"""自動応答不可 in any copy of a person holds every answer back: such a copy goes last."""


class Replica(models.Model):
    """One person's copy of one 年度. The newest 年度 answers; 自動応答不可 in any of them holds the answer back.

    `edition` is drawn anew from a sequence with every registration, also after a deletion, so that an officer
    releases what was looked at. `contents`: the items, sealed (codecs.items); the city checks them by 照合.
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
    contents = models.BinaryField()

    privacy = Privacy(
        open="id fiscal_year edition registered_at",
        specific="person auto_reply_prohibited",
        sealed="contents",
        keep=years(5, since="registered_at", law=TAX_YEARS, when=_UNLESS_IT_PROTECTS),
    )

    class Meta:
        db_table = "intermediary_replica"
        constraints = [
            models.UniqueConstraint(fields=["person", "fiscal_year"], name="replica_once_per_year"),
        ]
