"""組戻: asked by one, confirmed by another, and the bank's answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import lists, naming
from todoke.access.form_pages import form_page, sent
from todoke.access.guard import actor_of, route_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.oplog.record import record
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits.actions.payments.end_recall import end_recall
from todoke.systems.benefits.actions.payments.recall_transfer import (
    ask_recall,
    confirm_recall,
    withdraw_recall,
)
from todoke.systems.benefits.queries.payments import results as reads
from todoke.systems.benefits.queries.payments.results import ListedRecall
from todoke.systems.benefits.rules.payments.failures import RecallState
from todoke.systems.benefits.web.payments import words
from todoke.systems.benefits.web.payments.forms import RecallForm, ReturnedForm

ALIAS = "benefits"
ASK: Final = Permission.BENEFITS_RECALL_ASK
CONFIRM: Final = Permission.BENEFITS_RECALL_CONFIRM
RESULT: Final = Permission.BENEFITS_RESULT
STATES: Final = {
    RecallState.ASKED: ("確認待ち", "wait"), RecallState.CONFIRMED: ("銀行の回答待ち", "wait"),
    RecallState.RETURNED: ("返却済み", "good"), RecallState.REFUSED: ("組戻しできず", "fail"),
    RecallState.WITHDRAWN: ("取下げ", "plain"),
}  # fmt: skip


@screen(ASK)
def listed(request: HttpRequest) -> HttpResponse:
    """組戻の一覧."""
    rows, actor = reads.recalls(), actor_of(request)
    people = naming.people(person for row in rows for person in (row.asked_by, row.confirmed_by or ""))
    columns = [
        Column[ListedRecall](key="case", title="給付管理番号", value=lambda row: row.case_number, kind=Kind.CODE, heads_row=True),
        Column[ListedRecall](
            key="state", title="状態", value=lambda row: STATES[RecallState(row.state)][0],
            cell=lambda row: make_chip(*STATES[RecallState(row.state)]),
        ),
        Column[ListedRecall](key="reason", title="理由", value=lambda row: row.reason),
        Column[ListedRecall](key="yen", title="金額（円）", value=lambda row: row.amount_yen, kind=Kind.NUMBER),
        Column[ListedRecall](key="at", title="依頼", value=lambda row: row.asked_at, kind=Kind.MOMENT),
        Column[ListedRecall](key="by", title="依頼した職員", value=lambda row: people[row.asked_by]),
        Column[ListedRecall](key="second", title="確認した職員", value=lambda row: people.get(row.confirmed_by or "", "")),
        Column[ListedRecall](key="on", title="返却日", value=lambda row: row.returned_on, kind=Kind.DAY),
        Column[ListedRecall](
            key="next", title="次にすること", value=lambda row: _next(row, actor)[0], sortable=False,
            cell=lambda row: make_link(_next(row, actor)[1], _next(row, actor)[0]) if _next(row, actor)[1] else "－",
        ),
    ]  # fmt: skip
    table = Table(
        caption="組戻し（新しい順）",
        columns=columns,
        rows=rows,
        query=request.GET,
        empty="組戻しはありません。",
    )
    shown = len(table.page.object_list)
    record(ALIAS, by=actor, verb="benefits:case:list", subject=route_of(request), persons=shown)
    return lists.listing(
        request, table, permission=ASK, heading="組戻し", lead="依頼した職員とは別の職員が確認してから、銀行に依頼します。",
        actions=[("組戻しを依頼する", reverse("benefits-recall-new"))], crumbs=words.crumbs(("組戻し", "")),
    )  # fmt: skip


def _next(row: ListedRecall, actor: Actor) -> tuple[str, str]:
    if row.state == RecallState.ASKED:
        if row.asked_by == actor.staff_id:
            return "取り下げる", reverse("benefits-recall-withdraw", args=[row.id])
        if actor.may_somewhere(CONFIRM):
            return "確認する", reverse("benefits-recall-confirm", args=[row.id])
    if row.state == RecallState.CONFIRMED and actor.may_somewhere(RESULT):
        return "銀行の回答を記録する", reverse("benefits-recall-end", args=[row.id])
    return "", ""


@screen(ASK)
def new(request: HttpRequest) -> HttpResponse:
    """依頼."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        ask_recall(case_number=given["number"], reason=given["reason"], by=by)

    return form_page(
        request, RecallForm(request.POST or None), permission=ASK, heading="組戻しを依頼します", verb="依頼する", work=work,
        done="依頼しました。別の職員の確認を待ちます。", back=reverse("benefits-recalls"),
        lead="誤った口座に振り込んだときなど、銀行に資金の返却を求めます。返却されると、口座の訂正からやり直します。",
        crumbs=_crumbs("依頼"),
    )  # fmt: skip


@screen(CONFIRM)
def confirm(request: HttpRequest, recall_id: int) -> HttpResponse:
    """二人目の確認."""
    row = reads.recall(recall_id)
    return form_page(
        request, sent(request), permission=CONFIRM, heading="組戻しを確認します", verb="確認する",
        work=lambda by, _: confirm_recall(recall_id=recall_id, by=by), facts=_facts(row),
        done="確認しました。銀行に組戻しを依頼してください。", back=reverse("benefits-recalls"), crumbs=_crumbs("確認"),
    )  # fmt: skip


@screen(ASK)
def withdraw(request: HttpRequest, recall_id: int) -> HttpResponse:
    """取下げ."""
    row = reads.recall(recall_id)
    return form_page(
        request, sent(request), permission=ASK, heading="組戻しの依頼を取り下げます", verb="取り下げる",
        work=lambda by, _: withdraw_recall(recall_id=recall_id, by=by), facts=_facts(row),
        done="取り下げました。", back=reverse("benefits-recalls"), crumbs=_crumbs("取下げ"),
    )  # fmt: skip


@screen(RESULT)
def end(request: HttpRequest, recall_id: int) -> HttpResponse:
    """銀行の回答."""
    row = reads.recall(recall_id)
    return form_page(
        request, ReturnedForm(request.POST or None), permission=RESULT, heading="組戻しへの銀行の回答を記録します",
        verb="記録する", work=lambda by, given: end_recall(recall_id=recall_id, returned_on=given["returned_on"], by=by),
        facts=_facts(row), done="記録しました。", back=reverse("benefits-recalls"), crumbs=_crumbs("銀行の回答"),
    )  # fmt: skip


def _facts(row: ListedRecall) -> list[tuple[str, object]]:
    people = naming.people((row.asked_by,))
    return [
        ("給付管理番号", row.case_number), ("金額", words.yen(row.amount_yen)), ("理由", row.reason),
        ("依頼した職員", people[row.asked_by]), ("依頼", row.asked_at),
    ]  # fmt: skip


def _crumbs(here: str) -> list[tuple[str, str]]:
    return words.crumbs(("組戻し", reverse("benefits-recalls")), (here, ""))


def cards(actor: Actor) -> Iterator[Card]:
    """Recalls that somebody else asked for."""
    if actor.may_somewhere(CONFIRM):
        count = reads.recalls_to_confirm(actor.staff_id)
        yield Card(title="確認を待つ組戻し", count=count, link="確かめる", url=reverse("benefits-recalls"))
