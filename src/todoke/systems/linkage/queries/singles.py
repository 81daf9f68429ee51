"""Reads of 一人分の情報照会."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from todoke.systems.linkage.flows import OPEN, QueryState
from todoke.systems.linkage.models import SingleQuery

ALIAS = "linkage"


def mine(staff_id: str) -> QuerySet[SingleQuery]:
    """The single queries that this person asked, newest first."""
    rows = SingleQuery.objects.using(ALIAS).select_related("query", "query__person")
    return rows.filter(asked_by=staff_id).order_by("-asked_at")


def batches_to_send() -> list[str]:
    """Batches of single queries that were not sent yet, oldest first."""
    rows = SingleQuery.objects.using(ALIAS).filter(query__state=QueryState.ACCEPTED).order_by("asked_at")
    return list(rows.values_list("query__batch_id", flat=True))


def any_open() -> bool:
    """Whether a result may still come for a single query."""
    rows = SingleQuery.objects.using(ALIAS)
    return rows.filter(Q(query__state__in=OPEN) | Q(query__state=QueryState.HELD)).exists()
