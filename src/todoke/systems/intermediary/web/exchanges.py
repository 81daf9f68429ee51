"""情報提供の状況 for provider officers and 情報照会の状況 for inquirers: by state and record id, never with a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import lists
from todoke.access.guard import screen
from todoke.access.permissions import Permission
from todoke.contracts.information import Outcome
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_link
from todoke.systems.intermediary.queries import exchanges
from todoke.systems.intermediary.queries.exchanges import InquiryRow, ProvisionRow, StateCount
from todoke.systems.intermediary.web import naming, places

INQUIRIES: Final = "情報照会の状況"
PROVISIONS: Final = "情報提供の状況"
Names = dict[Outcome, tuple[str, str]]


class StateForm(forms.Form):
    """絞り込み."""

    outcome = forms.ChoiceField(label="状態", required=False)
    other = forms.CharField(label="相手の機関コード", required=False, max_length=20)
    record = forms.CharField(label="レコード識別番号", required=False, max_length=60)

    def __init__(self, *arguments: Any, names: Names, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        choice = self.fields["outcome"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", "すべて"), *((state.value, title) for state, (title, _) in names.items())]

    def wanted(self) -> dict[str, str]:
        """For the query; nothing is filtered by a form that is not sent or wrong."""
        return dict(self.cleaned_data) if self.is_bound and self.is_valid() else {}


def states_table(caption: str, rows: Sequence[StateCount], names: Names) -> Table[StateCount]:
    """How many in which state, in the order of the flow."""
    order = list(names)
    columns = [
        Column[StateCount](
            key="state", title="状態", value=lambda row: names[Outcome(row.outcome)][0], heads_row=True, sortable=False,
            cell=lambda row: naming.chip(names, row.outcome),
        ),
        Column[StateCount](key="count", title="件数", value=lambda row: row.count, kind=Kind.NUMBER, sortable=False),
        Column[StateCount](key="oldest", title="最も古いもの", value=lambda row: row.oldest, kind=Kind.MOMENT, sortable=False),
    ]  # fmt: skip
    return Table(
        caption=caption, columns=columns, rows=sorted(rows, key=lambda row: order.index(Outcome(row.outcome)))
    )


def _shared(names: Names, other: str, at: str) -> list[Column[Any]]:
    return [
        Column[Any](key="other", title=other, value=lambda row: naming.organisation(row.other)),
        Column[Any](key="at", title=at, value=lambda row: row.at, kind=Kind.MOMENT),
        Column[Any](
            key="state", title="状態", value=lambda row: names[Outcome(row.outcome)][0],
            cell=lambda row: naming.chip(names, row.outcome),
        ),
        Column[Any](key="since", title="その状態になった日時", value=lambda row: row.settled_at, kind=Kind.MOMENT),
        Column[Any](key="error", title="理由の記号", value=lambda row: row.error, kind=Kind.CODE),
    ]  # fmt: skip


def _record(cell: Callable[[Any], Any] | None = None) -> Column[Any]:
    return Column[Any](
        key="record", title="レコード識別番号", value=lambda row: row.record_id, heads_row=True, cell=cell
    )


@screen(Permission.INTERMEDIARY_INQUIRIES_READ)
def inquiry_towns(request: HttpRequest) -> HttpResponse:
    """照会した団体."""
    return places.choose(request, Permission.INTERMEDIARY_INQUIRIES_READ, "intermediary-inquiries", INQUIRIES)


@screen(Permission.INTERMEDIARY_INQUIRIES_READ, where=places.here, live=True)
def inquiries(request: HttpRequest, municipality: str) -> HttpResponse:
    """Own inquiries by state, and whether the city has taken the results away."""
    alias, names = places.alias_of(municipality), naming.INQUIRY_STATES
    form = StateForm(request.GET or None, names=names)
    columns: list[Column[InquiryRow]] = [
        _record(lambda row: make_link(reverse("intermediary-inquiry", args=[municipality, row.record_id]), row.record_id)),
        *_shared(names, "照会先", "照会の日時"),
        Column[InquiryRow](key="taken", title="引取り", value=lambda row: "済み" if row.taken else ""),
    ]  # fmt: skip
    table = Table(
        caption=f"情報照会（新しいものから{exchanges.LISTED:,}件まで）", columns=columns, query=request.GET,
        rows=exchanges.inquiries(alias, **form.wanted()), empty="情報照会はありません。",
    )  # fmt: skip
    return lists.listing(
        request, table, permission=Permission.INTERMEDIARY_INQUIRIES_READ, template="intermediary/states.html",
        heading=f"{INQUIRIES}　{naming.town(municipality)}", file=f"情報照会_{municipality}", filter=form,
        states=states_table("状態ごとの件数", exchanges.inquiry_states(alias), names), poll=exchanges.poll(alias),
        crumbs=[places.HOME, (INQUIRIES, "")],
    )  # fmt: skip


@screen(Permission.INTERMEDIARY_INQUIRIES_READ, where=places.here, live=True)
def inquiry(request: HttpRequest, municipality: str, record_id: str) -> HttpResponse:
    """一件の照会: its state; 提供者確認中 with since when, and never why."""
    found = exchanges.inquiries(places.alias_of(municipality), record=record_id)
    if not found:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この照会")
    row = found[0]
    facts = [
        ("照会先", naming.organisation(row.other)),
        ("事務", naming.code(row.duty)),
        ("事務手続", naming.code(row.procedure)),
        ("照会の日時", row.at),
        ("団体による引取り", "済み" if row.taken else "まだ"),
    ]
    context = {
        "row": row, "state": naming.INQUIRY_STATES[Outcome(row.outcome)], "facts": facts,
        "error": naming.error(row.error), "running": row.outcome in (Outcome.ASKED, Outcome.HELD),
        "crumbs": [places.HOME, (INQUIRIES, reverse("intermediary-inquiries", args=[municipality])), (record_id, "")],
    }  # fmt: skip
    return render(request, "intermediary/inquiry.html", context)


@screen(Permission.INTERMEDIARY_PROVISIONS_READ, where=places.here, live=True)
def provisions(request: HttpRequest, municipality: str) -> HttpResponse:
    """What this municipality answered, and how: counts and record ids."""
    alias, names = places.alias_of(municipality), naming.PROVISION_STATES
    form = StateForm(request.GET or None, names=names)
    columns: list[Column[ProvisionRow]] = [
        _record(),
        *_shared(names, "照会元", "要求の受付"),
        Column[ProvisionRow](key="duty", title="事務", value=lambda row: row.duty, kind=Kind.CODE),
        Column[ProvisionRow](key="decided", title="決め方", value=lambda row: "二人で決定" if row.decided else "自動"),
    ]  # fmt: skip
    table = Table(
        caption=f"情報提供（新しいものから{exchanges.LISTED:,}件まで）", columns=columns, query=request.GET,
        rows=exchanges.provisions(alias, **form.wanted()), empty="情報提供はありません。",
    )  # fmt: skip
    return lists.listing(
        request, table, permission=Permission.INTERMEDIARY_PROVISIONS_READ, template="intermediary/states.html",
        heading=f"{PROVISIONS}　{naming.town(municipality)}", file=f"情報提供_{municipality}", filter=form,
        states=states_table("状態ごとの件数", exchanges.provision_states(alias), names),
        actions=[("提供の確認へ戻る", reverse("intermediary-held", args=[municipality]))],
        crumbs=[places.HOME, ("提供の確認", reverse("intermediary-held", args=[municipality])), (PROVISIONS, "")],
    )  # fmt: skip
