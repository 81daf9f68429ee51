"""Routes, menu entries and home cards of the requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.assurance.disclosure.web import deciding, requests
from todoke.pages.shell import Card, Entry, under

_ONE: Final = "disclosure/requests/<int:number>"

urlpatterns: Final[list[URLPattern]] = [
    path("disclosure/requests", requests.listed, name="disclosure-requests"),
    path("disclosure/requests/new", requests.new, name="disclosure-request-new"),
    path(_ONE, requests.one, name="disclosure-request"),
    path(f"{_ONE}/return", requests.send_back, name="disclosure-request-return"),
    path(f"{_ONE}/complete", requests.complete, name="disclosure-request-complete"),
    path(f"{_ONE}/withdraw", requests.withdraw, name="disclosure-request-withdraw"),
    path(f"{_ONE}/identify", requests.identify, name="disclosure-request-identify"),
    path(f"{_ONE}/held", deciding.held, name="disclosure-held"),
    path(f"{_ONE}/held/<str:key>", deciding.section, name="disclosure-section"),
    path(f"{_ONE}/extend", deciding.extend, name="disclosure-request-extend"),
    path(f"{_ONE}/decide", deciding.decide, name="disclosure-request-decide"),
    path(f"{_ONE}/notice.pdf", deciding.notice, name="disclosure-notice"),
    path(f"{_ONE}/extension.pdf", deciding.extension, name="disclosure-extension"),
    path(f"{_ONE}/hand-over", deciding.hand_over, name="disclosure-hand-over"),
    path(f"{_ONE}/measure", deciding.measure, name="disclosure-measure"),
    path(f"{_ONE}/close", deciding.close, name="disclosure-close"),
]

MENU: Final[tuple[Entry, ...]] = under(
    "開示・訂正・利用停止", Entry(route="disclosure-requests", title="開示等の請求", below=("disclosure-",))
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (requests.cards,)
