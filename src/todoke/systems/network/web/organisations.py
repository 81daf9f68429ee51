"""機関: who takes part, proposals for a second person, suspension at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from todoke.access import form_pages, lists
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.identifiers import municipality
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.network import needs, queries
from todoke.systems.network.actions.confirm_organisations import confirm_organisations, refuse_organisation
from todoke.systems.network.actions.propose_organisations import SIZE, Wanted, propose_organisations
from todoke.systems.network.actions.suspend_organisation import suspend_organisation
from todoke.systems.network.flows import OrganisationState
from todoke.systems.network.models import Organisation
from todoke.systems.network.needs import ALIAS
from todoke.systems.network.rules.organisations import KINDS
from todoke.systems.network.web.editions import ReasonForm

WATCH, PROPOSE, CONFIRM, SUSPEND = (
    Permission.NETWORK_WATCH,
    Permission.NETWORK_ORGANISATION_PROPOSE,
    Permission.NETWORK_ORGANISATION_CONFIRM,
    Permission.NETWORK_ORGANISATION_SUSPEND,
)
_TONES = {
    OrganisationState.PROPOSED: "wait",
    OrganisationState.REGISTERED: "good",
    OrganisationState.SUSPENDED: "fail",
    OrganisationState.ENDED: "",
    OrganisationState.REFUSED: "",
}


def _next(row: Organisation) -> Any:  # noqa: ANN401 - SafeString or str
    if row.state == OrganisationState.PROPOSED:
        confirm, refuse = (
            reverse(f"network-organisation-{verb}", args=[row.pk]) for verb in ("confirm", "refuse")
        )
        return format_html(
            '<a href="{}">確認する<span class="unseen">：{}</span></a>　<a href="{}">却下する<span class="unseen">：{}</span></a>',
            confirm, row.name, refuse, row.name,
        )  # fmt: skip
    if row.state == OrganisationState.REGISTERED:
        return make_link(
            reverse("network-organisation-suspend", args=[row.organisation]), f"{row.name} を停止する"
        )
    return "－"


COLUMNS: Final = [
    Column[Organisation](
        key="organisation", title="機関コード", value=lambda row: row.organisation, kind=Kind.CODE, heads_row=True
    ),
    Column[Organisation](key="name", title="名称", value=lambda row: row.name),
    Column[Organisation](key="kind", title="種別", value=lambda row: KINDS.get(row.kind, row.kind)),
    Column[Organisation](key="municipality", title="団体", value=lambda row: row.municipality, kind=Kind.CODE),
    Column[Organisation](
        key="party", title="接続", value=lambda row: row.party if needs.connected(row.organisation) else "未接続"
    ),
    Column[Organisation](key="from", title="始まりの日", value=lambda row: row.valid_from, kind=Kind.DAY),
    Column[Organisation](key="to", title="終わりの日", value=lambda row: row.valid_to, kind=Kind.DAY),
    Column[Organisation](
        key="state", title="状態", value=lambda row: OrganisationState(row.state).label,
        cell=lambda row: make_chip(OrganisationState(row.state).label, _TONES[OrganisationState(row.state)]),
    ),
    Column[Organisation](key="reason", title="停止の理由", value=lambda row: row.reason),
    Column[Organisation](key="people", title="提案者・確認者", value=lambda row: f"{row.proposed_by}・{row.confirmed_by or '－'}"),
    Column[Organisation](key="next", title="操作", value=lambda row: "", cell=_next, sortable=False, exported=False),
]  # fmt: skip


class Filter(forms.Form):
    """絞り込み."""

    state = forms.ChoiceField(
        label="状態", required=False, choices=[("", "終了・却下を除くすべて"), *OrganisationState.choices]
    )
    municipality = forms.RegexField(r"\A\d{5}\Z", label="団体コード（5桁）", required=False)


class OrganisationForm(forms.Form):
    """機関の登録の案."""

    municipality = forms.RegexField(
        r"\A\d{5,6}\Z", label="団体コード", help_text="5桁、または検査数字を付けた6桁です。"
    )
    kind = forms.ChoiceField(label="種別", choices=list(KINDS.items()))
    name = forms.CharField(label="名称", max_length=SIZE, help_text="例：横浜市教育委員会")
    valid_from = forms.DateField(label="始まりの日", widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(
        label="終わりの日", required=False, help_text="この日を含みます。空欄は期限なしです。",
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip


def crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    return [("ホーム", "/"), ("機関", reverse("network-organisations")), *further]


@screen(WATCH)
def listed(request: HttpRequest) -> HttpResponse:
    """機関の一覧."""
    form = Filter(request.GET or None)
    wish = form.cleaned_data if form.is_valid() else {}
    rows = Organisation.objects.using(ALIAS).order_by("organisation", "-id")
    if wish.get("state"):
        rows = rows.filter(state=wish["state"])
    else:
        rows = rows.exclude(state__in=[OrganisationState.ENDED, OrganisationState.REFUSED])
    if wish.get("municipality"):
        rows = rows.filter(municipality=wish["municipality"])
    may = actor_of(request).may_somewhere(PROPOSE)
    return lists.listing(
        request,
        Table(caption="機関の一覧", columns=COLUMNS, rows=list(rows), query=request.GET, empty="機関はありません。"),
        permission=WATCH, heading="機関", file="organisations", filter=form,
        lead="一つの団体に、市区町村長、教育委員会などいくつもの機関があります。符号は機関ごとに違います。",
        actions=[("登録の案を作る", reverse("network-organisation-new"))] if may else [],
        crumbs=[("ホーム", "/"), ("機関", "")],
    )  # fmt: skip


@screen(PROPOSE)
def new(request: HttpRequest) -> HttpResponse:
    """登録の案: new, changed, or the end of a suspension."""
    form = OrganisationForm(request.POST or None, initial={"valid_from": clock.today().isoformat()})

    def work(by: Actor, given: dict[str, Any]) -> None:
        code = municipality.organisation_code(municipality.parse(given["municipality"]), given["kind"])
        wanted = Wanted(
            organisation=code, name=given["name"], valid_from=given["valid_from"], valid_to=given["valid_to"]
        )
        propose_organisations(wanted=[wanted], by=by)

    return form_pages.form_page(
        request, form, permission=PROPOSE, heading="機関の登録の案を作ります", verb="案を作る",
        back=reverse("network-organisations"), work=work, done="案を作りました。別の職員が確認すると登録されます。",
        lead="登録済の機関の名称や期間を変えるとき、停止した機関を再開するときも、同じ機関の新しい案を作ります。",
        crumbs=crumbs(("登録の案", "")),
    )  # fmt: skip


def _row(number: int) -> Organisation:
    found = Organisation.objects.using(ALIAS).filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この登録の案")
    return found


def _facts(row: Organisation) -> list[tuple[str, object]]:
    standing = queries.standings([row.organisation]).get(row.organisation)
    return [
        ("機関コード", row.organisation), ("名称", row.name), ("種別", KINDS.get(row.kind, row.kind)),
        ("団体", row.municipality), ("証明書の持ち主", row.party),
        ("接続", "あり" if needs.connected(row.organisation) else "まだありません"),
        ("期間", f"{row.valid_from.isoformat()} ～ {row.valid_to.isoformat() if row.valid_to else '期限なし'}"),
        ("いまの状態", standing.label if standing else "登録なし"), ("提案者", row.proposed_by),
    ]  # fmt: skip


@screen(CONFIRM)
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """確認, by a second person."""
    row = _row(number)
    return form_pages.form_page(
        request, form_pages.sent(request), permission=CONFIRM, heading=f"{row.name} を登録します", verb="確認して登録する",
        back=reverse("network-organisations"), facts=_facts(row), done=f"{row.name} を登録しました。",
        work=lambda by, _: confirm_organisations(numbers=[number], by=by),
        lead="同じ機関の前の登録（停止を含む）は、この登録に置き換わります。", crumbs=crumbs(("確認", "")),
    )  # fmt: skip


@screen(CONFIRM)
def refuse(request: HttpRequest, number: int) -> HttpResponse:
    """却下."""
    row = _row(number)
    return form_pages.form_page(
        request, form_pages.sent(request), permission=CONFIRM, heading=f"{row.name} の登録の案を却下します", verb="却下する",
        tone="danger", back=reverse("network-organisations"), facts=_facts(row), done="案を却下しました。",
        work=lambda by, _: refuse_organisation(number=number, by=by), crumbs=crumbs(("却下", "")),
    )  # fmt: skip


@screen(SUSPEND)
def suspend(request: HttpRequest, organisation: str) -> HttpResponse:
    """停止: at once, by one person."""
    name = queries.names().get(organisation, organisation)
    return form_pages.form_page(
        request, ReasonForm(request.POST or None), permission=SUSPEND, heading=f"{name} を停止します", verb="直ちに停止する",
        tone="danger", back=reverse("network-organisations"), done=f"{name} を停止しました。",
        work=lambda by, given: suspend_organisation(organisation=organisation, reason=given["reason"], by=by),
        facts=[("機関コード", organisation), ("名称", name)],
        lead="この機関からの照会とこの機関への照会は直ちに、許可済みの照会への提供は30分以内に止まります。再開には二人の登録が要ります。",
        crumbs=crumbs(("停止", "")),
    )  # fmt: skip


def cards(actor: Actor) -> Iterable[Card]:
    """Proposals that wait for a second person."""
    if actor.may_somewhere(CONFIRM):
        count = len(queries.proposed_organisations())
        yield Card(
            title="確認を待つ機関の登録", count=count, link="機関を見る", url=reverse("network-organisations")
        )
