"""振込指定日の変更: asked by one, confirmed by another, withdrawn; the batch and its money stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access.form_pages import form_page, sent
from todoke.access.guard import screen
from todoke.access.permissions import Actor, Permission
from todoke.pages.forms import DateField
from todoke.pages.shell import Card
from todoke.systems.benefits.actions.payments.redate_batch import (
    ask_redating,
    confirm_redating,
    withdraw_redating,
)
from todoke.systems.benefits.queries.payments import batches as reads
from todoke.systems.benefits.queries.payments import redatings
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY
from todoke.systems.benefits.web.payments import words
from todoke.systems.benefits.web.payments.batches import facts

PREPARE: Final = Permission.BENEFITS_PAY
RELEASE: Final = Permission.BENEFITS_RELEASE


class RedatingForm(forms.Form):
    """Another day, and why."""

    transfer_on = DateField(label="新しい振込指定日")
    reason = forms.CharField(label="変更する理由", max_length=200)


@screen(PREPARE)
def ask(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """変更の依頼."""
    batch = reads.one(code, number)

    def work(by: Actor, given: dict[str, Any]) -> None:
        ask_redating(programme=code, number=number, office=SAMPLE_CITY, by=by, **given)

    return form_page(
        request, RedatingForm(request.POST or None), permission=PREPARE, heading=f"支払単位 {number} の振込指定日を変えます",
        verb="変更を依頼する", work=work, done="依頼しました。会計の確認を待ちます。", back=words.place(code, number), facts=facts(batch),
        lead=f"銀行の締切に間に合わない支払単位は、日を変えて支払えます。件数と金額は変わりません。次の振込日：{words.calendar(SAMPLE_CITY)}",
        crumbs=words.below(code, number, "振込指定日の変更"),
    )  # fmt: skip


def _step(request: HttpRequest, redating_id: int, permission: Permission, **step: Any) -> HttpResponse:  # noqa: ANN401 - see form_page
    row = redatings.one(redating_id)
    code, number = row.batch.programme_id, row.batch.number
    rows = [
        *facts(reads.one(code, number)),
        ("新しい振込指定日", row.transfer_on),
        ("変更する理由", row.reason),
    ]
    return form_page(
        request, sent(request), permission=permission, back=words.place(code, number), facts=rows,
        crumbs=words.below(code, number, "振込指定日の変更"), **step,
    )  # fmt: skip


@screen(RELEASE)
def confirm(request: HttpRequest, redating_id: int) -> HttpResponse:
    """二人目の確認."""
    return _step(
        request, redating_id, RELEASE, heading="振込指定日の変更を確認します", verb="確認する", done="振込指定日を変えました。",
        work=lambda by, _: confirm_redating(redating_id=redating_id, office=SAMPLE_CITY, by=by),
    )  # fmt: skip


@screen(PREPARE)
def withdraw(request: HttpRequest, redating_id: int) -> HttpResponse:
    """取下げ."""
    return _step(
        request, redating_id, PREPARE, heading="振込指定日の変更を取り下げます", verb="取り下げる", done="取り下げました。",
        work=lambda by, _: withdraw_redating(redating_id=redating_id, by=by),
    )  # fmt: skip


def cards(actor: Actor) -> Iterator[Card]:
    """Days that somebody else asked to change."""
    if actor.may_somewhere(RELEASE):
        count = redatings.to_confirm(actor.staff_id)
        yield Card(
            title="確認を待つ振込指定日の変更", count=count, link="確かめる", url=reverse("benefits-payments")
        )
