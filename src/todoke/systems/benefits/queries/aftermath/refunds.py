"""返還と辞退: claims with what came and what is overdue, for lists and for one page."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Final

from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import (
    Decline,
    Refund,
    RefundInstalment,
    RefundReceipt,
    RefundReminder,
    RefundReversal,
    RefundWriteOff,
)
from todoke.systems.benefits.rules.aftermath.declines import DeclineState
from todoke.systems.benefits.rules.aftermath.refunds import OPEN, Part, RefundState, WriteOffState, overdue

ALIAS = "benefits"
SHOWN: Final = 500


def one(refund_id: int) -> Refund:
    """That claim with its payment and case; NOT_FOUND otherwise."""
    found = (
        Refund.objects.using(ALIAS).select_related("payment__case__programme").filter(pk=refund_id).first()
    )
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この返還の請求")
    return found


def listed(state: str) -> list[tuple[Refund, int]]:
    """Claims with what is overdue of each, newest first."""
    rows = Refund.objects.using(ALIAS).select_related("payment__case").order_by("-pk")
    found = list((rows.filter(state=state) if state else rows)[:SHOWN])
    plans = _plans(found)
    return [(row, _late(row, plans[row.pk])) for row in found]


def late(refund: Refund) -> int:
    """What is overdue of one claim."""
    return _late(refund, plan(refund))


def _late(refund: Refund, planned: list[Part]) -> int:
    if refund.state not in OPEN:
        return 0
    return overdue(refund.open_yen, refund.due_on, planned, clock.today())


def _plans(found: list[Refund]) -> dict[int, list[Part]]:
    """The newest plan of each, in one query."""
    plans: dict[int, dict[int, list[Part]]] = defaultdict(lambda: defaultdict(list))
    rows = RefundInstalment.objects.using(ALIAS).filter(refund__in=found).order_by("plan", "number")
    for row in rows:
        plans[row.refund_id][row.plan].append(Part(row.due_on, row.amount_yen))
    return defaultdict(list, {refund: by_plan[max(by_plan)] for refund, by_plan in plans.items()})


def plan(refund: Refund) -> list[Part]:
    """The newest plan; empty without one."""
    return _plans([refund])[refund.pk]


def last_plan(refund: Refund) -> int:
    """Its number; 0 without one."""
    newest = RefundInstalment.objects.using(ALIAS).filter(refund=refund).order_by("-plan").first()
    return newest.plan if newest else 0


def receipts(refund: Refund) -> list[RefundReceipt]:
    """What came, oldest first."""
    return list(RefundReceipt.objects.using(ALIAS).filter(refund=refund).order_by("received_on", "pk"))


def receipt(receipt_id: int) -> RefundReceipt:
    """That receipt; NOT_FOUND otherwise."""
    found = RefundReceipt.objects.using(ALIAS).filter(pk=receipt_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この納付")
    return found


def takes(received_on: date, reference: str) -> int:
    """How often that line of the statement was recorded before; all but the last were reversed."""
    return RefundReceipt.objects.using(ALIAS).filter(received_on=received_on, reference=reference).count()


def reversals(refund: Refund) -> dict[int, RefundReversal]:
    """By the receipt that each of them reversed."""
    return {row.receipt_id: row for row in RefundReversal.objects.using(ALIAS).filter(refund=refund)}


def reminders(refund: Refund) -> list[RefundReminder]:
    """Reminders, oldest first."""
    return list(RefundReminder.objects.using(ALIAS).filter(refund=refund).order_by("number"))


def write_off_asked(refund: Refund) -> RefundWriteOff | None:
    """The write-off that waits for a second person."""
    return RefundWriteOff.objects.using(ALIAS).filter(refund=refund, state=WriteOffState.ASKED).first()


def write_off(write_off_id: int) -> RefundWriteOff:
    """That write-off; NOT_FOUND otherwise."""
    rows = RefundWriteOff.objects.using(ALIAS).select_related("refund__payment__case")
    found = rows.filter(pk=write_off_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この不納欠損")
    return found


def to_decide(but_by: str) -> int:
    """Claims and write-offs that wait for somebody else than this person."""
    claims = Refund.objects.using(ALIAS).filter(state=RefundState.PROPOSED).exclude(proposed_by=but_by)
    offs = RefundWriteOff.objects.using(ALIAS).filter(state=WriteOffState.ASKED).exclude(asked_by=but_by)
    return claims.count() + offs.count()


def decline(decline_id: int) -> Decline:
    """That decline with its case; NOT_FOUND otherwise."""
    found = Decline.objects.using(ALIAS).select_related("case").filter(pk=decline_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この辞退の申出")
    return found


def declines() -> list[Decline]:
    """Declines, newest first."""
    return list(Decline.objects.using(ALIAS).select_related("case").order_by("-pk")[:SHOWN])


def declines_to_confirm(but_by: str) -> int:
    """Declines that somebody else than this person has to confirm."""
    return Decline.objects.using(ALIAS).filter(state=DeclineState.NOTED).exclude(noted_by=but_by).count()
