"""契約の条項 (PIA Ⅲ.4 委託・再委託): which of the clauses that the assessment promises stands where in which contract."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from todoke.access import directory, lists, naming
from todoke.access.form_pages import form_page
from todoke.access.guard import actor_of, screen
from todoke.access.models import Contract
from todoke.access.permissions import Actor, Permission
from todoke.assurance import queries
from todoke.assurance.actions.note_clauses import note_clauses
from todoke.assurance.models import Clause, ContractClause
from todoke.assurance.web.shared import READ, Crumbs, crumbs
from todoke.kernel import clock
from todoke.kernel.clock import wareki
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link

NOTE: Final = Permission.ASSURANCE_CLAUSES
TITLE: Final = "契約の条項"
Seen = dict[str, ContractClause]


class ClausesForm(forms.Form):
    """条項の確認: one field for each clause that nobody has seen yet."""

    def __init__(self, missing: list[Clause], *args: Any, **more: Any) -> None:  # noqa: ANN401 - as Django's forms take them
        super().__init__(*args, **more)
        for one in missing:
            self.fields[one.value] = forms.CharField(
                label=one.label, required=False, max_length=200, help_text="例：第12条。見当たらないときは空けておきます。",
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )  # fmt: skip


def _crumbs(*further: tuple[str, str]) -> Crumbs:
    return crumbs(TITLE, "assurance-clauses", *further)


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """Every contract, and how many of the clauses were seen in it."""
    columns: list[Column[tuple[Contract, Seen]]] = [
        Column(key="number", title="契約番号", value=lambda row: row[0].number, kind=Kind.CODE, heads_row=True,
               cell=lambda row: make_link(reverse("assurance-contract", args=[row[0].number]), row[0].number)),
        Column(key="contractor", title="委託先", value=lambda row: row[0].contractor),
        Column(key="kind", title="種別", value=lambda row: _kind(row[0])),
        Column(key="until", title="終了日", value=lambda row: row[0].valid_until, kind=Kind.DAY),
        Column(key="seen", title="確かめた条項", value=lambda row: f"{len(row[1])} / {len(Clause)}"),
        Column(key="state", title="状態", value=lambda row: _state(*row)[0], cell=lambda row: make_chip(*_state(*row))),
    ]  # fmt: skip
    table = Table(
        caption="委託契約と再委託契約", columns=columns, rows=queries.clauses(directory.alias()), query=request.GET,
        empty="契約はありません。メニューの「委託契約」で登録します。",
    )  # fmt: skip
    return lists.listing(
        request, table, permission=READ, heading=TITLE, file="assurance_clauses", crumbs=_crumbs(),
        lead="評価書が契約に定めるとしている条項が、どの契約のどこにあるかを示します。",
    )  # fmt: skip


def _kind(one: Contract) -> str:
    return f"再委託（元は {one.prime_id}）" if one.prime_id else "委託"


def _state(one: Contract, seen: Seen) -> tuple[str, str]:
    if not one.valid_from <= clock.today() <= one.valid_until:
        return "期間外", ""
    missing = len(queries.missing_clauses(seen))
    return (f"見当たらない条項 {missing} 件", "fail") if missing else ("そろっている", "good")


def _one(number: str) -> tuple[Contract, Seen]:
    for contract, seen in queries.clauses(directory.alias()):
        if contract.number == number:
            return contract, seen
    raise TodokeError(ErrorCode.NOT_FOUND, what="委託契約")


def _facts(one: Contract) -> list[tuple[str, object]]:
    return [
        ("委託先", one.contractor),
        ("種別", _kind(one)),
        ("期間", f"{wareki(one.valid_from)}から{wareki(one.valid_until)}まで"),
        ("再委託", "許可あり" if one.subcontracting_permitted else "許可なし"),
    ]


@screen(READ)
def contract(request: HttpRequest, number: str) -> HttpResponse:
    """One contract, clause by clause."""
    found, seen = _one(number)
    names = naming.people(one.seen_by for one in seen.values())

    def chip(one: Clause) -> SafeString:
        return make_chip(*(("ある", "good") if one in seen else ("見当たらない", "fail")))

    columns: list[Column[Clause]] = [
        Column(key="clause", title="条項", value=lambda one: one.label, heads_row=True),
        Column(key="state", title="状態", value=lambda one: "ある" if one in seen else "見当たらない", cell=chip),
        Column(key="article", title="どこにあるか", value=lambda one: seen[one].article if one in seen else ""),
        Column(key="by", title="確かめた人", value=lambda one: names[seen[one].seen_by] if one in seen else ""),
        Column(key="at", title="確かめた日時", value=lambda one: seen[one].seen_at if one in seen else None, kind=Kind.MOMENT),
    ]  # fmt: skip
    ways = []
    if queries.missing_clauses(seen) and actor_of(request).may_somewhere(NOTE):
        ways = [("条項を確かめて記録する", reverse("assurance-contract-note", args=[number]))]
    table = Table(caption="条項（評価書の順）", columns=columns, rows=list(Clause), query=request.GET)
    return lists.listing(
        request, table, permission=READ, heading=f"契約 {number}", file="assurance_contract", actions=ways,
        template="assurance/facts_and_list.html", facts=_facts(found), chip=make_chip(*_state(found, seen)),
        crumbs=_crumbs((f"契約 {number}", "")),
    )  # fmt: skip


@screen(NOTE)
def note(request: HttpRequest, number: str) -> HttpResponse:
    """条項を確かめる."""
    found, seen = _one(number)
    here = reverse("assurance-contract", args=[number])

    def work(by: Actor, given: dict[str, Any]) -> None:
        note_clauses(by=by, contract=number, articles={Clause(name): text for name, text in given.items()})

    form = ClausesForm(queries.missing_clauses(seen), request.POST or None)
    return form_page(
        request, form, permission=NOTE, heading="契約書の条項を確かめます", verb="確かめたと記録する", back=here, work=work,
        facts=[("契約番号", number), *_facts(found)], done="記録しました。", crumbs=_crumbs((f"契約 {number}", here), ("確認", "")),
        lead="契約書を見て、それぞれの条項がどこにあるかを書きます。一度記録した条項は消せません。",
    )  # fmt: skip
