"""副本の登録 as it came in: what one message of the city did to the copies, in numbers; append-only."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import SAFEGUARDS, years


class ReplicaDelivery(models.Model):
    """How many copies of a 年度 were registered anew, replaced (訂正) and deleted (削除)."""

    fiscal_year = models.SmallIntegerField()
    taken_at = models.DateTimeField()
    registered = models.IntegerField()
    replaced = models.IntegerField()
    deleted = models.IntegerField()

    privacy = Privacy(
        open="id fiscal_year taken_at registered replaced deleted",
        keep=years(1, since="taken_at", law=SAFEGUARDS),
    )

    class Meta:
        db_table = "intermediary_replica_delivery"
