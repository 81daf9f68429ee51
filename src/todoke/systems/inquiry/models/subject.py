"""Persons of an order (照会対象者)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.inquiry.models.order import Order


class Subject(models.Model):
    """One person of an order, numbered by resident code: where to ask, or why nobody can be asked.

    `reason` is why the order asks about this person (contracts.inquiry.Inquiries.order), empty where the order did not say.
    `second_refusal` says why there was no second question although the person is taxed elsewhere.
    """

    class Standing(models.TextChoices):
        ASKED = "asked", "照会する"
        ABROAD = "abroad", "国外からの転入"
        UNREACHABLE = "unreachable", "照会できない"

    order = models.ForeignKey(Order, on_delete=models.PROTECT)
    position = models.IntegerField()
    resident_code = models.TextField()
    ward_code = models.TextField()
    previous_municipality = models.TextField()
    reason = models.TextField(db_default="")
    standing = models.TextField(choices=Standing.choices)
    refusal = models.TextField()
    integrated_number = models.TextField(null=True)
    second_refusal = models.TextField(db_default="")

    privacy = Privacy(
        open="id order position",
        personal="resident_code ward_code previous_municipality",
        specific="reason standing refusal integrated_number second_refusal",
        keep=with_parent("order"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "position"], name="subject_once_per_position"),
            models.UniqueConstraint(fields=["order", "resident_code"], name="subject_once_per_order"),
            models.CheckConstraint(
                condition=Q(standing="asked", refusal="", integrated_number__isnull=False)
                | Q(standing="abroad", refusal="")
                | Q(standing="unreachable") & ~Q(refusal=""),
                name="subject_standing_is_complete",
            ),
        ]
