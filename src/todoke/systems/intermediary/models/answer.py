"""The items that a provider answered an inquiry with."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NO_LONGER_NEEDED, days
from todoke.systems.intermediary.models.inquiry import Inquiry


class Answer(models.Model):
    """情報照会結果 of one inquiry that ended `answered`; the items are sealed (codecs.items)."""

    inquiry = models.OneToOneField(
        Inquiry, primary_key=True, on_delete=models.CASCADE, db_column="record_id", related_name="answer"
    )
    contents = models.BinaryField()

    privacy = Privacy(
        open="inquiry",
        sealed="contents",
        keep=days(90, since="inquiry.requested_at", law=NO_LONGER_NEEDED),
    )

    class Meta:
        db_table = "intermediary_answer"
