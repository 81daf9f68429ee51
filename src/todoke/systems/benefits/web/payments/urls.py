"""Routes, menu entry and home cards of the payments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.systems.benefits.web.payments import (
    bank_lists,
    batches,
    cancelling,
    days,
    public_accounts,
    recalls,
    redating,
    results,
    steps,
)

_ONE: Final = "benefits/payments/<slug:code>/<int:number>"

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/payments", batches.listed, name="benefits-payments"),
    path("benefits/payments/<slug:code>/new", steps.prepare, name="benefits-payment-new"),
    path(_ONE, batches.one, name="benefits-payment"),
    path(f"{_ONE}/release", steps.release, name="benefits-payment-release"),
    path(f"{_ONE}/write", steps.write, name="benefits-payment-write"),
    path(f"{_ONE}/take", steps.take, name="benefits-payment-take"),
    path(f"{_ONE}/results", results.take, name="benefits-payment-results"),
    path(f"{_ONE}/day", redating.ask, name="benefits-redating-new"),
    path("benefits/redatings/<int:redating_id>/confirm", redating.confirm, name="benefits-redating-confirm"),
    path(
        "benefits/redatings/<int:redating_id>/withdraw", redating.withdraw, name="benefits-redating-withdraw"
    ),
    path(f"{_ONE}/cancel", cancelling.ask, name="benefits-cancellation-new"),
    path(
        "benefits/cancellations/<int:cancellation_id>/confirm",
        cancelling.confirm,
        name="benefits-cancellation-confirm",
    ),
    path(
        "benefits/cancellations/<int:cancellation_id>/withdraw",
        cancelling.withdraw,
        name="benefits-cancellation-withdraw",
    ),
    path("benefits/bank-list", bank_lists.take, name="benefits-bank-list"),
    path("benefits/failed", results.failed, name="benefits-failed"),
    path("benefits/failed/<int:case_id>", results.account, name="benefits-failed-account"),
    path("benefits/public-accounts", public_accounts.take, name="benefits-public-accounts"),
    path("benefits/recalls", recalls.listed, name="benefits-recalls"),
    path("benefits/recalls/new", recalls.new, name="benefits-recall-new"),
    path("benefits/recalls/<int:recall_id>/confirm", recalls.confirm, name="benefits-recall-confirm"),
    path("benefits/recalls/<int:recall_id>/withdraw", recalls.withdraw, name="benefits-recall-withdraw"),
    path("benefits/recalls/<int:recall_id>/end", recalls.end, name="benefits-recall-end"),
    path("benefits/days", days.listed, name="benefits-days"),
    path("benefits/days/<slug:day>", days.one, name="benefits-day"),
    path("benefits/days/<slug:day>/debit", days.debit, name="benefits-day-debit"),
    path("benefits/days/<slug:day>/close", days.close, name="benefits-day-close"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(
        route="benefits-payments",
        title="支払",
        below=("benefits-payment", "benefits-redating", "benefits-cancellation"),
    ),
    Entry(route="benefits-days", title="日締め", below=("benefits-day",)),
    Entry(route="benefits-recalls", title="組戻し", below=("benefits-recall",)),
    Entry(route="benefits-bank-list", title="金融機関の一覧"),
    Entry(route="benefits-failed", title="振込不能", below=("benefits-failed", "benefits-public-accounts")),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (
    batches.cards,
    redating.cards,
    cancelling.cards,
    recalls.cards,
    days.cards,
)
