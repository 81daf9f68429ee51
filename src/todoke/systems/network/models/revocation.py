"""緊急失効: entries of the edition in force that count no more from now on."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever
from todoke.systems.network.models.list_edition import ListEdition


class Revocation(models.Model):
    """Every entry with these five values ends at once, by one person; only the next edition, by two, may bring it back.

    It counts while `edition` is the newest one.
    """

    edition = models.ForeignKey(ListEdition, on_delete=models.PROTECT, related_name="revocations")
    inquirer = models.TextField()
    provider = models.TextField()
    duty = models.TextField()
    procedure = models.TextField()
    information_code = models.TextField()
    reason = models.TextField()
    revoked_at = models.DateTimeField()
    revoked_by = models.TextField()

    privacy = Privacy(
        open="id edition inquirer provider duty procedure information_code reason revoked_at revoked_by",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "network_revocation"
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "inquirer", "provider", "duty", "procedure", "information_code"],
                name="entry_revoked_once",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="revocation_says_why"),
        ]
