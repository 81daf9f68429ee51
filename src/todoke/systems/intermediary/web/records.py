"""情報提供等記録: search, list, one record, 不開示 by two officers, and the paper for the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from todoke.access import form_pages
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.contracts.exchange_records import Side
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.failures import PURPOSE_FIELD
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.intermediary.actions import judge_record, read_records
from todoke.systems.intermediary.actions.disclose_records import Request, disclose_records
from todoke.systems.intermediary.flows import NondisclosureState
from todoke.systems.intermediary.models import Nondisclosure
from todoke.systems.intermediary.queries import records as reads
from todoke.systems.intermediary.queries.records import Record
from todoke.systems.intermediary.rules import wording
from todoke.systems.intermediary.web import naming, places
from todoke.systems.intermediary.web.forms import DecisionForm, DisclosureForm, JudgementForm, Search

READ: Final = Permission.INTERMEDIARY_RECORD_READ
MARK: Final = Permission.INTERMEDIARY_RECORD_MARK
CONFIRM: Final = Permission.INTERMEDIARY_RECORD_CONFIRM
DISCLOSE: Final = Permission.INTERMEDIARY_RECORD_DISCLOSE
HEADING: Final = "情報提供等記録"
JUDGING: Final = "不開示の確認"
SIDES: Final = {Side.INQUIRER: "照会した", Side.PROVIDER: "提供を求められた"}
STATES: Final = {
    NondisclosureState.PROPOSED: "確認待ち",
    NondisclosureState.CONFIRMED: "確認済",
    NondisclosureState.WITHDRAWN: "取下げ・差戻し",
}


def code(value: str) -> str:
    """A 不開示コード with what the table says of it."""
    known = reads.codes().get(value)
    return (
        f"{value}　{known.title}"
        if known
        else f"{value}　表にないコード（不開示として扱う）"
        if value
        else "なし"
    )


def _crumbs(municipality: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    title = f"{HEADING}　{naming.town(municipality)}"
    return [places.HOME, (title, reverse("intermediary-records", args=[municipality])), *more]


@screen(MARK)
def towns(request: HttpRequest) -> HttpResponse:
    """Which municipality's records."""
    return places.choose(request, MARK, "intermediary-records", HEADING)


@screen(MARK)
def judgement_towns(request: HttpRequest) -> HttpResponse:
    """Which municipality's judgements."""
    return places.choose(request, MARK, "intermediary-nondisclosures", JUDGING)


@screen(MARK, where=places.here)
def search(request: HttpRequest, municipality: str) -> HttpResponse:
    """検索; the answer stands below the form, so that no number gets into an address."""
    form, found, refusal = Search(request.POST or None), None, None

    def work() -> None:
        nonlocal found
        actor, alias = actor_of(request), places.alias_of(municipality)
        found = read_records.search_records(alias=alias, sought=form.sought(), by=actor)

    if request.method == "POST" and form.is_valid():
        refusal = form_pages.refused(request, READ, work)
    actions = []
    if actor_of(request).may(DISCLOSE, municipality=municipality):
        actions.append(("開示する記録を印刷する", reverse("intermediary-disclosure", args=[municipality])))
    context = {
        "form": form, "refusal": refusal, "heading": f"{HEADING}　{naming.town(municipality)}", "actions": actions,
        "table": _list(municipality, found, form) if found is not None else None, "limit": reads.LISTED,
        "more": found is not None and len(found) == reads.LISTED, "crumbs": [places.HOME, (HEADING, "")],
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "intermediary/records.html", context, status=wrong)


