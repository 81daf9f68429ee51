"""Who is known at this municipality's intermediary: the 統合番号 that 副本 hang on. Its 符号 stand in `LinkCode`, per 機関."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import REGISTER, for_ever


class Person(models.Model):
    """One 統合番号."""

    integrated_number = models.TextField(primary_key=True)

    privacy = Privacy(specific="integrated_number", keep=for_ever(REGISTER))

    class Meta:
        db_table = "intermediary_person"
