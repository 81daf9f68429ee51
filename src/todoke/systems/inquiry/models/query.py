"""Questions about persons (情報照会内容登録情報) and their answers."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.inquiry.flows import QueryState
from todoke.systems.inquiry.models.request_file import RequestFile
from todoke.systems.inquiry.models.subject import Subject


class Query(models.Model):
    """One attempt at a question: round 1 goes to the previous municipality, round 2 to where the tax is levied.

    A failed question is asked again as a further attempt of its round. `current` is the attempt that counts: the
    newest, or the one that was answered. `reason` says why a question expired and stays when an answer comes late.
    `item_values` and `item_reasons` are parallel, in the order of TAX_ITEMS: a value or the reason of its absence.
    """

    record_id = models.TextField(primary_key=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT)
    round = models.SmallIntegerField()
    attempt = models.SmallIntegerField(db_default=1)
    current = models.BooleanField(db_default=True)
    provider = models.TextField()
    request_file = models.ForeignKey(RequestFile, on_delete=models.PROTECT, null=True)
    state = models.TextField(choices=QueryState.choices)
    error = models.TextField(db_default="")
    reason = models.TextField(db_default="")
    drafted_at = models.DateTimeField()
    drafted_by = models.TextField()
    state_at = models.DateTimeField()
    state_by = models.TextField()
    item_values = ArrayField(models.TextField(null=True), null=True)
    item_reasons = ArrayField(models.TextField(null=True), null=True)

    privacy = Privacy(
        open=(
            "record_id subject round attempt current provider request_file state error reason "
            "drafted_at drafted_by state_at state_by"
        ),
        specific="item_values item_reasons",
        keep=with_parent("subject"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "round", "attempt"], name="query_once_per_attempt"),
            models.UniqueConstraint(
                fields=["subject", "round"], condition=Q(current=True), name="query_one_attempt_counts"
            ),
            models.UniqueConstraint(
                fields=["subject", "provider"],
                condition=Q(state__in=["drafted", "asked", "held"]),
                name="query_one_open_per_provider",
            ),
            models.CheckConstraint(
                condition=Q(attempt__gte=1, attempt__lte=36), name="query_attempt_has_a_record_id"
            ),
            models.CheckConstraint(condition=Q(round__in=[1, 2]), name="query_one_hop_at_most"),
            models.CheckConstraint(condition=Q(state__in=QueryState.values), name="query_state_known"),
            models.CheckConstraint(
                condition=Q(state="answered", item_values__len=16, item_reasons__len=16)
                | ~Q(state="answered") & Q(item_values__isnull=True, item_reasons__isnull=True),
                name="query_items_only_with_answer",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "rejected", "expired"]) | ~Q(error=""),
                name="query_refusal_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="expired") | ~Q(reason=""), name="query_expiry_says_why"
            ),
            models.CheckConstraint(
                condition=Q(state="drafted") | Q(request_file__isnull=False), name="query_asked_in_a_file"
            ),
        ]