def _list(municipality: str, found: list[Record], form: Search) -> Table[Record]:
    query = urlencode({PURPOSE_FIELD: form.cleaned_data["purpose"]})

    def link(row: Record) -> str:
        url = reverse("intermediary-record", args=[municipality, row.number])
        return make_link(f"{url}?{query}", row.number)

    columns = [
        Column[Record](sortable=False, key="number", title="記録", value=lambda row: row.number, cell=link, heads_row=True, kind=Kind.CODE),
        Column[Record](sortable=False, key="asked", title="照会の日時", value=lambda row: row.requested_at, kind=Kind.MOMENT),
        Column[Record](sortable=False, key="person", title="統合番号", value=lambda row: row.person, kind=Kind.CODE),
        Column[Record](sortable=False, key="side", title="当団体の立場", value=lambda row: SIDES[row.side]),
        Column[Record](sortable=False, key="partner", title="相手の機関", value=lambda row: wording.organisation(row.partner)),
        Column[Record](sortable=False, key="information", title="情報", value=lambda row: wording.information(row.information_code)),
        Column[Record](sortable=False, key="outcome", title="結果", value=lambda row: wording.OUTCOMES[row.outcome]),
        Column[Record](
            sortable=False, key="withheld", title="開示", value=lambda row: "不開示" if row.withheld else "開示できる",
            cell=lambda row: make_chip("不開示", "warn") if row.withheld else make_chip("開示できる", "good"),
        ),
    ]  # fmt: skip
    return Table(caption="見つかった記録", columns=columns, rows=found, per_page=reads.LISTED, empty="該当する記録はありません。")  # fmt: skip


@screen(READ, where=places.here)
def record(request: HttpRequest, municipality: str, number: int) -> HttpResponse:
    """One record, and every judgement on it."""
    actor = actor_of(request)
    row, judgements = read_records.open_record(alias=places.alias_of(municipality), number=number, by=actor)
    actions = []
    if row.proposal is None and actor.may(MARK, municipality=municipality):
        url = reverse("intermediary-nondisclosure-new", args=[municipality, number])
        actions = [("不開示の判断を提案する", url)]
    context = {
        "heading": f"記録 {number}", "facts": _facts(row), "actions": actions, "row": row,
        "judgements": _history(judgements), "crumbs": _crumbs(municipality, (f"記録 {number}", "")),
    }  # fmt: skip
    return render(request, "intermediary/record.html", context)


def _facts(row: Record) -> list[tuple[str, object]]:
    return [
        ("統合番号", row.person or "この団体に該当する人がいない"),
        ("当団体の立場", SIDES[row.side]),
        ("照会した機関", wording.organisation(row.inquirer)),
        ("提供を求められた機関", wording.organisation(row.provider)),
        ("事務", wording.duty(row.duty)),
        ("事務手続", wording.procedure(row.procedure)),
        ("情報", wording.information(row.information_code)),
        ("項目", "、".join(wording.items(row.information_code, row.outcome)) or "なし"),
        ("照会の日時", row.requested_at),
        ("結果", wording.OUTCOMES[row.outcome]),
        ("回答の日時", row.provided_at),
        ("許可証", row.permit_id),
        ("当団体の不開示コード", code(row.own_code)),
        ("相手の不開示コード", code(row.partner_code)),
        ("本人への開示", "示さない" if row.withheld else "示す"),
    ]


def _history(judgements: list[Nondisclosure]) -> Table[Nondisclosure]:
    columns = [
        Column[Nondisclosure](sortable=False, key="at", title="提案の日時", value=lambda row: row.proposed_at, kind=Kind.MOMENT, heads_row=True),
        Column[Nondisclosure](sortable=False, key="code", title="不開示コード", value=lambda row: code(row.code)),
        Column[Nondisclosure](sortable=False, key="reason", title="理由", value=lambda row: row.reason),
        Column[Nondisclosure](sortable=False, key="by", title="提案した職員", value=lambda row: row.proposed_by, kind=Kind.CODE),
        Column[Nondisclosure](sortable=False, key="state", title="状態", value=lambda row: STATES[NondisclosureState(row.state)]),
        Column[Nondisclosure](sortable=False, key="confirmed", title="確認した職員", value=lambda row: row.confirmed_by or "", kind=Kind.CODE),
    ]  # fmt: skip
    return Table(
        caption="不開示の判断",
        columns=columns,
        rows=judgements,
        empty="この記録についての判断はまだありません。",
    )


@screen(MARK, where=places.here)
def propose(request: HttpRequest, municipality: str, number: int) -> HttpResponse:
    """提案: another code for a record, with its reason."""
    alias = places.alias_of(municipality)
    row, _ = read_records.judged_record(alias=alias, number=number, by=actor_of(request))
    form = JudgementForm(request.POST or None, own_code=row.own_code)

    def work(by: Actor, given: dict[str, Any]) -> None:
        judge_record.propose_judgement(alias=alias, number=number, **given, by=by)

    return form_pages.form_page(
        request, form, permission=MARK, heading="不開示の判断を提案します", verb="提案する",
        back=reverse("intermediary-records", args=[municipality]), work=work, facts=_facts(row),
        done="提案しました。別の職員が確認すると、判断が変わります。",
        lead="別の職員が確認するまで、この記録の扱いは変わりません。確認すると、ネットワークと相手の機関にも伝わります。",
        crumbs=_crumbs(municipality, (f"記録 {number}", ""), ("不開示の判断", "")),
    )  # fmt: skip


