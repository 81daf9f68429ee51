"""The items that a provider answered an inquiry with."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NO_LONGER_NEEDED, days
from todoke.systems.intermediary.models.inquiry import Inquiry
from todoke.systems.intermediary.models.tax_items import TAX_FIELDS, TaxItems, whole


class Answer(TaxItems):
    """情報照会結果 of one inquiry that ended `answered`."""

    inquiry = models.OneToOneField(
        Inquiry, primary_key=True, on_delete=models.CASCADE, db_column="record_id", related_name="answer"
    )

    privacy = Privacy(
        open="inquiry",
        specific=TAX_FIELDS,
        keep=days(90, since="inquiry.requested_at", law=NO_LONGER_NEEDED),
    )

    class Meta:
        db_table = "intermediary_answer"
        constraints = [models.CheckConstraint(condition=whole(), name="answer_value_or_reason")]
