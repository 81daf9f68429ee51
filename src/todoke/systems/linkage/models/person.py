"""統合番号 and the basic attributes of its person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import REGISTER, for_ever


class Person(models.Model):
    """A person under a 統合番号: the four attributes and the sign for 自動応答不可 with its reason, and nothing else ever (S8)."""

    integrated_number = models.TextField(primary_key=True)
    name_kanji = models.TextField()
    sex = models.TextField()
    birth_date = models.DateField()
    address = models.TextField()
    auto_reply_prohibited = models.BooleanField()
    auto_reply_reason = models.TextField(db_default="")

    privacy = Privacy(
        personal="name_kanji sex birth_date address",
        specific="integrated_number auto_reply_prohibited auto_reply_reason",
        keep=for_ever(REGISTER),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(integrated_number__regex="^[0-9]{15}$"), name="person_number_is_15_digits"
            ),
            models.CheckConstraint(
                condition=Q(auto_reply_reason="") | Q(auto_reply_prohibited=True),
                name="person_reason_of_a_prohibition",
            ),
        ]
