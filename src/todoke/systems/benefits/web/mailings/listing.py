"""発送の一覧, one mailing with its road, and the letters to take out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString

from todoke.access import lists, naming
from todoke.access.guard import actor_of, route_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel.clock import JAPAN, wareki
from todoke.oplog.record import record
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits.models import Mailing
from todoke.systems.benefits.queries.editions.proposals import every, find
from todoke.systems.benefits.queries.letters import mailings as reads
from todoke.systems.benefits.queries.letters.mailings import Held, Line, Pulled
from todoke.systems.benefits.rules.letters import kind as letter_kind
from todoke.systems.benefits.rules.letters.mailing_state import (
    MAILING_TITLES,
    PULL_TITLES,
    MailingState,
    PullReason,
)

ALIAS = "benefits"
READ: Final = Permission.BENEFITS_MAILING_READ
HANDLE: Final = Permission.BENEFITS_MAILING
CONFIRM: Final = Permission.BENEFITS_MAILING_CONFIRM
_TONES: Final = {MailingState.DISPATCHED: "good", MailingState.OUTDATED: "warn"}


def crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    """Home, the mailings, and where the page stands below them."""
    return [("ホーム", "/"), ("発送", reverse("benefits-mailings")), *further]


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """発送の一覧: counts only."""
    names = {programme.code: programme.name for programme in every()}
    columns = [
        Column[Line](
            key="number", title="番号", value=lambda row: row.number, kind=Kind.NUMBER, heads_row=True,
            cell=lambda row: make_link(reverse("benefits-mailing", args=[row.pk]), f"発送 {row.number}"),
        ),
        Column[Line](key="programme", title="事業", value=lambda row: names.get(row.programme, row.programme)),
        Column[Line](key="state", title="状態", value=lambda row: MAILING_TITLES[MailingState(row.state)], cell=lambda row: _chip(row.state)),
        Column[Line](key="letters", title="通数", value=lambda row: row.letters, kind=Kind.NUMBER),
        Column[Line](key="sheets", title="枚数", value=lambda row: row.sheets, kind=Kind.NUMBER),
        Column[Line](key="pulled", title="抜き取り", value=lambda row: row.pulled, kind=Kind.NUMBER),
        Column[Line](key="handed", title="印刷所へ渡した日時", value=lambda row: row.handed_at, kind=Kind.MOMENT),
        Column[Line](key="posted", title="発送の確認", value=lambda row: row.confirmed_at, kind=Kind.MOMENT),
    ]  # fmt: skip
    table = Table(
        caption="発送（新しい順）", columns=columns, rows=reads.listed(), query=request.GET, empty="発送はまだありません。"
    )  # fmt: skip
    return lists.listing(
        request, table, permission=READ, heading="発送", file="mailings", crumbs=crumbs(), actions=_new(actor_of(request)),
        lead="印刷所に渡した手紙の数を合わせ、最新の住民記録と照合して抜き取り、別の職員が発送を確認します。",
    )  # fmt: skip


def _new(actor: Actor) -> list[tuple[str, str]]:
    if not actor.may_somewhere(HANDLE):
        return []
    found = []
    for programme in every():
        letters = sum(one.letters for one in reads.waiting(programme.code))
        if letters:
            url = reverse("benefits-mailing-new", args=[programme.code])
            found.append((f"{programme.name}の {letters:,} 通を印刷所に渡す", url))
    return found


@screen(READ)
def one(request: HttpRequest, mailing_id: int) -> HttpResponse:
    """One mailing."""
    mailing, kinds = reads.one(mailing_id), reads.held(mailing_id)
    context = {
        "heading": f"発送 {mailing.number}", "chip": _chip(mailing.state), "lead": find(mailing.programme_id).name,
        "facts": facts(mailing), "table": kinds_table(kinds), "road": _road(mailing),
        "actions": _actions(mailing, actor_of(request)), "crumbs": crumbs((f"発送 {mailing.number}", "")),
    }  # fmt: skip
    return render(request, "benefits/mailings/mailing.html", context)


@screen(READ)
def pulls(request: HttpRequest, mailing_id: int) -> HttpResponse:
    """抜き取る手紙: where each lies. Why, only as counts on the page before: that would tell who is protected."""
    mailing = reads.one(mailing_id)
    columns = [
        Column[Pulled](key="file", title="印刷ファイル", value=lambda row: row.file, kind=Kind.CODE, heads_row=True),
        Column[Pulled](key="position", title="何通目", value=lambda row: row.position, kind=Kind.NUMBER),
        Column[Pulled](key="case", title="給付管理番号", value=lambda row: row.case_number, kind=Kind.CODE),
    ]  # fmt: skip
    table = Table(
        caption="抜き取る手紙（束に並んでいる順）", columns=columns, rows=reads.pulled(mailing), query=request.GET,
        empty="抜き取る手紙はありません。",
    )  # fmt: skip
    shown = len(table.page.object_list)
    record(ALIAS, by=actor_of(request), verb=READ.value, subject=route_of(request), persons=shown)
    back = reverse("benefits-mailing", args=[mailing_id])
    return lists.listing(
        request, table, permission=READ, heading=f"発送 {mailing.number} から抜き取る手紙",
        lead="束から抜き取り、別の封筒に入れて保管してください。発送の確認のとき、抜き取った通数を別の職員が数えます。",
        crumbs=crumbs((f"発送 {mailing.number}", back), ("抜き取る手紙", "")),
    )  # fmt: skip


def facts(mailing: Mailing) -> list[tuple[str, object]]:
    """What the mailing comes to, restated wherever somebody acts on it."""
    rows: list[tuple[str, object]] = [
        ("渡した手紙", f"{mailing.letters:,} 通（{mailing.sheets:,} 枚）"),
    ]
    if mailing.pulled is not None:
        reasons = "、".join(
            f"{PULL_TITLES[PullReason(reason)]} {count:,} 通"
            for reason, count in reads.reasons(mailing).items()
        )
        rows += [
            ("抜き取る手紙", f"{mailing.pulled:,} 通" + (f"（{reasons}）" if reasons else "")),
            ("発送する手紙", f"{mailing.letters - mailing.pulled:,} 通"),
        ]
    return rows


def kinds_table(kinds: list[Held]) -> Table[Held]:
    """What was handed over and what the printer counted, by kind."""
    columns = [
        Column[Held](key="kind", title="手紙の種類", value=lambda row: letter_kind.title(row.kind, row.route), heads_row=True, sortable=False),
        Column[Held](key="letters", title="渡した通数", value=lambda row: row.letters, kind=Kind.NUMBER, sortable=False),
        Column[Held](key="sheets", title="渡した枚数", value=lambda row: row.sheets, kind=Kind.NUMBER, sortable=False),
        Column[Held](key="printed", title="印刷した枚数", value=lambda row: row.printed, kind=Kind.NUMBER, sortable=False),
        Column[Held](key="spoiled", title="損紙", value=lambda row: row.spoiled, kind=Kind.NUMBER, sortable=False),
        Column[Held](key="reprinted", title="刷り直し", value=lambda row: row.reprinted, kind=Kind.NUMBER, sortable=False),
        Column[Held](key="enclosed", title="封入した通数", value=lambda row: row.enclosed, kind=Kind.NUMBER, sortable=False),
    ]  # fmt: skip
    return Table(caption="渡した数と印刷所の数", columns=columns, rows=kinds)


def cards(actor: Actor) -> Iterator[Card]:
    """Mailings that wait for the second person."""
    if actor.may_somewhere(CONFIRM):
        waiting = sum(row.state == MailingState.MATCHED for row in reads.listed())
        yield Card(title="確認を待つ発送", count=waiting, link="確かめる", url=reverse("benefits-mailings"))


def _chip(state: str) -> SafeString:
    known = MailingState(state)
    return make_chip(MAILING_TITLES[known], _TONES.get(known, "wait"))


def _road(mailing: Mailing) -> list[tuple[str, object]]:
    acts = (
        ("印刷所へ渡した", mailing.handed_at, mailing.handed_by),
        ("数の確認", mailing.counted_at, mailing.counted_by),
        ("住民記録との照合", mailing.matched_at, mailing.matched_by),
        ("発送の確認（二人目）", mailing.confirmed_at, mailing.confirmed_by),
    )
    people = naming.people([by for _, _, by in acts if by])

    def said(at: datetime | None, by: str | None) -> str:
        if at is None or by is None:
            return "まだです"
        local = at.astimezone(JAPAN)
        return f"{wareki(local.date())} {local:%H:%M} {people[by]}"

    rows: list[tuple[str, object]] = [(title, said(at, by)) for title, at, by in acts]
    return [*rows, ("照合した住民記録", mailing.register_snapshot or "－")]


def _actions(mailing: Mailing, actor: Actor) -> list[tuple[str, str]]:
    def link(title: str, route: str) -> tuple[str, str]:
        return title, reverse(route, args=[mailing.pk])

    found, state = [], MailingState(mailing.state)
    if actor.may_somewhere(HANDLE):
        if state is MailingState.HANDED:
            found.append(link("印刷所の数を入れる", "benefits-mailing-count"))
        elif state is not MailingState.DISPATCHED:
            again = state is MailingState.MATCHED
            found.append(link("照合し直す" if again else "住民記録と照合する", "benefits-mailing-match"))
    if actor.may_somewhere(CONFIRM) and state is MailingState.MATCHED:
        found.append(link("発送を確認する", "benefits-mailing-confirm"))
    if actor.may_somewhere(Permission.BENEFITS_PRINT) and state is not MailingState.DISPATCHED:
        found.append(link("傷んだ手紙を刷り直す", "benefits-mailing-reprint"))
    if mailing.pulled:
        found.append(link("抜き取る手紙を見る", "benefits-mailing-pulls"))
    return found
