"""住基ネット part: 本人確認情報 (4情報 and whether the number is in force), for 一括提供 to cities."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import REGISTER, for_ever


class RegisteredAttributes(models.Model):
    """`number_index` as in RegisteredNumber; `sealed` = nonce ‖ AES-GCM of the four attributes, bound to the index."""

    number_index = models.BinaryField()
    sealed = models.BinaryField()
    word = models.TextField()

    privacy = Privacy(
        open="id",
        personal="word",
        sealed="sealed",
        number="number_index",
        keep=for_ever(REGISTER),
    )

    class Meta:
        db_table = "network_registered_attributes"
        constraints = [
            models.UniqueConstraint(fields=["number_index"], name="registered_attributes_once"),
            models.CheckConstraint(
                condition=Q(word__in=["current", "number_changed", "died"]),
                name="registered_attributes_word_known",
            ),
        ]
