"""配布状況: which edition of 照会許可照会リスト each party was given, and which it said that it has."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class ListHolder(models.Model):
    """`given`: the newest edition handed out; `known`: what the party named when it last asked; 0 for none."""

    party = models.TextField(primary_key=True)
    given = models.IntegerField(default=0)
    given_at = models.DateTimeField(null=True)
    known = models.IntegerField(default=0)
    known_at = models.DateTimeField()
    revocations_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="party given given_at known known_at revocations_at",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "network_list_holder"
