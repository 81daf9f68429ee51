"""記録の不一致 of this municipality, as the network told it when the last round of comparison ended."""

from __future__ import annotations

from django.db import models

from todoke.contracts.exchange_records import DIFFERENCES, Difference, Side
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import SAFEGUARDS, years


class OpenDiscrepancy(models.Model):
    """What each of the three parties has on record; "" where it has none. Replaced as a whole when a round ends."""

    side = models.TextField(choices=[(side.value, side.name) for side in Side])
    permit_id = models.TextField()
    inquirer = models.TextField()
    provider = models.TextField()
    difference = models.TextField(choices=[(each.value, DIFFERENCES[each][0]) for each in Difference])
    network_outcome = models.TextField()
    inquirer_outcome = models.TextField()
    provider_outcome = models.TextField()
    found_at = models.DateTimeField()
    told_at = models.DateTimeField()

    privacy = Privacy(
        open=(
            "id side permit_id inquirer provider difference network_outcome inquirer_outcome provider_outcome "
            "found_at told_at"
        ),
        keep=years(1, since="told_at", law=SAFEGUARDS),
    )

    class Meta:
        db_table = "intermediary_open_discrepancy"
        constraints = [
            models.UniqueConstraint(fields=["side", "permit_id"], name="open_discrepancy_once_a_side")
        ]
