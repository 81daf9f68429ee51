"""通信量, 許可されなかった照会, and the 住基ネット part: counts only, no person and no record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict

from todoke.access import lists
from todoke.access.guard import screen
from todoke.access.permissions import Permission
from todoke.contracts.information import Outcome
from todoke.contracts.refusals import NETWORK_REFUSALS
from todoke.kernel import clock
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip
from todoke.systems.network import queries
from todoke.systems.network.queries import editions
from todoke.systems.network.queries.editions import BulkRequests, Waiting
from todoke.systems.network.queries.traffic import (
    DENIED,
    LISTED,
    Denied,
    Span,
    Traffic,
    Wish,
    denied,
    lately,
    traffic,
)

WATCH: Final = Permission.NETWORK_WATCH
OUTCOMES: Final = {
    Outcome.ASKED.value: ("照会中", "wait"),
    Outcome.HELD.value: ("提供者確認中", "wait"),
    Outcome.ANSWERED.value: ("回答あり", "good"),
    Outcome.NO_RECORD.value: ("該当なし", "good"),
    Outcome.RELEASE_REFUSED.value: ("提供者が不許可", "warn"),
    Outcome.REFUSED.value: ("提供者が拒否", "fail"),
    DENIED: ("許可証なし", "fail"),
}
"""Title and tone by outcome; 許可証なし: refused by the network itself."""
_SPANS = [(Span.HOUR, "1時間ごと"), (Span.DAY, "1日ごと"), (Span.MONTH, "1か月ごと")]
_LONGEST = {Span.HOUR: 31, Span.DAY: 366, Span.MONTH: 3660}


class Filter(forms.Form):
    """集計の条件."""

    span = forms.ChoiceField(label="集計の単位", choices=[(each.value, title) for each, title in _SPANS])
    since = forms.DateField(label="この日から", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="この日まで", widget=forms.DateInput(attrs={"type": "date"}))
    inquirer = forms.ChoiceField(label="照会した機関", required=False)
    provider = forms.ChoiceField(label="照会先の機関", required=False)

    def __init__(self, given: QueryDict) -> None:
        today = clock.today()
        first = {
            "span": Span.HOUR.value,
            "since": (today - timedelta(days=6)).isoformat(),
            "until": today.isoformat(),
        }
        super().__init__({**first, **{name: value for name, value in given.items() if value}})
        choices = [
            ("", "すべて"),
            *((code, f"{name}（{code}）") for code, name in sorted(queries.names().items())),
        ]
        for name in ("inquirer", "provider"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if {"span", "since", "until"} <= given.keys():
            longest = _LONGEST[Span(given["span"])]
            if given["until"] < given["since"]:
                self.add_error("until", "始まりの日より前です。")
            elif (given["until"] - given["since"]).days >= longest:
                self.add_error("until", f"この単位では {longest} 日までです。")
        return given

    def wish(self) -> Wish | None:
        """The conditions, None when they are not right."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        return Wish(
            span=Span(given["span"]), since=given["since"], until=given["until"], inquirer=given["inquirer"],
            provider=given["provider"],
        )  # fmt: skip


def _shared(names: dict[str, str]) -> list[Column[Any]]:
    return [
        Column[Any](
            key="inquirer", title="照会した機関", value=lambda row: names.get(row.inquirer, row.inquirer)
        ),
        Column[Any](
            key="provider", title="照会先の機関", value=lambda row: names.get(row.provider, row.provider)
        ),
    ]


_SPAN: Final = Column[Any](
    key="span", title="始まり", value=lambda row: row.span, kind=Kind.MOMENT, heads_row=True
)
BULK: Final = [
    Column[BulkRequests](
        key="day", title="日", value=lambda row: row.day, kind=Kind.DAY, heads_row=True, sortable=False
    ),
    Column[BulkRequests](key="party", title="求めた団体", value=lambda row: row.party, sortable=False),
    Column[BulkRequests](
        key="messages", title="電文", value=lambda row: row.messages, kind=Kind.NUMBER, sortable=False
    ),
    Column[BulkRequests](
        key="persons", title="人数", value=lambda row: row.persons, kind=Kind.NUMBER, sortable=False
    ),
]
_COUNT: Final = Column[Any](key="count", title="件数", value=lambda row: row.count, kind=Kind.NUMBER)


