"""不開示の判断 of this municipality about one of its records (番号法23条2項): one officer proposes, another confirms."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.intermediary.flows import NondisclosureState
from todoke.systems.intermediary.models.exchange_record import ExchangeRecord


class Nondisclosure(models.Model):
    """The newest confirmed one counts: setting and lifting are both judgements, told apart by the code alone.

    Until the first one the record has the 照会側不開示コード that its inquiry came with, as provider none.
    """

    record = models.ForeignKey(
        ExchangeRecord, on_delete=models.PROTECT, db_index=False, related_name="judgements"
    )
    code = models.TextField()
    reason = models.TextField()
    state = models.TextField(choices=[(state.value, state.name) for state in NondisclosureState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField()
    confirmed_by = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="id record code state state_at state_by proposed_by proposed_at confirmed_by confirmed_at",
        personal="reason",
        keep=with_parent("record"),
    )

    class Meta:
        db_table = "intermediary_nondisclosure"
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(state="proposed"), name="nondisclosure_one_proposal"
            ),
            models.CheckConstraint(
                condition=Q(code__regex="^[0-9A-Z]$") & ~Q(reason=""), name="nondisclosure_code_and_reason"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="nondisclosure_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", confirmed_by__isnull=False, confirmed_at__isnull=False)
                | Q(
                    state__in=["proposed", "withdrawn"], confirmed_by__isnull=True, confirmed_at__isnull=True
                ),
                name="nondisclosure_state_has_its_people",
            ),
        ]
        indexes = [models.Index(fields=["record"], name="nondisclosure_of_record")]