@screen(MARK, where=places.here)
def judgements(request: HttpRequest, municipality: str) -> HttpResponse:
    """判断 that wait for a second officer; names nobody."""
    found = read_records.read_proposals(alias=places.alias_of(municipality), by=actor_of(request))
    columns = [
        Column[Nondisclosure](
            key="record", title="記録", value=lambda row: row.record_id, heads_row=True, kind=Kind.CODE,
            cell=lambda row: make_link(reverse("intermediary-nondisclosure", args=[municipality, row.pk]), row.record_id),
        ),
        Column[Nondisclosure](key="code", title="提案されたコード", value=lambda row: code(row.code)),
        Column[Nondisclosure](key="by", title="提案した職員", value=lambda row: row.proposed_by, kind=Kind.CODE),
        Column[Nondisclosure](key="at", title="提案の日時", value=lambda row: row.proposed_at, kind=Kind.MOMENT),
    ]  # fmt: skip
    context = {
        "heading": f"{JUDGING}　{naming.town(municipality)}",
        "table": Table(caption="確認を待つ判断", columns=columns, rows=found, query=request.GET),
        "crumbs": [places.HOME, (JUDGING, "")],
    }
    return render(request, "pages/listing.html", context)


@screen(CONFIRM, where=places.here)
def judgement(request: HttpRequest, municipality: str, judgement: int) -> HttpResponse:
    """確認 by a second officer: the record, the reason, and the decision."""
    alias, back = places.alias_of(municipality), reverse("intermediary-nondisclosures", args=[municipality])
    proposed = Nondisclosure.objects.using(alias).filter(pk=judgement).first()
    if proposed is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="不開示の判断")
    row, _ = read_records.judged_record(alias=alias, number=proposed.record_id, by=actor_of(request))
    form = DecisionForm(request.POST or None)

    def work(by: Actor, given: dict[str, Any]) -> None:
        act: Callable[..., None] = judge_record.withdraw_judgement
        if given["decision"] == "confirm":
            act = judge_record.confirm_judgement
        act(alias=alias, judgement=judgement, by=by)

    facts: list[tuple[str, object]] = [
        ("提案されたコード", code(proposed.code)), ("理由", proposed.reason), ("提案した職員", proposed.proposed_by), *_facts(row)
    ]  # fmt: skip
    return form_pages.form_page(
        request, form, permission=CONFIRM, heading=f"記録 {row.number} の不開示の判断", verb="決定する", back=back, work=work,
        done="決定しました。", facts=facts, crumbs=[places.HOME, (JUDGING, back), (f"記録 {row.number}", "")],
    )  # fmt: skip


@screen(MARK, where=places.here)
def disclosure(request: HttpRequest, municipality: str) -> HttpResponse:
    """開示する記録の印刷: the paper is given out, not kept."""
    form, document, refusal = DisclosureForm(request.POST or None), b"", None

    def work() -> None:
        nonlocal document
        given = form.cleaned_data
        asked = Request(
            number=given["number"], requested_on=given["requested_on"], persons=given["persons"], name=given["name"],
            office=given["office"], since=given["since"], until=form.until_day(),
        )  # fmt: skip
        document = disclose_records(alias=places.alias_of(municipality), request=asked, by=actor_of(request))

    if request.method == "POST" and form.is_valid():
        refusal = form_pages.refused(request, DISCLOSE, work)
        if refusal is None:
            headers = {"Content-Disposition": content_disposition_header(True, "開示.pdf") or ""}
            return HttpResponse(document, content_type="application/pdf", headers=headers)
    context = {
        "form": form, "refusal": refusal, "heading": "開示する記録を印刷します", "verb": "印刷する（PDF）",
        "back": reverse("intermediary-records", args=[municipality]),
        "lead": "不開示の記録は載りません。何件を載せなかったかも載りません。印刷したことは、請求番号とともに記録されます。",
        "crumbs": _crumbs(municipality, ("開示", "")),
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "pages/form_page.html", context, status=wrong)
