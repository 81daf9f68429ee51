"""照会許可照会リストの案: the next edition as one person drafts it from a file; another publishes it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever
from todoke.systems.network.flows import DraftState


class ListDraft(models.Model):
    """`base` is the edition (0: none) with which it was compared: published only while that one is the newest.

    `sha256` is that of the file, empty for a draft that repeats the entries of `base`; `days` how long copies are good for.
    """

    base = models.IntegerField()
    file = models.TextField()
    sha256 = models.TextField()
    days = models.IntegerField()
    state = models.TextField(choices=DraftState.choices)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    drafted_by = models.TextField()
    drafted_at = models.DateTimeField()
    approved_by = models.TextField(null=True)
    approved_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="id base file sha256 days state state_at state_by drafted_by drafted_at approved_by approved_at",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "network_list_draft"
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=366), name="draft_days"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="drafted"), name="one_open_draft"),
        ]
