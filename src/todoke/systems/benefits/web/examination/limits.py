"""決裁区分: up to how much a household a 係長 approves, by programme and day; asked by one, confirmed by another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import lists
from todoke.access.form_pages import form_page, sent
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel import clock
from todoke.pages.forms import DateField
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip
from todoke.systems.benefits.actions.examination.set_approval_limit import (
    ask_limit,
    confirm_limit,
    withdraw_limit,
)
from todoke.systems.benefits.models import ApprovalLimit
from todoke.systems.benefits.queries.editions.proposals import every, find
from todoke.systems.benefits.queries.examination import approval_limits as reads
from todoke.systems.benefits.rules.examination.approval import LIMIT_STATES, MOST_YEN, LimitState

READ: Final = Permission.BENEFITS_APPROVE
ASK: Final = Permission.BENEFITS_LIMIT_ASK
CONFIRM: Final = Permission.BENEFITS_LIMIT_CONFIRM
_EVERY: Final = "自分の額のないすべての事業"


class LimitForm(forms.Form):
    """One line of the 決裁規程."""

    programme = forms.ChoiceField(label="事業", required=False)
    since = DateField(label="始まりの日", help_text="今日以後の日。それまでの承認は変わりません")
    yen = forms.IntegerField(label="係長が承認できる1世帯の額（円）", min_value=0, max_value=MOST_YEN)
    reason = forms.CharField(label="決める理由", max_length=200, help_text="決裁規程の条項など")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        field = self.fields["programme"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _EVERY), *((one.code, one.name) for one in every())]


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    here = reverse("benefits-approval-limits") if more else ""
    return [("ホーム", "/"), ("承認", reverse("benefits-approvals")), ("決裁区分", here), *more]


def _programme(row: ApprovalLimit) -> str:
    return find(row.programme_id).name if row.programme_id else _EVERY


def _state(row: ApprovalLimit) -> tuple[str, str]:
    return LIMIT_STATES[LimitState(row.state)]


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """Every line, and what a 係長 approves today."""
    actor, today = actor_of(request), clock.today()
    columns = [
        Column[ApprovalLimit](key="since", title="始まりの日", value=lambda row: row.since, kind=Kind.DAY, heads_row=True),
        Column[ApprovalLimit](key="programme", title="事業", value=_programme),
        Column[ApprovalLimit](key="yen", title="係長が承認できる額（円）", value=lambda row: row.yen, kind=Kind.NUMBER),
        Column[ApprovalLimit](key="reason", title="理由", value=lambda row: row.reason),
        Column[ApprovalLimit](
            key="state", title="状態", value=lambda row: _state(row)[0], cell=lambda row: make_chip(*_state(row))
        ),
        Column[ApprovalLimit](key="asked", title="依頼した職員", value=lambda row: row.asked_by, kind=Kind.CODE),
        Column[ApprovalLimit](
            key="confirmed", title="確認した職員", value=lambda row: row.confirmed_by or "", kind=Kind.CODE
        ),
    ]  # fmt: skip
    now = "、".join(f"{one.name} {reads.limit(one.code, today):,}円" for one in every())
    return lists.listing(
        request, Table(caption="決裁区分（新しい順）", columns=columns, rows=reads.every(), query=request.GET, empty="まだ決めていません。"),
        permission=READ, heading="決裁区分", file="決裁区分", actions=_actions(actor), crumbs=_crumbs(),
        lead=f"この額を超える世帯は課長だけが承認できます。今日の額：{now}",
    )  # fmt: skip


def _actions(actor: Actor) -> list[tuple[str, str]]:
    """A new line; and the lines that wait for this person, or that this person may withdraw."""
    found = (
        [("額の変更を依頼する", reverse("benefits-approval-limit-new"))] if actor.may_somewhere(ASK) else []
    )
    for row in reads.every():
        if row.state == LimitState.ASKED:
            line = f"{_programme(row)} {row.yen:,}円"
            if actor.may_somewhere(CONFIRM) and row.asked_by != actor.staff_id:
                found.append(
                    (f"確認する（{line}）", reverse("benefits-approval-limit-confirm", args=[row.pk]))
                )
            if actor.may_somewhere(ASK):
                found.append(
                    (f"取り下げる（{line}）", reverse("benefits-approval-limit-withdraw", args=[row.pk]))
                )
    return found


@screen(ASK)
def ask(request: HttpRequest) -> HttpResponse:
    """額の変更の依頼."""
    return form_page(
        request, LimitForm(request.POST or None), permission=ASK, heading="係長が承認できる額を決めます",
        verb="変更を依頼する", work=lambda by, given: ask_limit(by=by, **given), done="依頼しました。別の職員の確認を待ちます。",
        back=reverse("benefits-approval-limits"), crumbs=_crumbs(("額の変更", "")),
    )  # fmt: skip


def _step(request: HttpRequest, limit_id: int, permission: Permission, **step: Any) -> HttpResponse:  # noqa: ANN401 - see form_page
    row = reads.one(limit_id)
    facts: list[tuple[str, object]] = [
        ("事業", _programme(row)), ("始まりの日", row.since), ("係長が承認できる1世帯の額", f"{row.yen:,}円"),
        ("決める理由", row.reason),
    ]  # fmt: skip
    return form_page(
        request, sent(request), permission=permission, back=reverse("benefits-approval-limits"), facts=facts,
        crumbs=_crumbs(("額の変更", "")), **step,
    )  # fmt: skip


@screen(CONFIRM)
def confirm(request: HttpRequest, limit_id: int) -> HttpResponse:
    """二人目の確認."""
    return _step(
        request, limit_id, CONFIRM, heading="係長が承認できる額を確認します", verb="確認する", done="始まりの日から効きます。",
        work=lambda by, _: confirm_limit(limit_id=limit_id, by=by),
    )  # fmt: skip


@screen(ASK)
def withdraw(request: HttpRequest, limit_id: int) -> HttpResponse:
    """取下げ."""
    return _step(
        request, limit_id, ASK, heading="額の変更の依頼を取り下げます", verb="取り下げる", done="取り下げました。",
        work=lambda by, _: withdraw_limit(limit_id=limit_id, by=by),
    )  # fmt: skip


def cards(actor: Actor) -> Iterator[Card]:
    """Lines that somebody else asked for."""
    if actor.may_somewhere(CONFIRM):
        count = reads.to_confirm(actor.staff_id)
        url = reverse("benefits-approval-limits")
        yield Card(title="確認を待つ決裁区分", count=count, link="確かめる", url=url)
