"""権限: the list of rights, and the three steps to one — the section asks, an administrator sets, the section confirms."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import directory
from todoke.access.guard import actor_of, screen
from todoke.access.models import Grant, GrantState
from todoke.access.permissions import Permission
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.sites.screens import naming

LISTED = 1000

_STATE = Column[Grant](
    key="state",
    title="状態",
    value=lambda row: GrantState(row.state).label,
    cell=lambda row: make_chip(GrantState(row.state).label, naming.GRANT_TONES[GrantState(row.state)]),
)
_REACH = [
    Column[Grant](key="duty", title="事務", value=lambda row: naming.duty(row.duty)),
    Column[Grant](key="reach", title="範囲", value=naming.reach),
    _STATE,
    Column[Grant](key="from", title="開始日", value=lambda row: row.valid_from, kind=Kind.DAY),
    Column[Grant](key="until", title="終了日", value=lambda row: row.valid_until, kind=Kind.DAY),
]
_ROLE = Column[Grant](
    key="role",
    title="役割",
    value=lambda row: naming.role(row.role),
    cell=lambda row: make_link(reverse("grant", args=[row.pk]), naming.role(row.role)),
    heads_row=True,
)
OF_PERSON = [_ROLE, *_REACH]
COLUMNS = [
    _ROLE,
    Column[Grant](key="staff", title="職員", value=lambda row: naming.person(row.staff)),
    *_REACH,
    Column[Grant](key="asked", title="依頼", value=lambda row: row.requested_at, kind=Kind.MOMENT),
]


class GrantFilter(forms.Form):
    """絞り込み."""

    state = forms.ChoiceField(label="状態", required=False, choices=[("", "すべて"), *GrantState.choices])
    staff = forms.CharField(label="職員ID", required=False)


def listed(alias: str) -> QuerySet[Grant]:
    """Every right, newest request first."""
    return Grant.objects.using(alias).select_related("staff").order_by("-requested_at", "-pk")


def table(
    rows: QuerySet[Grant], request: HttpRequest, *, caption: str, columns: Sequence[Column[Grant]] = COLUMNS
) -> Table[Grant]:
    """一覧表 of rights."""
    return Table(
        caption=caption, columns=columns, rows=list(rows[:LISTED]), query=request.GET, empty="権限はありません。"
    )


@screen(Permission.ACCESS_DIRECTORY_READ)
def grants(request: HttpRequest) -> HttpResponse:
    """権限の一覧, and what waits for whom."""
    actor, form = actor_of(request), GrantFilter(request.GET or None)
    wish = form.cleaned_data if form.is_valid() else {}
    found = listed(directory.alias())
    if wish.get("state"):
        found = found.filter(state=wish["state"])
    if wish.get("staff"):
        found = found.filter(staff_id=wish["staff"])
    offered = [(Permission.ACCESS_MATRIX_PRINT, "アクセス権限と事務の対応表", "matrix")]
    context = {
        "heading": "権限",
        "lead": "権限は、所管課の依頼、システム管理者の設定、所管課の確認の3つの手順を、別々の3人が行って初めて有効になります。",
        "filter": form,
        "table": table(found, request, caption="権限の一覧"),
        "actions": [(title, reverse(route)) for need, title, route in offered if actor.may_somewhere(need)],
    }
    return render(request, "pages/listing.html", context)
