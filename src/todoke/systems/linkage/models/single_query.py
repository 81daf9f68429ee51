"""一人分の画面からの情報照会: who asked, and until when the answer lay here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.linkage.models.query import Query


class SingleQuery(models.Model):
    """A query asked from a screen. The answer is shown once, to `asked_by`: `taken_at`; or it ran out: `dropped_at`.

    The answer itself lies in Query and is gone after either (S8).
    """

    query = models.OneToOneField(Query, on_delete=models.PROTECT, primary_key=True, related_name="single")
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    purpose = models.TextField()
    answered_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="query asked_by asked_at answered_at taken_at dropped_at",
        personal="purpose",
        keep=with_parent("query"),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(purpose=""), name="single_query_has_purpose"),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(dropped_at__isnull=True), name="single_answer_one_end"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["asked_by", "-asked_at"], name="single_query_mine")]
