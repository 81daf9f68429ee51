"""This municipality's own copy of 緊急失効, as the network signed it: one row, renewed every few minutes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever

THE_ROW = 1


class RevocationCopy(models.Model):
    """Never goes back in time (trigger). `entries`: the five values of each revoked entry, joined by blanks."""

    id = models.IntegerField(primary_key=True)
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    entries = ArrayField(models.TextField())
    organisations = ArrayField(models.TextField())
    body = models.BinaryField()
    signature = models.BinaryField()

    privacy = Privacy(
        open="id issued_at valid_until entries organisations body signature",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "intermediary_revocation_copy"
        constraints = [models.CheckConstraint(condition=models.Q(id=THE_ROW), name="one_revocation_copy")]
