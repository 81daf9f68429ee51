"""起案の取消し: asked by one, confirmed by another, withdrawn; the households go back among the approved ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access.form_pages import form_page, sent
from todoke.access.guard import screen
from todoke.access.permissions import Actor, Permission
from todoke.pages.shell import Card
from todoke.systems.benefits.actions.payments.cancel_batch import (
    ask_cancellation,
    confirm_cancellation,
    withdraw_cancellation,
)
from todoke.systems.benefits.queries.payments import batches as reads
from todoke.systems.benefits.queries.payments import cancellations
from todoke.systems.benefits.web.payments import words
from todoke.systems.benefits.web.payments.batches import facts

ASK: Final = Permission.BENEFITS_CANCEL_ASK
CONFIRM: Final = Permission.BENEFITS_CANCEL_CONFIRM
_AFTERWARDS: Final = "世帯は承認済みに戻り、次の起案に入ります。支払単位の番号は欠番になります。"


class CancellationForm(forms.Form):
    """Why the batch is given up."""

    reason = forms.CharField(label="取り消す理由", max_length=200)


@screen(ASK)
def ask(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """取消しの依頼."""
    batch = reads.one(code, number)

    def work(by: Actor, given: dict[str, Any]) -> None:
        ask_cancellation(programme=code, number=number, reason=given["reason"], by=by)

    return form_page(
        request, CancellationForm(request.POST or None), permission=ASK, heading=f"支払単位 {number} の起案を取り消します",
        verb="取消しを依頼する", work=work, done="依頼しました。会計の確認を待ちます。", back=words.place(code, number),
        facts=facts(batch), lead=f"振込ファイルを作る前の支払単位だけを取り消せます。別の職員が確認すると、{_AFTERWARDS}",
        crumbs=words.below(code, number, "起案の取消し"),
    )  # fmt: skip


def _step(request: HttpRequest, cancellation_id: int, permission: Permission, **step: Any) -> HttpResponse:  # noqa: ANN401 - see form_page
    row = cancellations.one(cancellation_id)
    code, number = row.batch.programme_id, row.batch.number
    return form_page(
        request, sent(request), permission=permission, back=words.place(code, number),
        facts=[*facts(reads.one(code, number)), ("取り消す理由", row.reason)],
        crumbs=words.below(code, number, "起案の取消し"), **step,
    )  # fmt: skip


@screen(CONFIRM)
def confirm(request: HttpRequest, cancellation_id: int) -> HttpResponse:
    """二人目の確認."""
    return _step(
        request, cancellation_id, CONFIRM, heading="起案の取消しを確認します", verb="取り消す", done="取り消しました。",
        lead=_AFTERWARDS, work=lambda by, _: confirm_cancellation(cancellation_id=cancellation_id, by=by),
    )  # fmt: skip


@screen(ASK)
def withdraw(request: HttpRequest, cancellation_id: int) -> HttpResponse:
    """取下げ."""
    return _step(
        request, cancellation_id, ASK, heading="起案の取消しの依頼を取り下げます", verb="取り下げる", done="取り下げました。",
        work=lambda by, _: withdraw_cancellation(cancellation_id=cancellation_id, by=by),
    )  # fmt: skip


def cards(actor: Actor) -> Iterator[Card]:
    """Batches that somebody else asked to give up."""
    if actor.may_somewhere(CONFIRM):
        count = cancellations.to_confirm(actor.staff_id)
        yield Card(
            title="確認を待つ起案の取消し", count=count, link="確かめる", url=reverse("benefits-payments")
        )
