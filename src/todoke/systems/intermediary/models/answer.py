"""The items that a provider answered an inquiry with."""

from __future__ import annotations

from django.db import models

from todoke.systems.intermediary.models.inquiry import Inquiry
from todoke.systems.intermediary.models.tax_items import TaxItems, whole


class Answer(TaxItems):
    """情報照会結果 of one inquiry that ended `answered`."""

    inquiry = models.OneToOneField(
        Inquiry, primary_key=True, on_delete=models.CASCADE, db_column="record_id", related_name="answer"
    )

    class Meta:
        db_table = "intermediary_answer"
        constraints = [models.CheckConstraint(condition=whole(), name="answer_value_or_reason")]
