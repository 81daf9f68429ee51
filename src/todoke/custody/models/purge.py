"""消去の記録: what was deleted, how much, by which law, and who asked and who confirmed; stays for ever."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.custody.flows import PurgeState
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever, with_parent


class Purge(models.Model):
    """Rows of one model that were due at `cutoff`. `run` binds the models of one request together.

    `digest` is the SHA-256 over the primary keys as text, sorted by code point and joined by line feeds: it proves which
    rows went without naming them. Only the state and its acts change (trigger).
    """

    run = models.TextField()
    model = models.TextField()
    table_name = models.TextField()
    rows = models.BigIntegerField()
    digest = models.BinaryField()
    cutoff = models.DateTimeField()
    legal_basis = models.TextField()
    state = models.TextField(choices=PurgeState.choices)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    requested_by = models.TextField()
    requested_at = models.DateTimeField()
    confirmed_by = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open=(
            "id run model table_name rows digest cutoff legal_basis state state_at state_by requested_by"
            " requested_at confirmed_by confirmed_at"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "custody_purge"
        constraints = [
            models.UniqueConstraint(fields=["run", "model"], name="purge_model_once_per_run"),
            models.UniqueConstraint(
                fields=["table_name"],
                condition=Q(state__in=["requested", "confirmed"]),
                name="purge_one_open_per_table",
            ),
            models.CheckConstraint(
                condition=Q(rows__gte=1) & ~Q(legal_basis=""), name="purge_has_rows_and_law"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("requested_by")),
                name="purge_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["requested", "withdrawn"], confirmed_by__isnull=True, confirmed_at__isnull=True
                )
                | Q(state__in=["confirmed", "done"], confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="purge_state_has_its_people",
            ),
        ]


class PurgeKey(models.Model):
    """A row still to be deleted; goes with the row. Added only while the purge is requested (trigger)."""

    purge = models.ForeignKey(Purge, on_delete=models.PROTECT, related_name="keys")
    key = models.TextField()

    privacy = Privacy(open="id purge", specific="key", keep=with_parent("purge"))

    class Meta:
        db_table = "custody_purge_key"
        constraints = [models.UniqueConstraint(fields=["purge", "key"], name="purge_key_once")]
