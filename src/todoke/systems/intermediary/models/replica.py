"""副本 (Replica) of 地方税関係情報: the copy that answers are made of."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.intermediary.models.link_code import LinkCode
from todoke.systems.intermediary.models.tax_items import TAX_FIELDS, TaxItems, whole


class Replica(TaxItems):
    """One person's copy; `edition` rises with every registration, so that an officer releases what was looked at."""

    person = models.OneToOneField(
        LinkCode, primary_key=True, on_delete=models.PROTECT, db_column="integrated_number"
    )
    auto_reply_prohibited = models.BooleanField()
    edition = models.IntegerField()
    registered_at = models.DateTimeField()

    privacy = Privacy(
        open="edition registered_at",
        specific=f"person auto_reply_prohibited {TAX_FIELDS}",
        keep=with_parent("person"),
    )

    class Meta:
        db_table = "intermediary_replica"
        constraints = [models.CheckConstraint(condition=whole(), name="replica_value_or_reason")]
