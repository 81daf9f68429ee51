"""正本と副本の差異: one replica that did not agree."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.linkage.flows import DifferenceState
from todoke.systems.linkage.models.reconciliation import Reconciliation


class DifferenceKind(models.TextChoices):
    """How the two sides differed."""

    MISSING = "missing", "副本がない"
    SURPLUS = "surplus", "正本にない副本"
    DIFFERENT = "different", "内容が違う"
    STALE = "stale", "副本が古い（新しい登録が未達）"


class ReplicaDifference(models.Model):
    """`integrated_number` refers to nobody: a surplus replica may be of a number that the city does not know."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="differences")
    integrated_number = models.TextField()
    fiscal_year = models.SmallIntegerField()
    kind = models.TextField(choices=DifferenceKind.choices)
    state = models.TextField(choices=DifferenceState.choices)
    state_at = models.DateTimeField()
    state_by = models.TextField()

    privacy = Privacy(
        open="id reconciliation fiscal_year kind state state_at state_by",
        specific="integrated_number",
        keep=with_parent("reconciliation"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reconciliation", "integrated_number", "fiscal_year"], name="difference_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["missing", "surplus", "different", "stale"]),
                name="difference_kind_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["integrated_number", "fiscal_year"],
                condition=Q(state__in=["open", "resent"]),
                name="difference_open",
            )
        ]
