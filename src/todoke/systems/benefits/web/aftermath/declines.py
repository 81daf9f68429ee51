"""辞退の画面: noted from a form or a call, and confirmed with the household by another member of staff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import lists, naming
from todoke.access.form_pages import form_page
from todoke.access.guard import actor_of, route_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel.clock import wareki
from todoke.oplog.record import record
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits.actions.refunds.decline_case import (
    confirm_decline,
    note_decline,
    withdraw_decline,
)
from todoke.systems.benefits.models import Decline
from todoke.systems.benefits.queries.aftermath import refunds as reads
from todoke.systems.benefits.rules.aftermath import declines as rules
from todoke.systems.benefits.rules.aftermath.declines import CHANNELS, STATES, DeclineChannel, DeclineState
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.cases.stages import STATE_TITLES
from todoke.systems.benefits.web.aftermath.forms import AskedAgainForm, DeclineForm

ALIAS = "benefits"
NOTE: Final = Permission.BENEFITS_DECLINE_NOTE
CONFIRM: Final = Permission.BENEFITS_DECLINE_CONFIRM
READ: Final = Permission.BENEFITS_REFUND_READ


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """辞退の一覧."""
    rows, actor = reads.declines(), actor_of(request)
    people = naming.people(person for row in rows for person in (row.noted_by, row.confirmed_by or ""))
    columns = [
        Column[Decline](key="case", title="給付管理番号", value=lambda row: row.case.case_number, kind=Kind.CODE, heads_row=True),
        Column[Decline](
            key="state", title="状態", value=lambda row: STATES[DeclineState(row.state)][0],
            cell=lambda row: make_chip(*STATES[DeclineState(row.state)]),
        ),
        Column[Decline](key="channel", title="申出", value=lambda row: CHANNELS[DeclineChannel(row.channel)]),
        Column[Decline](key="on", title="申出の日", value=lambda row: row.said_on, kind=Kind.DAY),
        Column[Decline](key="standing", title="世帯の状態", value=lambda row: STATE_TITLES[CaseState(row.case.state)]),
        Column[Decline](key="by", title="記録した職員", value=lambda row: people[row.noted_by]),
        Column[Decline](key="second", title="確認した職員", value=lambda row: people.get(row.confirmed_by or "", "")),
        Column[Decline](
            key="next", title="次にすること", value=lambda row: _next(row, actor)[0], sortable=False,
            cell=lambda row: make_link(_next(row, actor)[1], _next(row, actor)[0]) if _next(row, actor)[1] else "－",
        ),
    ]  # fmt: skip
    table = Table(
        caption="辞退の申出（新しい順）",
        columns=columns,
        rows=rows,
        query=request.GET,
        empty="辞退の申出はありません。",
    )
    record(
        ALIAS,
        by=actor,
        verb="benefits:case:list",
        subject=route_of(request),
        persons=len(table.page.object_list),
    )
    actions = [("辞退の申出を記録する", reverse("benefits-decline-new"))] if actor.may_somewhere(NOTE) else []
    return lists.listing(
        request, table, permission=READ, heading="辞退", actions=actions, crumbs=_crumbs(),
        lead="記入誤りがあるため、記録した職員とは別の職員が本人に確かめてから、辞退として扱います。",
    )  # fmt: skip


def _crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    return [("ホーム", "/"), ("辞退", reverse("benefits-declines") if further else ""), *further]


def _next(row: Decline, actor: Actor) -> tuple[str, str]:
    if row.state == DeclineState.NOTED:
        if actor.may_somewhere(CONFIRM) and row.noted_by != actor.staff_id:
            return "本人に確かめて確認する", reverse("benefits-decline-confirm", args=[row.pk])
        if actor.may_somewhere(NOTE):
            return "辞退しないと記録する", reverse("benefits-decline-withdraw", args=[row.pk])
    return "", ""


@screen(NOTE)
def new(request: HttpRequest) -> HttpResponse:
    """申出の記録."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        note_decline(
            case_number=given["number"], channel=DeclineChannel(given["channel"]), said_on=given["said_on"],
            said=given["said"], by=by,
        )  # fmt: skip

    return form_page(
        request, DeclineForm(request.POST or None), permission=NOTE, heading="辞退の申出を記録します", verb="記録する", work=work,
        done="記録しました。別の職員の確認を待ちます。", back=reverse("benefits-declines"), crumbs=_crumbs(("記録", "")),
    )  # fmt: skip


@screen(CONFIRM)
def confirm(request: HttpRequest, decline_id: int) -> HttpResponse:
    """意思の確認."""
    row = reads.decline(decline_id)
    return form_page(
        request, AskedAgainForm(request.POST or None), permission=CONFIRM, heading="辞退を確認します", verb="確認する",
        work=lambda by, given: confirm_decline(decline_id=decline_id, answer=given["answer"], by=by), facts=_facts(row),
        done="辞退を確認しました。", back=reverse("benefits-declines"), crumbs=_crumbs(("確認", "")), lead=_effect(row),
    )  # fmt: skip


@screen(NOTE)
def withdraw(request: HttpRequest, decline_id: int) -> HttpResponse:
    """記入誤りなど."""
    row = reads.decline(decline_id)
    return form_page(
        request, AskedAgainForm(request.POST or None), permission=NOTE, heading="辞退しないことを記録します", verb="記録する",
        work=lambda by, given: withdraw_decline(decline_id=decline_id, answer=given["answer"], by=by), facts=_facts(row),
        done="記録しました。", back=reverse("benefits-declines"), crumbs=_crumbs(("辞退しない", "")),
    )  # fmt: skip


def _effect(row: Decline) -> str:
    """What the confirmation would do now."""
    state = CaseState(row.case.state)
    if state is CaseState.PAID:
        return rules.EFFECT_AFTER
    if state in (CaseState.RESERVED, CaseState.ORDERED):
        return rules.EFFECT_BETWEEN
    return rules.EFFECT_FAILED if state is CaseState.FAILED else rules.EFFECT_BEFORE


def _facts(row: Decline) -> list[tuple[str, object]]:
    people = naming.people((row.noted_by,))
    return [
        ("給付管理番号", row.case.case_number), ("世帯の状態", STATE_TITLES[CaseState(row.case.state)]),
        ("申出", f"{CHANNELS[DeclineChannel(row.channel)]}　{wareki(row.said_on)}"), ("内容", row.said),
        ("記録した職員", people[row.noted_by]),
    ]  # fmt: skip


def cards(actor: Actor) -> Iterator[Card]:
    """Declines that somebody else noted."""
    if actor.may_somewhere(CONFIRM):
        count = reads.declines_to_confirm(actor.staff_id)
        yield Card(
            title="意思の確認を待つ辞退", count=count, link="確かめる", url=reverse("benefits-declines")
        )
