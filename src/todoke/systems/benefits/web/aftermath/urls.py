"""Routes, menu entries and home cards of what comes after the payment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.systems.benefits.web.aftermath import achievement, appeals, declines, refunds

_REFUND: Final = "benefits/refunds/<int:refund_id>"
_OFF: Final = "benefits/write-offs/<int:write_off_id>"
_APPEAL: Final = "benefits/appeals/<int:appeal_id>"

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/refunds", refunds.listed, name="benefits-refunds"),
    path("benefits/refunds/new", refunds.new, name="benefits-refund-new"),
    path(_REFUND, refunds.one, name="benefits-refund"),
    path(f"{_REFUND}/decide", refunds.decide, name="benefits-refund-decide"),
    path(f"{_REFUND}/withdraw", refunds.withdraw, name="benefits-refund-withdraw"),
    path(f"{_REFUND}/plan", refunds.plan, name="benefits-refund-plan"),
    path(f"{_REFUND}/receive", refunds.receive, name="benefits-refund-receive"),
    path("benefits/receipts/<int:receipt_id>/reverse", refunds.reverse_one, name="benefits-receipt-reverse"),
    path(f"{_REFUND}/remind", refunds.remind, name="benefits-refund-remind"),
    path(f"{_REFUND}/write-off", refunds.write_off, name="benefits-refund-write-off"),
    path(f"{_OFF}/confirm", refunds.write_off_confirm, name="benefits-write-off-confirm"),
    path(f"{_OFF}/withdraw", refunds.write_off_withdraw, name="benefits-write-off-withdraw"),
    path("benefits/declines", declines.listed, name="benefits-declines"),
    path("benefits/declines/new", declines.new, name="benefits-decline-new"),
    path("benefits/declines/<int:decline_id>/confirm", declines.confirm, name="benefits-decline-confirm"),
    path("benefits/declines/<int:decline_id>/withdraw", declines.withdraw, name="benefits-decline-withdraw"),
    path("benefits/achievement", achievement.achievement, name="benefits-achievement"),
    path("benefits/appeals", appeals.listed, name="benefits-appeals"),
    path("benefits/appeals/new", appeals.new, name="benefits-appeal-new"),
    path(_APPEAL, appeals.one, name="benefits-appeal"),
    path(f"{_APPEAL}/draft", appeals.draft, name="benefits-appeal-draft"),
    path(f"{_APPEAL}/answer", appeals.answer, name="benefits-appeal-answer"),
    path(f"{_APPEAL}/return", appeals.send_back, name="benefits-appeal-return"),
    path(f"{_APPEAL}/withdraw", appeals.withdraw, name="benefits-appeal-withdraw"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(
        route="benefits-refunds",
        title="返還",
        below=("benefits-refund", "benefits-write-off", "benefits-receipt"),
    ),
    Entry(route="benefits-declines", title="辞退", below=("benefits-decline",)),
    Entry(route="benefits-achievement", title="実績報告"),
    Entry(route="benefits-appeals", title="不服の申出", below=("benefits-appeal",)),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (refunds.cards, declines.cards, appeals.cards)
