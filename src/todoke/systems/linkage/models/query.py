"""Queries taken on (情報照会) and the answers on their way through."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.linkage.flows import QueryState
from todoke.systems.linkage.models.person import Person
from todoke.systems.linkage.models.query_batch import QueryBatch


class Query(models.Model):
    """One 情報照会 by 統合番号, asked by the organisation that carries the duty ("": the main one). `item_values` and `item_reasons` are parallel, in the order of TAX_ITEMS.

    They are in transit only: when the asking system has stored them they are dropped here (`handed_over`), so
    that linkage keeps nothing about a person but the basic attributes (S8).
    """

    record_id = models.TextField(primary_key=True)
    batch = models.ForeignKey(QueryBatch, on_delete=models.PROTECT, related_name="queries")
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    provider = models.TextField()
    duty = models.TextField()
    procedure = models.TextField()
    information_code = models.TextField()
    nondisclosure = models.TextField()
    organisation = models.TextField(db_default="")
    state = models.TextField(choices=QueryState.choices)
    error = models.TextField(db_default="")
    sequence = models.BigIntegerField(db_default=0)
    item_values = ArrayField(models.TextField(null=True), null=True)
    item_reasons = ArrayField(models.TextField(null=True), null=True)
    handed_over = models.BooleanField(db_default=False)

    privacy = Privacy(
        open=(
            "record_id batch provider duty procedure information_code nondisclosure organisation state "
            "error sequence handed_over"
        ),
        specific="person item_values item_reasons",
        keep=with_parent("batch"),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=QueryState.values), name="linkage_query_state_known"
            ),
            models.CheckConstraint(
                condition=Q(item_values__isnull=True, item_reasons__isnull=True)
                | Q(state="answered", item_values__len=16, item_reasons__len=16, handed_over=False),
                name="linkage_query_items_only_in_transit",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(item_values__isnull=False) | Q(handed_over=True),
                name="linkage_query_answer_has_items",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(error=""), name="linkage_query_refusal_says_why"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["batch", "state"], name="linkage_query_by_batch")]
