"""What the checks found in an answer (回答の検査結果)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.inquiry.models.query import Query


class Finding(models.Model):
    """One finding about one answer (rules/answer_checks.py); `refuse` made it 回答エラー, `check` only shows. Append-only."""

    query = models.ForeignKey(Query, on_delete=models.PROTECT)
    code = models.TextField()
    severity = models.TextField(choices=[("refuse", "回答エラー"), ("check", "要確認")])
    edition = models.SmallIntegerField()
    found_at = models.DateTimeField()

    privacy = Privacy(open="id query edition found_at", specific="code severity", keep=with_parent("query"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["query", "code"], name="finding_once_per_answer"),
            models.CheckConstraint(
                condition=Q(severity__in=["refuse", "check"]), name="finding_severity_known"
            ),
        ]
