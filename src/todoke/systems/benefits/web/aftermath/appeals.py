"""不服の申出・審査請求の画面: by the day on which they are to be answered; drafted by one, decided by another."""

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
from todoke.kernel.clock import today, wareki
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits.actions.appeals import hear_appeal
from todoke.systems.benefits.actions.appeals.hear_appeal import Said
from todoke.systems.benefits.models import Appeal
from todoke.systems.benefits.queries.aftermath import appeals as reads
from todoke.systems.benefits.queries.editions.proposals import find
from todoke.systems.benefits.rules.aftermath.appeals import (
    KINDS,
    OUTCOMES,
    STATES,
    AppealKind,
    AppealOutcome,
    AppealState,
)
from todoke.systems.benefits.web.aftermath.forms import AnswerForm, AppealForm

ALIAS = "benefits"
READ: Final = Permission.BENEFITS_APPEAL_READ
RECEIVE: Final = Permission.BENEFITS_APPEAL_RECEIVE
ANSWER: Final = Permission.BENEFITS_APPEAL_ANSWER


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """一覧: what is due first stands first."""
    rows, actor = reads.listed(), actor_of(request)
    columns = [
        Column[Appeal](
            key="id", title="受付番号", value=lambda row: row.pk, kind=Kind.NUMBER, heads_row=True,
            cell=lambda row: make_link(reverse("benefits-appeal", args=[row.pk]), row.pk),
        ),
        Column[Appeal](key="kind", title="種類", value=lambda row: KINDS[AppealKind(row.kind)]),
        Column[Appeal](
            key="state", title="状態", value=lambda row: STATES[AppealState(row.state)][0],
            cell=lambda row: make_chip(*STATES[AppealState(row.state)]),
        ),
        Column[Appeal](key="case", title="給付管理番号", value=lambda row: row.case.case_number if row.case else "－", kind=Kind.CODE),
        Column[Appeal](key="received", title="受付日", value=lambda row: row.received_on, kind=Kind.DAY),
        Column[Appeal](key="time", title="期限", value=_in_time, cell=lambda row: make_chip(_in_time(row), "" if row.received_on <= row.deadline else "warn")),
        Column[Appeal](key="by", title="回答の目標日", value=lambda row: row.answer_by, kind=Kind.DAY),
        Column[Appeal](key="late", title="遅れ", value=_late, cell=lambda row: make_chip(_late(row), "fail") if _late(row) else "－"),
    ]  # fmt: skip
    table = Table(
        caption="不服の申出・審査請求（回答の目標日の順）",
        columns=columns,
        rows=rows,
        query=request.GET,
        empty="申出はありません。",
    )
    record(
        ALIAS,
        by=actor,
        verb="benefits:case:list",
        subject=route_of(request),
        persons=len(table.page.object_list),
    )
    actions = [("申出を受け付ける", reverse("benefits-appeal-new"))] if actor.may_somewhere(RECEIVE) else []
    return lists.listing(
        request, table, permission=READ, heading="不服の申出", actions=actions, crumbs=_crumbs(),
        lead="決定を知った日から3か月以内の申出に、理由を付けて答えます。決定に関わった職員は扱えません。",
    )  # fmt: skip


def _in_time(row: Appeal) -> str:
    if row.received_on <= row.deadline:
        return "期限内"
    return "期限後（正当な理由あり）" if row.excused else "期限後"


def _late(row: Appeal) -> str:
    return "目標日を過ぎています" if row.state in reads.OPEN and row.answer_by < today() else ""


def _crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    return [("ホーム", "/"), ("不服の申出", reverse("benefits-appeals") if further else ""), *further]


