"""登録した副本: what was registered at the intermediary, as a keyed digest."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.linkage.flows import CopyState
from todoke.systems.linkage.models.person import Person


class RegisteredCopy(models.Model):
    """One person's replica of one 年度: that there is one, since when, and an HMAC of it; none of its items (S8).

    The HMAC's key lies outside the database (contracts.replica_digests). Without it the digest tells nothing; with
    it, it tells only whether the intermediary still holds what was sent. None while a deletion is on its way.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    fiscal_year = models.SmallIntegerField()
    state = models.TextField(choices=CopyState.choices)
    digest = models.BinaryField(null=True)
    message_key = models.TextField()
    sent_at = models.DateTimeField()
    registered_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="id fiscal_year state message_key sent_at registered_at",
        specific="person",
        sealed="digest",
        keep=with_parent("person"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "fiscal_year"], name="copy_once_per_year"),
            models.CheckConstraint(
                condition=Q(state="leaving", digest__isnull=True)
                | Q(state__in=["sent", "registered"], digest__isnull=False)
                | Q(state="refused"),
                name="copy_digest_unless_leaving",
            ),
            models.CheckConstraint(
                condition=~Q(state="registered") | Q(registered_at__isnull=False),
                name="copy_registered_with_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["message_key"], name="copy_by_message"),
        ]
