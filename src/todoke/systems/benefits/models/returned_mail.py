"""返戻 and 再発送: letters that came back, and the order to send one again after the address was checked."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.benefits.models.letter import Letter
from todoke.systems.benefits.rules.letters.returns import ReturnReason


class ReturnedMail(models.Model):
    """A letter that the post brought back; undone when the wrong envelope was scanned."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT)
    reason = models.TextField(choices=[(reason.value, reason.name) for reason in ReturnReason])
    noted_at = models.DateTimeField()
    noted_by = models.TextField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(null=True)

    privacy = Privacy(
        open="id letter noted_at noted_by undone_at undone_by", personal="reason", keep=with_parent("letter")
    )

    class Meta:
        db_table = "benefits_returned_mail"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["letter"], condition=Q(undone_at__isnull=True), name="returned_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["noted_by", "noted_at"], name="returned_last_own")]


class ResendOrder(models.Model):
    """再発送の指示: the same letter once more, to the newest address. Append-only.

    `checked`: how the address was checked. Not for a household whose letters came back twice (trigger).
    """

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT)
    checked = models.TextField()
    ordered_at = models.DateTimeField()
    ordered_by = models.TextField()

    privacy = Privacy(open="id letter ordered_at ordered_by", personal="checked", keep=with_parent("letter"))

    class Meta:
        db_table = "benefits_resend_order"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(checked=""), name="resend_was_checked"),
        ]
