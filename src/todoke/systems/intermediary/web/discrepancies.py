"""記録の不一致 for the platform's operator: how far records were compared, what is open, and what the three parties hold."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import lists
from todoke.access.guard import screen
from todoke.access.permissions import Permission
from todoke.contracts.exchange_records import DIFFERENCES, Difference, Side
from todoke.contracts.information import Outcome
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_link
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.models import OpenDiscrepancy, RecordComparison
from todoke.systems.intermediary.queries import comparisons
from todoke.systems.intermediary.queries.comparisons import Standing
from todoke.systems.intermediary.web import naming, places

WATCH: Final = Permission.INTERMEDIARY_WATCH
HEADING: Final = "記録の不一致"
_SIDES: Final = {Side.INQUIRER: "照会した側", Side.PROVIDER: "提供した側"}


class Row:
    """A municipality; its database is asked only when the row is drawn."""

    def __init__(self, code: str) -> None:
        self.code = code

    @cached_property
    def standing(self) -> Standing:
        """What is open there."""
        return comparisons.standing(needs.alias_of(self.code))


TOWNS: Final = [
    Column[Row](
        key="town", title="団体", value=lambda row: naming.town(row.code), heads_row=True,
        cell=lambda row: make_link(reverse("intermediary-discrepancies", args=[row.code]), naming.town(row.code)),
    ),
    Column[Row](key="open", title="未解決", value=lambda row: row.standing.open, kind=Kind.NUMBER, sortable=False),
    Column[Row](key="oldest", title="最も古いもの", value=lambda row: row.standing.oldest, kind=Kind.MOMENT, sortable=False),
    Column[Row](key="compared", title="最後の突合", value=lambda row: row.standing.compared_at, kind=Kind.MOMENT, sortable=False),
]  # fmt: skip
ROUNDS: Final = [
    Column[RecordComparison](key="begun", title="始まり", value=lambda row: row.begun_at, kind=Kind.MOMENT, heads_row=True, sortable=False),
    Column[RecordComparison](key="side", title="側", value=lambda row: _SIDES[Side(row.side)], sortable=False),
    Column[RecordComparison](key="ended", title="終わり", value=lambda row: row.ended_at, kind=Kind.MOMENT, sortable=False),
    Column[RecordComparison](key="compared", title="比べた記録", value=lambda row: row.compared, kind=Kind.NUMBER, sortable=False),
    Column[RecordComparison](key="differing", title="違った記録", value=lambda row: row.differing, kind=Kind.NUMBER, sortable=False),
    Column[RecordComparison](key="unsettled", title="未解決", value=lambda row: row.unsettled, kind=Kind.NUMBER, sortable=False),
]  # fmt: skip
PARTIES: Final = [
    Column[Any](key="party", title="当事者", value=lambda row: row[0], heads_row=True, sortable=False),
    Column[Any](key="name", title="機関", value=lambda row: row[1], sortable=False),
    Column[Any](key="outcome", title="記録の結果", value=lambda row: outcome(row[2]), sortable=False),
]


def outcome(word: str) -> str:
    """The outcome on a record; 記録なし where there is none."""
    return naming.INQUIRY_STATES[Outcome(word)][0] if word else "記録なし"


def _columns(municipality: str) -> list[Column[OpenDiscrepancy]]:
    def url(row: OpenDiscrepancy) -> str:
        return reverse("intermediary-discrepancy", args=[municipality, row.permit_id])

    return [
        Column(
            key="permit", title="許可証番号", value=lambda row: row.permit_id, kind=Kind.CODE, heads_row=True,
            cell=lambda row: make_link(url(row), row.permit_id),
        ),
        Column(key="side", title="この団体は", value=lambda row: _SIDES[Side(row.side)]),
        Column(key="difference", title="違い", value=lambda row: DIFFERENCES[Difference(row.difference)][0]),
        Column(key="network", title="ネットワーク", value=lambda row: outcome(row.network_outcome)),
        Column(key="inquirer", title="照会した機関", value=lambda row: outcome(row.inquirer_outcome)),
        Column(key="provider", title="提供した機関", value=lambda row: outcome(row.provider_outcome)),
        Column(key="found", title="見つけた日時", value=lambda row: row.found_at, kind=Kind.MOMENT),
    ]  # fmt: skip


@screen(WATCH)
def towns(request: HttpRequest) -> HttpResponse:
    """Every municipality: what is open, and when records were last compared."""
    rows = [Row(needs.municipality_of(alias)) for alias in needs.aliases()]
    return lists.listing(
        request, Table(caption=HEADING, columns=TOWNS, rows=rows, query=request.GET),
        permission=WATCH, heading=HEADING, file="記録の不一致",
        lead="中間サーバーの情報提供等記録を、ネットワークの記録と毎日突き合わせます。件数と日時だけを示します。",
        crumbs=[places.HOME, (HEADING, "")],
    )  # fmt: skip


@screen(WATCH, where=places.here)
def town(request: HttpRequest, municipality: str) -> HttpResponse:
    """One municipality's open differences, as the network told them, and its rounds."""
    alias, name = places.alias_of(municipality), naming.town(municipality)
    rows = comparisons.open_discrepancies(alias)
    return lists.listing(
        request,
        Table(caption="未解決の不一致", columns=_columns(municipality), rows=rows, query=request.GET, empty="未解決の不一致はありません。"),
        permission=WATCH, heading=f"{HEADING}　{name}", file=f"記録の不一致_{municipality}",
        template="intermediary/discrepancies.html",
        lead="最後の突合のときにネットワークが知らせたものです。個人は示しません。",
        rounds=Table(caption="突合", columns=ROUNDS, rows=comparisons.rounds(alias), empty="突合はまだありません。"),
        crumbs=[places.HOME, (HEADING, reverse("intermediary-discrepancy-towns")), (name, "")],
    )  # fmt: skip


