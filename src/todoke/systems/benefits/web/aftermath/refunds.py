"""返還の画面: claims with what is open and overdue; two people for a claim and for a write-off, the treasurer for what comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import lists, naming
from todoke.access.form_pages import form_page, sent
from todoke.access.guard import actor_of, route_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel.clock import wareki
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits.actions.refunds import claim_refund, receive_refund, write_off_refund
from todoke.systems.benefits.actions.refunds.reverse_receipt import reverse_receipt
from todoke.systems.benefits.models import Refund, RefundReceipt
from todoke.systems.benefits.queries.aftermath import refunds as reads
from todoke.systems.benefits.rules.aftermath.refunds import OPEN, REASONS, STATES, RefundReason, RefundState
from todoke.systems.benefits.web.aftermath.forms import (
    PlanForm,
    ReceiptForm,
    RefundFilter,
    RefundForm,
    ReversalForm,
    WriteOffForm,
)

ALIAS = "benefits"
READ: Final = Permission.BENEFITS_REFUND_READ
PROPOSE: Final = Permission.BENEFITS_REFUND_PROPOSE
DECIDE: Final = Permission.BENEFITS_REFUND_DECIDE
RECEIVE: Final = Permission.BENEFITS_REFUND_RECEIVE
Row = tuple[Refund, int]


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """返還の一覧, with what is overdue; no name, no address."""
    form = RefundFilter(request.GET)
    rows = reads.listed(form.cleaned_data["state"] if form.is_valid() else "")
    columns = [
        Column[Row](
            key="case", title="給付管理番号", value=lambda row: row[0].payment.case.case_number, kind=Kind.CODE, heads_row=True,
            cell=lambda row: make_link(reverse("benefits-refund", args=[row[0].pk]), row[0].payment.case.case_number),
        ),
        Column[Row](
            key="state", title="状態", value=lambda row: STATES[RefundState(row[0].state)][0],
            cell=lambda row: make_chip(*STATES[RefundState(row[0].state)]),
        ),
        Column[Row](key="reason", title="理由", value=lambda row: REASONS[RefundReason(row[0].reason)]),
        Column[Row](key="claimed", title="請求額（円）", value=lambda row: row[0].claimed_yen, kind=Kind.NUMBER),
        Column[Row](key="received", title="納付済み（円）", value=lambda row: row[0].received_yen, kind=Kind.NUMBER),
        Column[Row](key="off", title="不納欠損（円）", value=lambda row: row[0].written_off_yen, kind=Kind.NUMBER),
        Column[Row](key="open", title="未納（円）", value=lambda row: row[0].open_yen, kind=Kind.NUMBER),
        Column[Row](key="late", title="うち期限後（円）", value=lambda row: row[1], kind=Kind.NUMBER),
        Column[Row](key="due", title="納付の期限", value=lambda row: row[0].due_on, kind=Kind.DAY),
    ]  # fmt: skip
    table = Table(
        caption="返還の請求（新しい順）",
        columns=columns,
        rows=rows,
        query=request.GET,
        empty="返還の請求はありません。",
    )
    actor = actor_of(request)
    record(
        ALIAS,
        by=actor,
        verb="benefits:case:list",
        subject=route_of(request),
        persons=len(table.page.object_list),
    )
    actions = (
        [("返還の請求を提案する", reverse("benefits-refund-new"))] if actor.may_somewhere(PROPOSE) else []
    )
    return lists.listing(
        request, table, permission=READ, heading="返還", filter=form, actions=actions, crumbs=_crumbs(),
        lead="納付済み・不納欠損・未納の合計は、いつも請求額と一致します。",
    )  # fmt: skip


def _crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    return [("ホーム", "/"), ("返還", reverse("benefits-refunds") if further else ""), *further]


@screen(READ)
def one(request: HttpRequest, refund_id: int) -> HttpResponse:
    """One claim: sums, plan, what came, reminders, and what this person may do next."""
    refund, actor = reads.one(refund_id), actor_of(request)
    about = Person("case_number", refund.payment.case.case_number)
    record(ALIAS, by=actor, verb=READ.value, subject=f"refund {refund_id}", persons=1, about=about)
    off = reads.write_off_asked(refund)
    context = {
        "refund": refund, "chip": make_chip(*STATES[RefundState(refund.state)]), "facts": _facts(refund), "off": off,
        "plan": [(part.due_on, _yen(part.amount_yen)) for part in reads.plan(refund)],
        "receipts": _receipts(refund, actor),
        "reminders": [(one.number, one.sent_at, _yen(one.overdue_yen)) for one in reads.reminders(refund)],
        "actions": _actions(refund, off.pk if off else 0, off.asked_by if off else "", actor),
        "crumbs": _crumbs(("請求", "")),
    }  # fmt: skip
    return render(request, "benefits/refund.html", context)


def _receipts(refund: Refund, actor: Actor) -> list[tuple[object, str, str, str, str]]:
    """Day, line, yen, what was said when it was reversed, and the way to reverse it for whoever may."""
    undone = reads.reversals(refund)
    open_ = refund.state in (*OPEN, RefundState.SETTLED) and actor.may_somewhere(RECEIVE)

    def way(row: RefundReceipt) -> str:
        may = open_ and row.pk not in undone and row.recorded_by != actor.staff_id
        return reverse("benefits-receipt-reverse", args=[row.pk]) if may else ""

    return [
        (row.received_on, row.reference, _yen(row.amount_yen), undone[row.pk].reason if row.pk in undone else "", way(row))
        for row in reads.receipts(refund)
    ]  # fmt: skip


def _actions(refund: Refund, off: int, off_by: str, actor: Actor) -> list[tuple[str, str]]:
    """Only what may be done now, by this person."""

    def way(title: str, route: str, number: int = refund.pk) -> tuple[str, str]:
        return title, reverse(route, args=[number])

    found, me = [], actor.staff_id
    if refund.state == RefundState.PROPOSED:
        if actor.may_somewhere(DECIDE) and refund.proposed_by != me:
            found.append(way("請求を決定する", "benefits-refund-decide"))
        if actor.may_somewhere(PROPOSE):
            found.append(way("取り下げる", "benefits-refund-withdraw"))
    if refund.state in OPEN:
        if actor.may_somewhere(RECEIVE):
            found.append(way("納付を記録する", "benefits-refund-receive"))
        if actor.may_somewhere(PROPOSE):
            found += [
                way("分割の計画を決める", "benefits-refund-plan"),
                way("督促を記録する", "benefits-refund-remind"),
            ]
            found += [] if off else [way("不納欠損を提案する", "benefits-refund-write-off")]
            found += [way("不納欠損の提案を取り下げる", "benefits-write-off-withdraw", off)] if off else []
        if off and off_by != me and actor.may_somewhere(DECIDE):
            found.append(way("不納欠損を決定する", "benefits-write-off-confirm", off))
    return found


def _facts(refund: Refund) -> list[tuple[str, object]]:
    people = naming.people((refund.proposed_by, refund.decided_by or ""))
    return [
        ("給付管理番号", refund.payment.case.case_number), ("理由", REASONS[RefundReason(refund.reason)]),
        ("補足", refund.note or "－"), ("支払った額", _yen(refund.paid_yen)), ("請求額", _yen(refund.claimed_yen)),
        ("納付済み", _yen(refund.received_yen)), ("不納欠損", _yen(refund.written_off_yen)), ("未納", _yen(refund.open_yen)),
        ("うち期限後", _yen(reads.late(refund))), ("納付の期限", wareki(refund.due_on)),
        ("提案した職員", people[refund.proposed_by]), ("決定した職員", people.get(refund.decided_by or "", "－")),
    ]  # fmt: skip


def _yen(amount: int) -> str:
    return f"{amount:,}円"


@screen(PROPOSE)
def new(request: HttpRequest) -> HttpResponse:
    """請求の提案."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        claim_refund.propose_refund(
            case_number=given["number"], claimed_yen=given["yen"], reason=RefundReason(given["reason"]),
            note=given["note"], due_on=given["due_on"], by=by,
        )  # fmt: skip

    return form_page(
        request, RefundForm(request.POST or None), permission=PROPOSE, heading="返還の請求を提案します", verb="提案する", work=work,
        done="提案しました。別の職員の決定を待ちます。", back=reverse("benefits-refunds"), crumbs=_crumbs(("提案", "")),
        lead="支払済みの世帯だけに請求できます。銀行から資金を戻せるときは、先に組戻しを依頼してください。",
    )  # fmt: skip


