"""保存期間と消去の一覧: what is due, what was deleted when, and its proofs. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.custody import due
from todoke.custody.flows import PurgeState
from todoke.custody.models import Purge
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.privacy.classes import declaration
from todoke.privacy.retention import words

LISTED = "privacy:purge:list"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """How long rows of a model are kept, how many are due now, and its last deletion."""

    model: str
    keep: str
    due: int
    gone: int | None
    gone_at: datetime | None


def overview(alias: str, *, by: Actor) -> list[Kept]:
    """Every model whose rows are deleted sometime, in the order of deletion. Nothing is changed but the log."""
    require(by, Permission.PRIVACY_PURGE_LIST)
    with transaction.atomic(using=alias):
        counts = due.stage_due(alias, clock.now())
        record(alias, by=by, verb=LISTED, subject=f"models:{len(counts)} rows:{sum(counts.values())}")
    done = Purge.objects.using(alias).filter(state=PurgeState.DONE).order_by("state_at")
    last = {purge.model: purge for purge in done}
    return [
        Kept(
            model=model._meta.label,
            keep=words(declaration(model).keep),
            due=counts.get(model, 0),
            gone=last[model._meta.label].rows if model._meta.label in last else None,
            gone_at=last[model._meta.label].state_at if model._meta.label in last else None,
        )
        for model in due.purgeable(alias)
    ]


def history(alias: str, *, by: Actor) -> list[Purge]:
    """Requests and deletions with their proofs, newest first."""
    require(by, Permission.PRIVACY_PURGE_LIST)
    return list(Purge.objects.using(alias).order_by("-pk"))