@screen(WATCH, live=True)
def overview(request: HttpRequest) -> HttpResponse:
    """通信量: the last hour live, and the statistics below."""
    form = Filter(request.GET)
    wish = form.wish()
    columns: list[Column[Traffic]] = [
        _SPAN,
        *_shared(queries.names()),
        Column(
            key="outcome", title="結果", value=lambda row: OUTCOMES[row.outcome][0],
            cell=lambda row: make_chip(*OUTCOMES[row.outcome]),
        ),
        _COUNT,
    ]  # fmt: skip
    rows = traffic(wish) if wish else []
    return lists.listing(
        request,
        Table(caption="照会と提供の件数", columns=columns, rows=rows, query=request.GET, empty="この条件の照会はありません。"),
        permission=WATCH, heading="通信量", file="traffic", filter=form, template="network/traffic.html",
        lately=[(*OUTCOMES[name], count) for name, count in lately().items()], total=sum(row.count for row in rows),
        cut=len(rows) >= LISTED, crumbs=[("ホーム", "/"), ("通信量", "")],
    )  # fmt: skip


@screen(WATCH)
def refusals(request: HttpRequest) -> HttpResponse:
    """許可されなかった照会: code, what happened, and what whoever asked should do."""
    form = Filter(request.GET)
    wish = form.wish()
    columns: list[Column[Denied]] = [
        _SPAN,
        Column(key="reason", title="理由の記号", value=lambda row: row.reason, kind=Kind.CODE),
        Column(key="happened", title="起きたこと", value=lambda row: NETWORK_REFUSALS[row.reason].happened),
        Column(key="todo", title="次にすること", value=lambda row: NETWORK_REFUSALS[row.reason].todo),
        *_shared(queries.names()),
        Column(key="procedure", title="事務手続", value=lambda row: row.procedure, kind=Kind.CODE),
        Column(
            key="information", title="特定個人情報名", value=lambda row: row.information_code, kind=Kind.CODE
        ),
        _COUNT,
    ]
    return lists.listing(
        request,
        Table(
            caption="許可されなかった照会", columns=columns, rows=denied(wish) if wish else [], query=request.GET,
            empty="この条件で許可されなかった照会はありません。",
        ),
        permission=WATCH, heading="許可されなかった照会", file="refusals", filter=form,
        lead="情報提供ネットワークシステムが許可証を出さなかった照会です。個人もレコードも示しません。",
        crumbs=[("ホーム", "/"), ("許可されなかった照会", "")],
    )  # fmt: skip


@screen(WATCH)
def juki(request: HttpRequest) -> HttpResponse:
    """住基ネットの部分: 取得番号 whose 符号 are on their way, per organisation; and 一括提供 by day."""
    names = queries.names()
    rows = editions.waiting_acquisitions()
    columns: list[Column[Waiting]] = [
        Column(
            key="organisation",
            title="機関コード",
            value=lambda row: row.organisation,
            kind=Kind.CODE,
            heads_row=True,
        ),
        Column(key="name", title="機関", value=lambda row: names.get(row.organisation, "")),
        Column(key="count", title="届いていない符号", value=lambda row: row.count, kind=Kind.NUMBER),
        Column(key="oldest", title="最も古い要求", value=lambda row: row.oldest, kind=Kind.MOMENT),
    ]
    return lists.listing(
        request,
        Table(caption="待っている取得番号", columns=columns, rows=rows, query=request.GET, empty="待っている取得番号はありません。"),
        permission=WATCH, heading="住基ネットの部分", file="acquisitions", template="network/juki.html",
        counts=queries.counts(), waiting=sum(row.count for row in rows),
        bulk=Table(caption="本人確認情報の一括提供（31日間）", columns=BULK, rows=editions.bulk_requests(), empty="一括提供の求めはありません。"), crumbs=[("ホーム", "/"), ("住基ネットの部分", "")],
    )  # fmt: skip
