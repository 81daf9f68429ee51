"""How batches, their states and the bank's hours are named on the payment screens."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils.safestring import SafeString

from todoke.kernel.clock import JAPAN, now, wareki
from todoke.pages.templatetags.parts import make_chip
from todoke.systems.benefits.queries.payments.batches import Batch
from todoke.systems.benefits.rules.payments import bank_days
from todoke.systems.benefits.rules.payments.office import PayingOffice


def crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    """Home, the batches, and where the page stands below them."""
    return [("ホーム", "/"), ("支払", reverse("benefits-payments")), *further]


def place(code: str, number: int) -> str:
    """The page of one batch."""
    return reverse("benefits-payment", args=[code, number])


def below(code: str, number: int, here: str) -> list[tuple[str, str]]:
    """Where a page below one batch stands."""
    return crumbs((f"支払単位 {number}", place(code, number)), (here, ""))


def state(batch: Batch) -> tuple[str, str]:
    """How far the batch is, in words, and the tone."""
    if batch.cancelled_at:
        return "取消し済み", "fail"
    if batch.cancel_asked_at:
        return "取消しの確認待ち", "warn"
    if batch.taken_at:
        return "銀行へ引渡し", "good"
    if batch.written_at:
        return "ファイル作成済み", "good"
    return ("確定済み", "good") if batch.released_at else ("確定待ち", "wait")


def state_chip(batch: Batch) -> SafeString:
    """The same as a chip."""
    return make_chip(*state(batch))


def yen(amount: int) -> str:
    """100,000円."""
    return f"{amount:,}円"


def deadline(transfer_on: date, office: PayingOffice) -> str:
    """令和4年3月30日 12:00まで; says so when it is over."""
    until = office.cut_off(transfer_on)
    over = "（過ぎています）" if until <= now() else ""
    return f"{wareki(until.date())} {until.astimezone(JAPAN):%H:%M}まで{over}"


def calendar(office: PayingOffice) -> str:
    """The next days on which the bank pays, and until when each may be ordered."""
    first = office.earliest(now())
    days = [first, bank_days.after(first, 1), bank_days.after(first, 2)]
    return "、".join(f"{wareki(day)}（締切 {deadline(day, office)}）" for day in days)


def moment(at: object) -> str:
    """令和4年3月30日 12:00, within a sentence."""
    assert isinstance(at, datetime)
    local = at.astimezone(JAPAN)
    return f"{wareki(local.date())} {local:%H:%M}"
