"""サインイン中: who is signed in where; ending a session, leave to take one over; the alarms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import directory, form_pages, naming
from todoke.access.actions.allow_take_over import allow_take_over
from todoke.access.actions.end_session import end_session
from todoke.access.guard import actor_of, screen
from todoke.access.models import Alarm, Session
from todoke.access.permissions import Actor, Permission
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link

ALARMS_LISTED = 500

FACTORS = {"face": "画像認証", "passkey": "パスキー"}
COLUMNS = [
    Column[Session](key="staff", title="職員", value=lambda row: naming.person(row.staff), heads_row=True),
    Column[Session](
        key="terminal", title="端末", value=lambda row: f"{row.terminal.name}（{row.terminal.place}）"
    ),
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


@screen(Permission.ACCESS_SESSION_END)
def session_end(request: HttpRequest, session_id: int) -> HttpResponse:
    """終了させる."""
    row = _one(session_id)
    return _about(
        request, row, Permission.ACCESS_SESSION_END, heading="サインインを終了させます", verb="終了させる",
        work=lambda by, _: end_session(staff_id=row.staff_id, by=by), done="サインインを終了させました。",
        warning="この人の入力中の内容は失われます。次の操作から使えなくなります。", tone="danger",
    )  # fmt: skip


@screen(Permission.ACCESS_SESSION_TAKE_OVER)
def session_take_over(request: HttpRequest, session_id: int) -> HttpResponse:
    """引継ぎの許可: the person may sign in at another terminal, with password and second factor, within five minutes."""
    row = _one(session_id)
    return _about(
        request, row, Permission.ACCESS_SESSION_TAKE_OVER, heading="引継ぎを許可します", verb="許可する",
        work=lambda by, _: allow_take_over(staff_id=row.staff_id, by=by),
        done="引継ぎを許可しました。本人は5分以内に、別の端末でサインインしてください。",
        warning="本人であることを、顔を見て確かめてから許可してください。元の端末のサインインは終わります。",
    )  # fmt: skip


def _one(session_id: int) -> Session:
    found = (
        Session.objects.using(directory.alias())
        .select_related("staff", "terminal")
        .filter(pk=session_id, ended_at__isnull=True)
        .first()
    )
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="サインイン中の職員ID")
    return found


def _about(
    request: HttpRequest,
    row: Session,
    permission: Permission,
    *,
    heading: str,
    verb: str,
    work: Callable[[Actor, dict[str, Any]], object],
    done: str,
    **more: object,
) -> HttpResponse:
    facts = [(column.title, column.value(row)) for column in COLUMNS]
    return form_pages.form_page(
        request, form_pages.sent(request), permission=permission, heading=heading, verb=verb, back=reverse("sessions"),
        work=work, done=done, facts=facts, template="pages/confirm.html",
        crumbs=[("ホーム", "/"), ("サインイン中", reverse("sessions")), (verb, "")], **more,
    )  # fmt: skip
