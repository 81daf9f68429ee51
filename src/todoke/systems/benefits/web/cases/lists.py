"""一覧: the cases, households and missing statuses behind the numbers of the dashboards. No name, no address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from todoke.access import lists
from todoke.access.guard import actor_of, route_of, screen
from todoke.access.lists import Offer
from todoke.access.permissions import Permission
from todoke.oplog.record import record
from todoke.pages.failures import PURPOSE_FIELD
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits import queries
from todoke.systems.benefits.queries.figures import lists as rows
from todoke.systems.benefits.queries.figures.lists import ListedCase, ListedHousehold, ListedMissing
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.deciding.outcome import Outcome, Reason
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus
from todoke.systems.benefits.web import naming
from todoke.systems.benefits.web.cases import views
from todoke.systems.benefits.web.forms import CaseFilter, JudgedFilter, MissingFilter

ALIAS = "benefits"
READ = Permission.BENEFITS_CASE_READ
HOME = ("ホーム", "/")
_NOT_YET = "判定の一覧はまだありません。支給判定の後に作られます。"


@screen(READ)
def cases(request: HttpRequest) -> HttpResponse:
    """給付管理番号の一覧."""
    form = CaseFilter(asked_for(request))
    table: Table[ListedCase]
    offer = None
    if form.is_valid():
        wanted = form.wanted()
        table = _table(request, "給付管理番号の一覧", _case_columns(request), rows.cases(wanted))
        state = wanted.states[0].value if wanted.states and len(wanted.states) == 1 else ""
        conditions = {"programme": wanted.programme, **({"state": state} if state else {})}
        if wanted.ward is not None:
            conditions["ward_code"] = wanted.ward
        # the export knows equalities only: of a wider choice it would hold something else than the list shows
        if wanted.age is None and (wanted.states is None or state):
            fields = ("case_number", "ward_code", "state", "state_at")
            offer = Offer(alias=ALIAS, model="Case", fields=fields, conditions=conditions)
    else:
        table = _table(request, "給付管理番号の一覧", _case_columns(request), [])
    saved = views.views(request, form.data["programme"]) if form.is_valid() else []
    return _listing(
        request,
        form,
        table,
        heading="給付管理番号の一覧",
        offer=offer,
        template="benefits/cases.html",
        saved=saved,
    )


@screen(READ)
def judged(request: HttpRequest) -> HttpResponse:
    """判定した世帯の一覧."""
    asked = asked_for(request)
    form, run = JudgedFilter(asked), queries.laid_out_run(asked["programme"])
    found: Any = []
    if form.is_valid() and run:
        given = form.cleaned_data
        found = rows.households(
            rows.HouseholdsWanted(
                run=run,
                outcome=Outcome(given["outcome"]) if given["outcome"] else None,
                reason=Reason(given["reason"]) if given["reason"] else None,
                ward=form.ward_wanted(),
            )
        )
    table: Table[ListedHousehold] = _table(request, "判定した世帯の一覧", _judged_columns(request), found)
    lead = f"{run.round} の判定の世帯です。" if run else _NOT_YET
    return _listing(request, form, table, heading="判定した世帯の一覧", lead=lead)


@screen(READ)
def missing(request: HttpRequest) -> HttpResponse:
    """課税の状態が分からない人の一覧, by household: a person is opened on the household's page."""
    given = asked_for(request)
    run = queries.laid_out_run(given["programme"])
    counts = queries.missing_counts(run) if run else []
    form = MissingFilter(given, asked=sorted({row.asked for row in counts}))
    found: Any = []
    if form.is_valid() and run:
        status = form.cleaned_data["status"]
        found = rows.missing(
            rows.MissingWanted(
                run=run, asked=form.asked_wanted(), status=TaxStatus(status) if status else None
            )
        )
    heading = "課税の状態が分からない人の一覧"
    table: Table[ListedMissing] = _table(request, heading, _missing_columns(request), found)
    lead = "未確定の世帯の人だけを、長く待っている順に示します。" if run else _NOT_YET
    return _listing(request, form, table, heading=heading, lead=lead)


def asked_for(request: HttpRequest) -> dict[str, str]:
    """The filter of the address, with the programme filled in where none is named."""
    given = {name: str(value) for name, value in request.GET.items()}
    for name in (lists.FORM, "page", "sort"):
        given.pop(name, None)
    return {**given, "programme": given.get("programme") or programmes.every()[0].code}