@screen(WATCH, where=places.here)
def one(request: HttpRequest, municipality: str, permit_id: str) -> HttpResponse:
    """What each of the three parties holds, and what to do next."""
    alias, name = places.alias_of(municipality), naming.town(municipality)
    found = comparisons.discrepancies_of(alias, permit_id)
    first = found[0]
    rows = [
        ("ネットワーク", "－", first.network_outcome),
        ("照会した機関", naming.organisation(first.inquirer), first.inquirer_outcome),
        ("提供した機関", naming.organisation(first.provider), first.provider_outcome),
    ]
    context = {
        "heading": f"{HEADING}　{permit_id}",
        "parties": Table(caption="三者の記録", columns=PARTIES, rows=rows),
        "told": first.told_at,
        "steps": [(_SIDES[Side(row.side)], *DIFFERENCES[Difference(row.difference)]) for row in found],
        "now": [(_SIDES[Side(row.side)], _own(alias, row)) for row in found],
        "crumbs": [
            places.HOME, (HEADING, reverse("intermediary-discrepancy-towns")),
            (name, reverse("intermediary-discrepancies", args=[municipality])), (permit_id, ""),
        ],
    }  # fmt: skip
    return render(request, "intermediary/discrepancy.html", context)


def _own(alias: str, row: OpenDiscrepancy) -> list[tuple[str, object]]:
    """This municipality's own record as it is now, which may be newer than what was compared."""
    record = comparisons.own_record(alias, row.permit_id, Side(row.side))
    if record is None:
        return [("記録", "記録なし")]
    return [
        ("結果", outcome(record.outcome)),
        ("提供の日時", record.provided_at),
        ("照会の日時", record.requested_at),
        ("事務", naming.code(record.duty)),
        ("事務手続", naming.code(record.procedure)),
        ("特定個人情報", naming.code(record.information_code)),
    ]