def _step(request: HttpRequest, refund: Refund, form: forms.Form, **step: Any) -> HttpResponse:  # noqa: ANN401 - see form_page
    """A page for one step of one claim."""
    back = reverse("benefits-refund", args=[refund.pk])
    crumbs = _crumbs(("請求", back), (step["verb"], ""))
    return form_page(request, form, facts=_facts(refund)[:9], back=back, crumbs=crumbs, **step)


@screen(DECIDE)
def decide(request: HttpRequest, refund_id: int) -> HttpResponse:
    """二人目の決定."""
    return _step(
        request, reads.one(refund_id), sent(request), permission=DECIDE, heading="返還の請求を決定します", verb="決定する", work=lambda by, _: claim_refund.decide_refund(refund_id=refund_id, by=by), done="決定しました。返還の通知を送ってください。",
    )  # fmt: skip


@screen(PROPOSE)
def withdraw(request: HttpRequest, refund_id: int) -> HttpResponse:
    """取下げ."""
    return _step(
        request, reads.one(refund_id), sent(request), permission=PROPOSE, heading="返還の請求を取り下げます", verb="取り下げる", work=lambda by, _: claim_refund.withdraw_refund(refund_id=refund_id, by=by), done="取り下げました。",
    )  # fmt: skip


@screen(PROPOSE)
def plan(request: HttpRequest, refund_id: int) -> HttpResponse:
    """分割の計画."""
    return _step(
        request, reads.one(refund_id), PlanForm(request.POST or None), permission=PROPOSE, heading="分割の計画を決めます", verb="決める", work=lambda by, given: receive_refund.plan_refund(refund_id=refund_id, count=given["count"], first=given["first"], by=by), done="計画を決めました。前の計画に代わります。",
    )  # fmt: skip