def with_purpose(request: HttpRequest, url: str) -> str:
    """The address with the purpose that was told here."""
    mark = "&" if "?" in url else "?"
    return f"{url}{mark}{urlencode({PURPOSE_FIELD: actor_of(request).purpose})}"


def _table(request: HttpRequest, caption: str, columns: list[Column[Any]], found: Any) -> Table[Any]:  # noqa: ANN401 - rows of any list
    return Table(caption=caption, columns=columns, rows=found, query=request.GET)


def _listing(
    request: HttpRequest, form: forms.Form, table: Table[Any], *, heading: str, offer: Offer | None = None, lead: str = "",
    template: str = "pages/listing.html", saved: object = None,
) -> HttpResponse:  # fmt: skip
    shown = len(table.page.object_list)
    record(ALIAS, by=actor_of(request), verb="benefits:case:list", subject=route_of(request), persons=shown)
    return lists.listing(
        request,
        table,
        permission=READ,
        heading=heading,
        filter=form,
        offer=offer,
        lead=f"{lead}氏名と住所は示しません。開いた世帯は、利用目的とともに記録されます。",
        clear=with_purpose(request, request.path),
        crumbs=[HOME, ("給付の集計", reverse("benefits-dashboard")), (heading, "")],
        template=template,
        views=saved,
    )


def _ward_cell(ward: str) -> str:
    return naming.ward(ward) if ward else "（表示しません）"


def _case_columns(request: HttpRequest) -> list[Column[Any]]:
    def number(row: ListedCase) -> SafeString:
        return make_link(with_purpose(request, reverse("benefits-case", args=[row.case_id])), row.case_number)

    return [
        Column[ListedCase](
            key="number", title="給付管理番号", value=lambda row: row.case_number, cell=number, kind=Kind.CODE,
            heads_row=True, sortable=False,
        ),
        Column[ListedCase](key="ward", title="区（基準日）", value=lambda row: _ward_cell(row.ward), sortable=False),
        Column[ListedCase](
            key="state", title="状態", value=lambda row: row.state.value, cell=lambda row: naming.state_chip(row.state),
            sortable=False,
        ),
        Column[ListedCase](key="since", title="いつから", value=lambda row: row.since, kind=Kind.MOMENT, sortable=False),
        Column[ListedCase](
            key="protected", title="支援措置", value=lambda row: "対象" if row.protected else "",
            cell=lambda row: make_chip("対象", "protected") if row.protected else "－", sortable=False,
        ),
    ]  # fmt: skip


def _why(request: HttpRequest, decision_id: int, key: str) -> SafeString:
    return make_link(with_purpose(request, reverse("benefits-why", args=[decision_id])), key)


def _judged_columns(request: HttpRequest) -> list[Column[Any]]:
    return [
        Column[ListedHousehold](
            key="household", title="世帯コード", value=lambda row: row.household_key, kind=Kind.CODE, heads_row=True,
            cell=lambda row: _why(request, row.decision_id, row.household_key), sortable=False,
        ),
        Column[ListedHousehold](key="ward", title="区（基準日）", value=lambda row: _ward_cell(row.ward), sortable=False),
        Column[ListedHousehold](
            key="outcome", title="判定", value=lambda row: row.outcome.words,
            cell=lambda row: naming.outcome_chip(row.outcome), sortable=False,
        ),
        Column[ListedHousehold](key="reason", title="理由", value=lambda row: row.reason.words, sortable=False),
        Column[ListedHousehold](
            key="protected", title="支援措置", value=lambda row: "対象" if row.protected else "",
            cell=lambda row: make_chip("対象", "protected") if row.protected else "－", sortable=False,
        ),
    ]  # fmt: skip


def _missing_columns(request: HttpRequest) -> list[Column[Any]]:
    return [
        Column[ListedMissing](
            key="household", title="世帯コード", value=lambda row: row.household_key, kind=Kind.CODE, heads_row=True,
            cell=lambda row: _why(request, row.decision_id, row.household_key), sortable=False,
        ),
        Column[ListedMissing](key="ward", title="区（基準日）", value=lambda row: _ward_cell(row.ward), sortable=False),
        Column[ListedMissing](
            key="status", title="課税の状態", value=lambda row: row.status.value,
            cell=lambda row: naming.status_chip(row.status), sortable=False,
        ),
        Column[ListedMissing](key="asked", title="照会先", value=lambda row: naming.asked(row.asked), sortable=False),
        Column[ListedMissing](key="since", title="いつから", value=lambda row: row.since, kind=Kind.MOMENT, sortable=False),
    ]  # fmt: skip
