"""サインイン中: who is signed in where; ending a session, leave to take one over; the alarms."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import directory
from todoke.access.guard import actor_of, screen
from todoke.access.models import Alarm, Session
from todoke.access.permissions import Permission
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.sites.screens import naming

ALARMS_LISTED = 500

FACTORS = {"face": "画像認証", "passkey": "パスキー"}
COLUMNS = [
    Column[Session](key="staff", title="職員", value=lambda row: naming.person(row.staff), heads_row=True),
    Column[Session](key="terminal", title="端末", value=lambda row: f"{row.terminal.name}（{row.terminal.place}）"),
    Column[Session](key="begun", title="サインイン", value=lambda row: row.begun_at, kind=Kind.MOMENT),
    Column[Session](key="seen", title="最後の操作", value=lambda row: row.seen_at, kind=Kind.MOMENT),
    Column[Session](key="factor", title="本人確認", value=lambda row: FACTORS.get(row.factor, row.factor)),
]


@screen(Permission.ACCESS_SESSION_LIST)
def sessions(request: HttpRequest) -> HttpResponse:
    """サインイン中の人."""
    actor = actor_of(request)
    live = (
        Session.objects.using(directory.alias())
        .select_related("staff", "terminal")
        .filter(ended_at__isnull=True)
        .order_by("-seen_at")
    )
    columns = list(COLUMNS)
    for need, title, route in (
        (Permission.ACCESS_SESSION_END, "終了させる", "session-end"),
        (Permission.ACCESS_SESSION_TAKE_OVER, "引継ぎを許可する", "session-take-over"),
    ):
        if actor.may_somewhere(need):
            columns.append(_doing(title, route, actor.staff_id))
    context = {
        "heading": "サインイン中",
        "lead": "一つの職員IDで同時にサインインできるのは一か所だけです。",
        "table": Table(caption="サインイン中の人", columns=columns, rows=list(live), query=request.GET),
        "actions": [("警報の一覧", reverse("alarms"))],
    }
    return render(request, "pages/listing.html", context)


def _doing(title: str, route: str, myself: str) -> Column[Session]:
    return Column[Session](
        key=route,
        title=title,
        value=lambda row: "",
        cell=lambda row: (
            "－"
            if row.staff_id == myself
            else make_link(reverse(route, args=[row.pk]), f"{title}（{row.staff_id}）")
        ),
        sortable=False,
        exported=False,
    )


ALARM_COLUMNS = [
    Column[Alarm](key="at", title="日時", value=lambda row: row.at, kind=Kind.MOMENT, heads_row=True),
    Column[Alarm](
        key="kind",
        title="内容",
        value=lambda row: naming.ALARMS.get(row.kind, row.kind),
        cell=lambda row: make_chip(naming.ALARMS.get(row.kind, row.kind), "fail wrap"),
    ),
    Column[Alarm](key="staff", title="職員ID", value=lambda row: row.staff_id, kind=Kind.CODE),
    Column[Alarm](key="terminal", title="端末", value=lambda row: row.terminal),
    Column[Alarm](key="detail", title="補足", value=lambda row: row.detail),
]


@screen(Permission.ACCESS_SESSION_LIST)
def alarms(request: HttpRequest) -> HttpResponse:
    """警報: newest first. Looking at them is logged, as every screen is."""
    rows = Alarm.objects.using(directory.alias()).order_by("-at")[:ALARMS_LISTED]
    context = {
        "heading": "警報",
        "lead": "本人と所属に事情を確かめ、結果を所管課の記録に残してください。",
        "table": Table(caption="警報の一覧", columns=ALARM_COLUMNS, rows=list(rows), query=request.GET),
        "crumbs": [("ホーム", "/"), ("サインイン中", reverse("sessions")), ("警報", "")],
    }
    return render(request, "pages/listing.html", context)
