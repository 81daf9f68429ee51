"""住基ネット part: which 住民票コード belongs to a 個人番号. No number stands in the clear."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import REGISTER, for_ever


class RegisteredNumber(models.Model):
    """`number_index` = HMAC-SHA256 of the 個人番号; `sealed` = nonce ‖ AES-GCM of the 住民票コード, bound to the index.

    Both keys lie outside the database. `code_index` (HMAC of the 住民票コード) keeps one number per code.
    """

    number_index = models.BinaryField()
    code_index = models.BinaryField()
    sealed = models.BinaryField()

    privacy = Privacy(
        open="id",
        number="number_index code_index sealed",
        keep=for_ever(REGISTER),
    )

    class Meta:
        db_table = "network_registered_number"
        constraints = [
            models.UniqueConstraint(fields=["number_index"], name="registered_number_once"),
            models.UniqueConstraint(fields=["code_index"], name="registered_code_once"),
        ]
