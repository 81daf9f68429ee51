"""指摘 (findings): 「いいえ」 of closed sheets, each with its remedy and deadline, until somebody confirms the promise as kept."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from todoke.assurance.flows import SheetState
from todoke.assurance.models import Answer, Confirmation, Finding, SheetItem


def findings(alias: str) -> QuerySet[SheetItem]:
    """Every one, the soonest deadline first."""
    found = SheetItem.objects.using(alias).filter(answer=Answer.NO, sheet__state=SheetState.CLOSED)
    return found.select_related("sheet").order_by("due_on", "pk")


def open_findings(alias: str) -> QuerySet[SheetItem]:
    """Those whose promise nobody has confirmed as kept since the sheet was closed."""
    mended = Confirmation.objects.using(alias).filter(
        promise=OuterRef("promise"), finding=Finding.KEPT, confirmed_at__gt=OuterRef("sheet__closed_at")
    )
    return findings(alias).filter(~Exists(mended))
