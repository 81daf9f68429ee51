"""中間サーバーの稼働状況: now, what waits and how long, since when sending is paused and until when; and the history."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Permission
from todoke.contracts import registry
from todoke.exchange.models import Pause, ReceiverChange, ReceiverState
from todoke.exchange.transport import Transport
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip
from todoke.systems.linkage.actions.queries.check_intermediary import check_intermediary
from todoke.systems.linkage.flows import QueryState
from todoke.systems.linkage.models import IntermediaryStatus
from todoke.systems.linkage.models.intermediary_status import Seen
from todoke.systems.linkage.queries import watching
from todoke.systems.linkage.queries.watching import Queue

TONES: Final = {
    Seen.RUNNING: "good",
    Seen.PLANNED_PAUSE: "warn",
    Seen.CLOSED_HOURS: "warn",
    Seen.SILENT: "fail",
    Seen.TROUBLED: "fail",
}
_KINDS = {
    "intermediary.inquiries.v1": "情報照会の送信",
    "intermediary.replicas.v1": "副本の登録",
    "inquiries": "結果のない情報照会",
    "codes": "届いていない符号",
    "held": "提供の許可を待つ照会",
    "outbox": "中間サーバーからの送信待ち",
}
_PLACES = {"outbox": "送信箱", "query": "受け付けた照会", "there": "中間サーバー"}

QUEUES = [
    Column[Queue](sortable=False, key="where", title="場所", value=lambda row: _PLACES[row.where]),
    Column[Queue](
        sortable=False, key="name", title="種類", heads_row=True,
        value=lambda row: QueryState(row.name).label if row.where == "query" else _KINDS.get(row.name, row.name),
    ),
    Column[Queue](sortable=False, key="waiting", title="件数", value=lambda row: row.waiting, kind=Kind.NUMBER),
    Column[Queue](sortable=False, key="oldest", title="最も古いもの", value=lambda row: row.oldest, kind=Kind.MOMENT),
]  # fmt: skip
HISTORY = [
    Column[IntermediaryStatus](
        key="state", title="状態", value=lambda row: Seen(row.state).label, heads_row=True,
        cell=lambda row: make_chip(Seen(row.state).label, TONES[Seen(row.state)]),
    ),
    Column[IntermediaryStatus](key="since", title="いつから", value=lambda row: row.since, kind=Kind.MOMENT),
    Column[IntermediaryStatus](key="until", title="最後の確認", value=lambda row: row.checked_at, kind=Kind.MOMENT),
    Column[IntermediaryStatus](key="checks", title="確認の回数", value=lambda row: row.checks, kind=Kind.NUMBER),
    Column[IntermediaryStatus](key="error", title="エラー", value=lambda row: row.error),
]  # fmt: skip
CHANGES = [
    Column[ReceiverChange](sortable=False, key="at", title="日時", value=lambda row: row.at, kind=Kind.MOMENT, heads_row=True),
    Column[ReceiverChange](
        sortable=False, key="state", title="送信", value=lambda row: "再開" if row.state == ReceiverState.OPEN else "停止",
        cell=lambda row: make_chip("再開", "good") if row.state == ReceiverState.OPEN else make_chip("停止", "warn"),
    ),
    Column[ReceiverChange](sortable=False, key="reason", title="理由", value=lambda row: Pause(row.reason).label if row.reason else ""),
]  # fmt: skip


@screen(Permission.LINKAGE_WATCH)
def state(request: HttpRequest) -> HttpResponse:
    """Now and before; counts and times only."""
    last, ours = watching.newest(), watching.receiver()
    context = {
        "last": last,
        "seen": Seen(last.state) if last else None,
        "tone": TONES[Seen(last.state)] if last else "",
        "sending": ours,
        "paused": ours is not None and ours.state == ReceiverState.PAUSED,
        "why": Pause(ours.reason).label if ours and ours.reason else "",
        "queues": Table(caption="待っているもの", columns=QUEUES, rows=watching.queues(), empty="待っているものはありません。"),
        "history": Table(caption="確認した状態", columns=HISTORY, rows=watching.history(), query=request.GET, per_page=20),
        "changes": Table(caption="送信の停止と再開", columns=CHANGES, rows=watching.changes(), empty="止まったことはありません。"),
    }  # fmt: skip
    return render(request, "linkage/intermediary.html", context)


@require_POST
@screen(Permission.LINKAGE_WATCH, atomic=False)
def check(request: HttpRequest) -> HttpResponse:
    """今すぐ確かめる."""
    seen = check_intermediary(transport=registry.need(Transport), by=actor_of(request))
    say = messages.success if seen is Seen.RUNNING else messages.warning
    say(request, f"確かめました：{seen.label}。")
    return HttpResponseRedirect(reverse("linkage-intermediary"))
