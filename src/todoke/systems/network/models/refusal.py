"""許可されなかった照会: how many of one message, of which kind, and why. It names no person and no record."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import EXCHANGES, years


class Refusal(models.Model):
    """Append-only. `reason` is a code of `contracts.refusals`."""

    at = models.DateTimeField()
    inquirer = models.TextField()
    provider = models.TextField()
    duty = models.TextField()
    procedure = models.TextField()
    information_code = models.TextField()
    reason = models.TextField()
    records = models.IntegerField()

    privacy = Privacy(
        open="id at inquirer provider duty procedure information_code reason records",
        keep=years(7, since="at", law=EXCHANGES),
    )

    class Meta:
        db_table = "network_refusal"
        constraints = [models.CheckConstraint(condition=models.Q(records__gte=1), name="refusal_of_some")]
        indexes = [models.Index(fields=["at"], name="refusal_time")]