@screen(READ)
def one(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """One appeal and what this person may do next."""
    row, actor = reads.one(appeal_id), actor_of(request)
    about = Person("household_key", row.household_key)
    record(ALIAS, by=actor, verb=READ.value, subject=f"appeal {appeal_id}", persons=1, about=about)
    context = {
        "heading": KINDS[AppealKind(row.kind)], "chip": make_chip(*STATES[AppealState(row.state)]), "facts": _facts(row),
        "actions": _actions(row, actor), "crumbs": _crumbs(("申出", "")),
    }  # fmt: skip
    return render(request, "benefits/appeal.html", context)


def _actions(row: Appeal, actor: Actor) -> list[tuple[str, str]]:
    def way(title: str, route: str) -> tuple[str, str]:
        return title, reverse(route, args=[row.pk])

    found = []
    if row.state == AppealState.RECEIVED and actor.may_somewhere(RECEIVE):
        found.append(way("回答を起案する", "benefits-appeal-draft"))
    if row.state == AppealState.DRAFTED and actor.may_somewhere(ANSWER):
        found += [] if row.drafted_by == actor.staff_id else [way("回答を決定する", "benefits-appeal-answer")]
        found.append(way("起案に戻す", "benefits-appeal-return"))
    if row.state in reads.OPEN and actor.may_somewhere(RECEIVE):
        found.append(way("取下げを記録する", "benefits-appeal-withdraw"))
    return found


def _facts(row: Appeal) -> list[tuple[str, object]]:
    people = naming.people((row.received_by, row.drafted_by or "", row.answered_by or ""))
    facts: list[tuple[str, object]] = [
        ("受付番号", row.pk), ("事業", find(row.programme_id).name), ("給付管理番号", row.case.case_number if row.case else "なし"),
        ("決定の日", wareki(row.decided_on)), ("決定を知った日", wareki(row.known_on)), ("受付日", wareki(row.received_on)),
        ("期限", f"{wareki(row.deadline)}（{_in_time(row)}）"), ("申出の理由", row.grounds),
        ("回答の目標日", wareki(row.answer_by)), ("受け付けた職員", people[row.received_by]),
    ]  # fmt: skip
    if row.excused:
        facts.append(("期限を過ぎた正当な理由", row.excused))
    if row.outcome:
        facts += [("回答", OUTCOMES[AppealOutcome(row.outcome)]), ("回答の理由", row.answer)]
        facts += [
            ("起案した職員", people.get(row.drafted_by or "", "－")),
            ("決定した職員", people.get(row.answered_by or "", "－")),
        ]
    return facts


@screen(RECEIVE)
def new(request: HttpRequest) -> HttpResponse:
    """受付."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        names = ("grounds", "known_on", "received_on", "excused")
        said = Said(kind=AppealKind(given["kind"]), **{name: given[name] for name in names})
        hear_appeal.receive_appeal(programme=given["programme"], number=given["number"], said=said, by=by)

    return form_page(
        request, AppealForm(request.POST or None), permission=RECEIVE, heading="不服の申出を受け付けます", verb="受け付ける",
        work=work, done="受け付けました。", back=reverse("benefits-appeals"), crumbs=_crumbs(("受付", "")),
    )  # fmt: skip


def _step(request: HttpRequest, appeal_id: int, form: forms.Form, **step: Any) -> HttpResponse:  # noqa: ANN401 - see form_page
    """A page for one step of one appeal."""
    back = reverse("benefits-appeal", args=[appeal_id])
    crumbs = _crumbs(("申出", back), (step["verb"], ""))
    return form_page(request, form, facts=_facts(reads.one(appeal_id)), back=back, crumbs=crumbs, **step)


@screen(RECEIVE)
def draft(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """回答の起案."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        outcome = AppealOutcome(given["outcome"])
        hear_appeal.draft_answer(appeal_id=appeal_id, outcome=outcome, answer=given["answer"], by=by)

    form = AnswerForm(request.POST or None)
    return _step(
        request,
        appeal_id,
        form,
        permission=RECEIVE,
        heading="回答を起案します",
        verb="起案する",
        work=work,
        done="起案しました。別の職員の決定を待ちます。",
    )


@screen(ANSWER)
def answer(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """二人目の決定."""
    return _step(
        request, appeal_id, sent(request), permission=ANSWER, heading="回答を決定します", verb="決定する", work=lambda by, _: hear_appeal.answer_appeal(appeal_id=appeal_id, by=by), done="決定しました。回答を送ってください。",
    )  # fmt: skip


@screen(ANSWER)
def send_back(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """起案に戻す."""
    return _step(
        request, appeal_id, sent(request), permission=ANSWER, heading="回答を起案に戻します", verb="戻す", work=lambda by, _: hear_appeal.return_answer(appeal_id=appeal_id, by=by), done="起案に戻しました。",
    )  # fmt: skip


@screen(RECEIVE)
def withdraw(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """取下げ."""
    return _step(
        request, appeal_id, sent(request), permission=RECEIVE, heading="申出の取下げを記録します", verb="記録する", work=lambda by, _: hear_appeal.withdraw_appeal(appeal_id=appeal_id, by=by), done="取下げを記録しました。",
    )  # fmt: skip


def cards(actor: Actor) -> Iterator[Card]:
    """Drafts of others, and what is late."""
    if actor.may_somewhere(ANSWER):
        count = reads.to_answer(actor.staff_id)
        yield Card(
            title="決裁を待つ不服への回答", count=count, link="確かめる", url=reverse("benefits-appeals")
        )
    if actor.may_somewhere(RECEIVE) and (late := reads.overdue()):
        yield Card(title="回答の目標日を過ぎた申出", count=late, link="見る", url=reverse("benefits-appeals"))
