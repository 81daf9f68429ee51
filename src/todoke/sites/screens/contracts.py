"""委託契約・再委託契約: what the accounts of a contractor's people rest on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import directory, form_pages
from todoke.access.actions.register_contract import Terms, register_contract
from todoke.access.guard import actor_of, screen
from todoke.access.models import Contract
from todoke.access.permissions import Actor, Permission
from todoke.kernel import clock
from todoke.pages.forms import DateField
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip


def _state(row: Contract) -> tuple[str, str]:
    if row.valid_until < clock.today():
        return "終了", ""
    return ("期間中", "good") if row.valid_from <= clock.today() else ("開始前", "wait")


COLUMNS = [
    Column[Contract](
        key="number", title="契約番号", value=lambda row: row.number, kind=Kind.CODE, heads_row=True
    ),
    Column[Contract](key="contractor", title="委託先", value=lambda row: row.contractor),
    Column[Contract](
        key="prime", title="種別", value=lambda row: f"再委託（元は {row.prime_id}）" if row.prime_id else "委託"
    ),
    Column[Contract](
        key="sub", title="再委託", value=lambda row: "許可あり" if row.subcontracting_permitted else "許可なし"
    ),
    Column[Contract](
        key="state", title="状態", value=lambda row: _state(row)[0], cell=lambda row: make_chip(*_state(row))
    ),
    Column[Contract](key="from", title="開始日", value=lambda row: row.valid_from, kind=Kind.DAY),
    Column[Contract](key="until", title="終了日", value=lambda row: row.valid_until, kind=Kind.DAY),
    Column[Contract](
        key="people", title="従事者", value=lambda row: row.people, kind=Kind.NUMBER  # type: ignore[attr-defined]
    ),
    Column[Contract](key="most", title="上限", value=lambda row: row.head_count, kind=Kind.NUMBER),
]  # fmt: skip


class ContractForm(forms.Form):
    """契約書のとおりの内容."""

    number = forms.CharField(label="契約番号", max_length=60)
    contractor = forms.CharField(label="委託先", max_length=120)
    prime = forms.CharField(
        label="元の契約番号", required=False, help_text="再委託のときだけ、元の委託契約の番号を入力します。"
    )
    subcontracting_permitted = forms.BooleanField(label="再委託を許可している", required=False)
    valid_from = DateField(label="開始日")
    valid_until = DateField(label="終了日")
    head_count = forms.IntegerField(
        label="従事者の上限（人）", min_value=1, max_value=9999,
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip


@screen(Permission.ACCESS_DIRECTORY_READ)
def contracts(request: HttpRequest) -> HttpResponse:
    """委託契約の一覧, with how many people work under each today."""
    at_work = Q(staff__left_on__isnull=True) | Q(staff__left_on__gt=clock.today())
    rows = (
        Contract.objects.using(directory.alias())
        .annotate(people=Count("staff", filter=at_work))
        .order_by("-valid_until", "number")
    )
    may = actor_of(request).may_somewhere(Permission.ACCESS_CONTRACT_REGISTER)
    context = {
        "heading": "委託契約",
        "lead": "委託先の人の職員IDは、期間中の契約と、その人数の上限の中でだけ使えます。",
        "table": Table(
            caption="委託契約の一覧", columns=COLUMNS, rows=list(rows), query=request.GET, empty="契約はありません。"
        ),
        "actions": [("契約を登録する", reverse("contract-new"))] if may else [],
    }  # fmt: skip
    return render(request, "pages/listing.html", context)


@screen(Permission.ACCESS_CONTRACT_REGISTER)
def contract_new(request: HttpRequest) -> HttpResponse:
    """契約の登録; a known number with the same contractor changes its end and its head-count."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        register_contract(terms=Terms(**{**given, "prime": given["prime"] or None}), by=by)

    return form_pages.form_page(
        request, ContractForm(request.POST or None), permission=Permission.ACCESS_CONTRACT_REGISTER,
        heading="契約を登録します", verb="登録する", back=reverse("contracts"), work=work,
        done="契約を登録しました。", crumbs=[("ホーム", "/"), ("委託契約", reverse("contracts")), ("登録", "")],
        lead="登録済みの契約番号を入力すると、終了日と人数の上限だけを変更します。",
    )  # fmt: skip
