"""結果の引取り: how far the city has come in taking its results away."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class ResultPoll(models.Model):
    """One row: `after` is the highest sequence that the city said it has seen, `polled_at` when it last asked."""

    after = models.BigIntegerField()
    polled_at = models.DateTimeField()

    privacy = Privacy(open="id after polled_at", keep=for_ever(NOT_PERSONAL))

    class Meta:
        db_table = "intermediary_result_poll"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="result_poll_is_one_row")]