@screen(RECEIVE)
def receive(request: HttpRequest, refund_id: int) -> HttpResponse:
    """納付の記録."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        receive_refund.receive_refund(
            refund_id=refund_id, received_on=given["received_on"], amount_yen=given["yen"],
            reference=given["reference"], by=by,
        )  # fmt: skip

    return _step(
        request, reads.one(refund_id), ReceiptForm(request.POST or None), permission=RECEIVE, heading="納付を記録します", verb="記録する", work=work, done="納付を記録しました。",
    )  # fmt: skip


@screen(RECEIVE)
def reverse_one(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """納付の取消し, by somebody who did not record it."""
    row = reads.receipt(receipt_id)
    refund = reads.one(row.refund_id)
    back = reverse("benefits-refund", args=[refund.pk])
    facts = [
        ("給付管理番号", refund.payment.case.case_number),
        ("納付された日", wareki(row.received_on)),
        ("明細番号", row.reference),
        ("金額", _yen(row.amount_yen)),
    ]
    return form_page(
        request, ReversalForm(request.POST or None), permission=RECEIVE, heading="納付の記録を取り消します", verb="取り消す",
        work=lambda by, given: reverse_receipt(receipt_id=receipt_id, reason=given["reason"], by=by), facts=facts, back=back,
        done="取り消しました。正しい請求に記録し直せます。", crumbs=_crumbs(("請求", back), ("納付の取消し", "")),
        lead="記録は残り、取消しの行が加わります。記録した職員は取り消せません。",
    )  # fmt: skip


@screen(PROPOSE)
def remind(request: HttpRequest, refund_id: int) -> HttpResponse:
    """督促の記録."""
    return _step(
        request, reads.one(refund_id), sent(request), permission=PROPOSE, heading="督促を記録します", verb="記録する", work=lambda by, _: receive_refund.remind_refund(refund_id=refund_id, by=by), done="督促を記録しました。督促状は「印刷」で作ります。",
    )  # fmt: skip


@screen(PROPOSE)
def write_off(request: HttpRequest, refund_id: int) -> HttpResponse:
    """不納欠損の提案."""
    return _step(
        request, reads.one(refund_id), WriteOffForm(request.POST or None), permission=PROPOSE, heading="不納欠損を提案します", verb="提案する", work=lambda by, given: write_off_refund.ask_write_off(refund_id=refund_id, reason=given["reason"], by=by), done="提案しました。別の職員の決定を待ちます。",
    )  # fmt: skip


@screen(DECIDE)
def write_off_confirm(request: HttpRequest, write_off_id: int) -> HttpResponse:
    """不納欠損の二人目の決定."""
    return _step(
        request, reads.write_off(write_off_id).refund, sent(request), permission=DECIDE, heading="不納欠損を決定します", verb="決定する", work=lambda by, _: write_off_refund.confirm_write_off(write_off_id=write_off_id, by=by), done="不納欠損を決定しました。",
    )  # fmt: skip


@screen(PROPOSE)
def write_off_withdraw(request: HttpRequest, write_off_id: int) -> HttpResponse:
    """不納欠損の取下げ."""
    return _step(
        request, reads.write_off(write_off_id).refund, sent(request), permission=PROPOSE, heading="不納欠損の提案を取り下げます", verb="取り下げる", work=lambda by, _: write_off_refund.withdraw_write_off(write_off_id=write_off_id, by=by), done="取り下げました。",
    )  # fmt: skip


def cards(actor: Actor) -> Iterator[Card]:
    """Claims and write-offs that somebody else proposed."""
    if actor.may_somewhere(DECIDE):
        count = reads.to_decide(actor.staff_id)
        yield Card(title="決定を待つ返還", count=count, link="確かめる", url=reverse("benefits-refunds"))
