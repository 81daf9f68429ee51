"""記録の不一致: what is open, what the three parties hold, what to do next, and the operator's word that it is settled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import form_pages, lists
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.contracts.exchange_records import DIFFERENCES, Difference, Side
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table, moment
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.network import queries
from todoke.systems.network.actions.settle_discrepancies import settle_discrepancies
from todoke.systems.network.flows import DiscrepancyState
from todoke.systems.network.models import Discrepancy
from todoke.systems.network.needs import ALIAS
from todoke.systems.network.queries import discrepancies as reads
from todoke.systems.network.queries.discrepancies import Held
from todoke.systems.network.web.editions import ReasonForm
from todoke.systems.network.web.traffic import OUTCOMES

WATCH, SETTLE = Permission.NETWORK_WATCH, Permission.NETWORK_SETTLE
HEADING: Final = "記録の不一致"
_SIDES: Final = {Side.INQUIRER: "照会した機関", Side.PROVIDER: "提供した機関"}
_STATES: Final = {
    DiscrepancyState.OPEN: ("未解決", "fail"),
    DiscrepancyState.AGREED: ("一致した", "good"),
    DiscrepancyState.SETTLED: ("処置済み", ""),
}


class Filter(forms.Form):
    """絞り込み."""

    state = forms.ChoiceField(
        label="状態", required=False,
        choices=[("", "未解決"), *((state.value, _STATES[state][0]) for state in list(DiscrepancyState)[1:]), ("all", "すべて")],
    )  # fmt: skip


def outcome(word: str) -> str:
    """The outcome on a record; 記録なし where there is none."""
    return OUTCOMES[word][0] if word else "記録なし"


def _party(names: dict[str, str]) -> Any:  # noqa: ANN401 - Column.value
    return lambda row: names.get(getattr(row, row.side), getattr(row, row.side))


def _columns(names: dict[str, str]) -> list[Column[Discrepancy]]:
    return [
        Column(
            key="permit", title="許可証番号", value=lambda row: row.permit_id, kind=Kind.CODE, heads_row=True,
            cell=lambda row: make_link(reverse("network-discrepancy", args=[row.permit_id]), row.permit_id),
        ),
        Column(key="side", title="違う当事者", value=lambda row: _SIDES[Side(row.side)]),
        Column(key="party", title="機関", value=_party(names)),
        Column(key="difference", title="違い", value=lambda row: DIFFERENCES[Difference(row.difference)][0]),
        Column(key="here", title="ネットワーク", value=lambda row: outcome(row.here)),
        Column(key="there", title="当事者", value=lambda row: outcome(row.there)),
        Column(key="found", title="見つけた日時", value=lambda row: row.found_at, kind=Kind.MOMENT),
        Column(key="seen", title="最後に確かめた日時", value=lambda row: row.seen_at, kind=Kind.MOMENT),
        Column(
            key="state", title="状態", value=lambda row: _STATES[DiscrepancyState(row.state)][0],
            cell=lambda row: make_chip(*_STATES[DiscrepancyState(row.state)]),
        ),
    ]  # fmt: skip


@screen(WATCH)
def listed(request: HttpRequest) -> HttpResponse:
    """未解決の不一致, the oldest first."""
    form = Filter(request.GET)
    wish = form.cleaned_data["state"] if form.is_valid() else ""
    rows = reads.listed("" if wish == "all" else wish or DiscrepancyState.OPEN)
    return lists.listing(
        request,
        Table(caption=HEADING, columns=_columns(queries.names()), rows=rows, query=request.GET, empty="この状態の不一致はありません。"),
        permission=WATCH, heading=HEADING, file="discrepancies", filter=form,
        lead="当事者とネットワークの情報提供等記録が違う提供です。一件の提供で両方の当事者と違えば二行になります。個人は示しません。",
        crumbs=[("ホーム", "/"), (HEADING, "")],
    )  # fmt: skip


def _held(title: str, held: Held, names: dict[str, str]) -> tuple[str, str, str, str]:
    name = (
        f"{names.get(held.organisation, held.organisation)}（{held.organisation}）"
        if held.organisation
        else "－"
    )
    if not held.known:
        return title, name, outcome(held.outcome), "ネットワークと違う記録は示されていません"
    return title, name, outcome(held.outcome), moment(held.at) if held.at else "－"


PARTIES: Final = [
    Column[Any](key="party", title="当事者", value=lambda row: row[0], heads_row=True, sortable=False),
    Column[Any](key="name", title="機関", value=lambda row: row[1], sortable=False),
    Column[Any](key="outcome", title="記録の結果", value=lambda row: row[2], sortable=False),
    Column[Any](key="at", title="日時", value=lambda row: row[3], sortable=False),
]


@screen(WATCH)
def one(request: HttpRequest, permit_id: str) -> HttpResponse:
    """What each party holds, what to do next, and what was found and done so far."""
    exchange, names = reads.exchange(permit_id), queries.names()
    still = [row for row in exchange.found if row.state == DiscrepancyState.OPEN]
    rows = [
        _held("ネットワーク", exchange.network, names),
        _held("照会した機関", exchange.inquirer, names),
        _held("提供した機関", exchange.provider, names),
    ]
    context = {
        "heading": f"{HEADING}　{permit_id}",
        "parties": Table(caption="三者の記録", columns=PARTIES, rows=rows),
        "steps": [
            (_SIDES[Side(row.side)], *DIFFERENCES[Difference(row.difference)], row.pk) for row in still
        ],
        "found": Table(caption="経過", columns=HISTORY, rows=exchange.found),
        "settles": actor_of(request).may_somewhere(SETTLE),
        "crumbs": [("ホーム", "/"), (HEADING, reverse("network-discrepancies")), (permit_id, "")],
    }
    return render(request, "network/discrepancy.html", context)


HISTORY: Final = [
    Column[Discrepancy](
        key="found", title="見つけた日時", value=lambda row: row.found_at, kind=Kind.MOMENT, heads_row=True, sortable=False
    ),
    Column[Discrepancy](key="side", title="違う当事者", value=lambda row: _SIDES[Side(row.side)], sortable=False),
    Column[Discrepancy](
        key="what", title="違い", sortable=False,
        value=lambda row: f"{DIFFERENCES[Difference(row.difference)][0]}（{outcome(row.here)}／{outcome(row.there)}）",
    ),
    Column[Discrepancy](
        key="state", title="状態", value=lambda row: _STATES[DiscrepancyState(row.state)][0], sortable=False,
        cell=lambda row: make_chip(*_STATES[DiscrepancyState(row.state)]),
    ),
    Column[Discrepancy](key="closed", title="終わった日時", value=lambda row: row.closed_at, kind=Kind.MOMENT, sortable=False),
    Column[Discrepancy](key="by", title="終えた人", value=lambda row: row.closed_by or "－", sortable=False),
    Column[Discrepancy](key="reason", title="理由", value=lambda row: row.reason or "－", sortable=False),
]  # fmt: skip


@screen(SETTLE)
def settle(request: HttpRequest, number: int) -> HttpResponse:
    """処置済み: why the records will never agree, or what was put right."""
    row = Discrepancy.objects.using(ALIAS).filter(pk=number).first()
    if row is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この不一致")
    back = reverse("network-discrepancy", args=[row.permit_id])
    return form_pages.form_page(
        request, ReasonForm(request.POST or None), permission=SETTLE,
        heading="不一致を処置済みにします", verb="処置済みにする", back=back,
        work=lambda by, given: settle_discrepancies(ids=[number], reason=given["reason"], by=by),
        done="処置済みにしました。同じ違いなら、もう未解決にはなりません。",
        lead="記録そのものは変わりません。原因と処置を書いてください。個人を書かないでください。",
        facts=[
            ("許可証番号", row.permit_id), ("違う当事者", _SIDES[Side(row.side)]),
            ("違い", DIFFERENCES[Difference(row.difference)][0]),
            ("ネットワークの記録", outcome(row.here)), ("当事者の記録", outcome(row.there)),
        ],
        crumbs=[("ホーム", "/"), (HEADING, reverse("network-discrepancies")), (row.permit_id, back), ("処置済みにする", "")],
    )  # fmt: skip


def cards(actor: Actor) -> Iterable[Card]:
    """What is open, for whoever can settle it."""
    if actor.may_somewhere(SETTLE):
        count = queries.counts()["discrepancies_open"]
        yield Card(
            title="未解決の記録の不一致",
            count=count,
            link="不一致を見る",
            url=reverse("network-discrepancies"),
        )
