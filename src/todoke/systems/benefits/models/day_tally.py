"""日ごとの件数: forms that came and approvals that were given, so that a forecast counts no household."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class DayTally(models.Model):
    """So many more, or fewer, of a kind on a day (in Japan): triggers write it with every statement about forms and approvals
    and now and then add up what they wrote. The sum is the count, at any moment."""

    RECEIVED, APPROVED = "received", "approved"

    programme = models.ForeignKey(
        "benefits.RegisteredProgramme", on_delete=models.PROTECT, db_column="programme", db_index=False
    )
    what = models.TextField(choices=[(RECEIVED, "受付"), (APPROVED, "承認")])
    day = models.DateField()
    cases = models.BigIntegerField()

    privacy = Privacy(open="id programme what day cases", keep=for_ever(NOT_PERSONAL))

    class Meta:
        db_table = "benefits_day_tally"
