"""団体の状況 for the platform operator: what waits where and how long, how old the copies are. Numbers and times only."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import lists
from todoke.access.guard import screen
from todoke.access.permissions import Permission
from todoke.contracts.intermediary import Backlog, ServiceState
from todoke.kernel import clock
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_link
from todoke.systems.intermediary import needs, queries
from todoke.systems.intermediary.queries import exchanges, holding
from todoke.systems.intermediary.queries.exchanges import Edition, Town
from todoke.systems.intermediary.web import naming, places
from todoke.systems.intermediary.web.exchanges import states_table

HEADING: Final = "団体の状況"
_SERVICE: Final = {
    ServiceState.RUNNING: "稼働中",
    ServiceState.PLANNED_PAUSE: "計画停止中",
    ServiceState.CLOSED_HOURS: "サービス時間外",
}
_BACKLOGS: Final = {
    "inquiries": "結果のない情報照会",
    "codes": "届いていない符号",
    "held": "提供の許可を待つ照会",
    "outbox": "送信待ちの電文",
}


class Row:
    """A municipality; its database is asked only when the row is drawn, so that a page asks no more than it shows."""

    def __init__(self, code: str) -> None:
        self.code = code

    @cached_property
    def town(self) -> Town:
        """What waits there."""
        return exchanges.town(needs.alias_of(self.code))


class TownForm(forms.Form):
    """絞り込み."""

    begins = forms.CharField(
        label="団体コードの始まり", required=False, max_length=5, help_text="例：14（神奈川県）"
    )


COLUMNS: Final = [
    Column[Row](
        key="town", title="団体", value=lambda row: naming.town(row.code), heads_row=True,
        cell=lambda row: make_link(reverse("intermediary-town", args=[row.code]), naming.town(row.code)),
    ),
    Column[Row](key="asked", title="照会中", value=lambda row: row.town.asked, kind=Kind.NUMBER, sortable=False),
    Column[Row](key="asked_oldest", title="最も古い照会", value=lambda row: row.town.asked_oldest, kind=Kind.MOMENT, sortable=False),
    Column[Row](key="held", title="保留", value=lambda row: row.town.held, kind=Kind.NUMBER, sortable=False),
    Column[Row](key="held_oldest", title="最も古い保留", value=lambda row: row.town.held_oldest, kind=Kind.MOMENT, sortable=False),
    Column[Row](key="outbox", title="送信待ち", value=lambda row: row.town.outbox, kind=Kind.NUMBER, sortable=False),
    Column[Row](key="outbox_oldest", title="最も古い送信待ち", value=lambda row: row.town.outbox_oldest, kind=Kind.MOMENT, sortable=False),
    Column[Row](key="replicas", title="副本", value=lambda row: row.town.replicas, kind=Kind.NUMBER, sortable=False),
    Column[Row](key="newest", title="副本の最後の登録", value=lambda row: row.town.replicas_newest, kind=Kind.MOMENT, sortable=False),
]  # fmt: skip
BACKLOGS: Final = [
    Column[Backlog](key="name", title="種類", value=lambda row: _BACKLOGS.get(row.name, row.name), heads_row=True, sortable=False),
    Column[Backlog](key="waiting", title="件数", value=lambda row: row.waiting, kind=Kind.NUMBER, sortable=False),
    Column[Backlog](key="oldest", title="最も古いもの", value=lambda row: row.oldest, kind=Kind.MOMENT, sortable=False),
]  # fmt: skip


def _age(row: Edition) -> str:
    return f"{(clock.now() - row.newest).days}日"


EDITIONS: Final = [
    Column[Edition](key="year", title="年度", value=lambda row: f"{row.fiscal_year}年度", heads_row=True, sortable=False),
    Column[Edition](key="count", title="件数", value=lambda row: row.count, kind=Kind.NUMBER, sortable=False),
    Column[Edition](key="edition", title="最新の版", value=lambda row: row.edition, kind=Kind.NUMBER, sortable=False),
    Column[Edition](key="oldest", title="最も古い登録", value=lambda row: row.oldest, kind=Kind.MOMENT, sortable=False),
    Column[Edition](key="newest", title="最後の登録", value=lambda row: row.newest, kind=Kind.MOMENT, sortable=False),
    Column[Edition](key="age", title="最後の登録から", value=_age, sortable=False),
]  # fmt: skip


@screen(Permission.INTERMEDIARY_WATCH, live=True)
def towns(request: HttpRequest) -> HttpResponse:
    """Every municipality on this platform; fifty a page are asked."""
    form = TownForm(request.GET or None)
    begins = form.cleaned_data["begins"] if form.is_bound and form.is_valid() else ""
    codes = [needs.municipality_of(alias) for alias in needs.aliases()]
    rows = [Row(code) for code in codes if code.startswith(begins)]
    table = Table(caption="団体", columns=COLUMNS, rows=rows, query=request.GET)
    return lists.listing(
        request, table, permission=Permission.INTERMEDIARY_WATCH, heading=HEADING, file="団体の状況", filter=form,
        lead="件数と日時だけを示します。人も項目も表示しません。", crumbs=[places.HOME, (HEADING, "")],
    )  # fmt: skip


@screen(Permission.INTERMEDIARY_WATCH, where=places.here, live=True)
def town(request: HttpRequest, municipality: str) -> HttpResponse:
    """One municipality: service, queues, exchanges by state, copies by 年度."""
    alias = places.alias_of(municipality)
    status, copy = queries.service_status(alias), exchanges.list_ends(alias)
    service = [
        ("状態", _SERVICE[status.state]),
        ("サービス時間", f"{status.hours}（毎日）"),
        ("受付の再開", status.opens_at),
        *((f"計画停止（{p.reason}）の始まり", p.begins_at) for p in status.pauses),
        *((f"計画停止（{p.reason}）の終わり", p.ends_at) for p in status.pauses),
        ("照会許可照会リストの写し", f"第{copy[0]}版" if copy else "ありません"),
        ("写しの期限", copy[1] if copy else None),
    ]  # fmt: skip
    context = {
        "heading": f"{HEADING}　{naming.town(municipality)}", "service": service,
        "overdue": holding.queue(alias).overdue, "list_valid": copy is not None and copy[1] > clock.now(),
        "backlogs": Table(caption="待っているもの", columns=BACKLOGS, rows=status.backlogs),
        "inquiries": states_table("情報照会の件数", exchanges.inquiry_states(alias), naming.INQUIRY_STATES),
        "provisions": states_table("情報提供の件数", exchanges.provision_states(alias), naming.PROVISION_STATES),
        "editions": Table(caption="年度ごとの副本", columns=EDITIONS, rows=exchanges.editions(alias), empty="副本はありません。"),
        "crumbs": [places.HOME, (HEADING, reverse("intermediary-towns")), (naming.town(municipality), "")],
    }  # fmt: skip
    return render(request, "intermediary/town.html", context)
