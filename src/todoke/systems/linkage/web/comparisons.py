"""正本と副本の照合: its results, the differences without any person, and registering exactly them anew."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import form_pages
from todoke.access.guard import screen
from todoke.access.lists import listing
from todoke.access.permissions import Actor, Permission
from todoke.contracts import registry
from todoke.exchange.transport import Transport
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.linkage.actions.replicas.repair_replicas import repair_replicas
from todoke.systems.linkage.flows import DifferenceState
from todoke.systems.linkage.jobs.replicas import pump, reconcile
from todoke.systems.linkage.models import Reconciliation, ReplicaDifference
from todoke.systems.linkage.models.replica_difference import DifferenceKind
from todoke.systems.linkage.queries import replicas as reads
from todoke.systems.linkage.web.replicas import MastersForm, with_upload

MAY = Permission.LINKAGE_REPLICA_OPERATE
LISTED: Final = 2000
TONES: Final = {
    DifferenceState.OPEN: "fail",
    DifferenceState.RESENT: "wait",
    DifferenceState.SETTLED: "good",
    DifferenceState.CARRIED: "plain",
}
_CRUMBS: Final = (("ホーム", "/"), ("副本の登録", "linkage-replicas"), ("照合", "linkage-comparisons"))


def _count(key: str, title: str) -> Column[Reconciliation]:
    return Column[Reconciliation](key=key, title=title, value=lambda row: getattr(row, key), kind=Kind.NUMBER)


COLUMNS = [
    Column[Reconciliation](
        key="at", title="照合した日時", value=lambda row: row.begun_at, kind=Kind.MOMENT, heads_row=True
    ),
    Column[Reconciliation](
        key="id", title="番号", value=lambda row: row.pk,
        cell=lambda row: make_link(reverse("linkage-comparison", args=[row.pk]), f"照合 {row.pk}"),
    ),
    _count("ours", "正本の登録"),
    _count("theirs", "副本"),
    _count("missing", "副本がない"),
    _count("surplus", "正本にない"),
    _count("different", "内容が違う"),
    _count("stale", "古い"),
    Column[Reconciliation](key="bytes", title="やり取り（バイト）", value=lambda row: row.sent + row.received, kind=Kind.NUMBER),
    Column[Reconciliation](key="by", title="行った人", value=lambda row: "自動" if row.begun_by == "system" else row.begun_by),
]  # fmt: skip
DIFFERENCES = [
    Column[ReplicaDifference](key="id", title="差異", value=lambda row: row.pk, kind=Kind.NUMBER, heads_row=True),
    Column[ReplicaDifference](key="year", title="年度", value=lambda row: str(row.fiscal_year), kind=Kind.CODE),
    Column[ReplicaDifference](key="kind", title="種類", value=lambda row: DifferenceKind(row.kind).label),
    Column[ReplicaDifference](
        key="state", title="状態", value=lambda row: DifferenceState(row.state).label,
        cell=lambda row: make_chip(DifferenceState(row.state).label, TONES[DifferenceState(row.state)]),
    ),
    Column[ReplicaDifference](key="at", title="状態の日時", value=lambda row: row.state_at, kind=Kind.MOMENT),
    Column[ReplicaDifference](key="by", title="誰が", value=lambda row: "自動" if row.state_by == "system" else row.state_by),
]  # fmt: skip


class DifferenceFilter(forms.Form):
    """絞り込み."""

    kind = forms.ChoiceField(label="種類", required=False, choices=[("", "すべて"), *DifferenceKind.choices])
    state = forms.ChoiceField(
        label="状態", required=False, choices=[("", "すべて"), *DifferenceState.choices]
    )


@screen(MAY)
def comparisons(request: HttpRequest) -> HttpResponse:
    """照合の結果, newest first."""
    rows = list(Reconciliation.objects.using(reads.ALIAS).order_by("-pk")[:LISTED])
    table = Table(
        caption="照合の結果", columns=COLUMNS, rows=rows, query=request.GET, empty="照合はまだありません。"
    )
    return listing(
        request, table, permission=MAY, heading="正本と副本の照合", file="replica-comparisons",
        lead="登録した内容の照合値と、中間サーバーが今持っている副本の照合値を比べます。毎晩、自動でも行います。",
        actions=[("今すぐ照合する", reverse("linkage-comparison-new"))], crumbs=_crumbs(),
    )  # fmt: skip


@screen(MAY, atomic=False)
def comparison_new(request: HttpRequest) -> HttpResponse:
    """照合 now."""

    def compare(by: Actor, _: dict[str, Any]) -> None:
        reconcile(by=by, transport=registry.need(Transport))

    return form_pages.form_page(
        request, form_pages.sent(request), permission=MAY, heading="正本と副本を照合します", verb="照合する",
        back=reverse("linkage-comparisons"), work=compare, done="照合しました。結果は一番上です。",
        lead="件数と照合値だけをやり取りし、税の情報は送りません。30万件で数十秒かかります。", crumbs=_crumbs("今すぐ照合"),
    )  # fmt: skip


@screen(MAY)
def comparison(request: HttpRequest, number: int) -> HttpResponse:
    """一つの照合: its differences, counted and listed without any person."""
    row, form = _one(number), DifferenceFilter(request.GET or None)
    wish = form.cleaned_data if form.is_valid() else {}
    found = ReplicaDifference.objects.using(reads.ALIAS).filter(reconciliation=row).order_by("pk")
    open_ones = found.filter(state=DifferenceState.OPEN).exists()
    rows = list(found.filter(**{name: value for name, value in wish.items() if value})[:LISTED])
    differing = row.missing + row.surplus + row.different + row.stale
    repair = (
        [("違うものだけを登録し直す", reverse("linkage-comparison-repair", args=[number]))]
        if open_ones
        else []
    )
    return listing(
        request, Table(caption="差異", columns=DIFFERENCES, rows=rows, query=request.GET, empty="差異はありません。"),
        permission=MAY, heading=f"照合 {number}", file="replica-differences", filter=form,
        lead=f"正本の登録 {row.ours:,}件、副本 {row.theirs:,}件、違い {differing:,}件"
        f"（副本がない {row.missing:,}、正本にない {row.surplus:,}、内容が違う {row.different:,}、古い {row.stale:,}）。"
        f"電文 {row.messages:,}通、{row.sent + row.received:,}バイト。",
        actions=repair, crumbs=_crumbs(f"照合 {number}"),
    )  # fmt: skip


@screen(MAY)
def comparison_repair(request: HttpRequest, number: int) -> HttpResponse:
    """差異の再登録: exactly the open ones, from the masters' file."""
    row = _one(number)
    form = MastersForm(request.POST or None, request.FILES or None)

    def repair(by: Actor, given: dict[str, Any]) -> None:
        with_upload(given["file"], lambda file: repair_replicas(reconciliation=row.pk, file=file, by=by))
        pump(by=by)

    return form_pages.form_page(
        request, form, permission=MAY, heading="違うものだけを登録し直します", verb="登録し直す",
        back=reverse("linkage-comparison", args=[number]), work=repair,
        done="登録し直しています。次の照合で解消を確かめます。",
        lead="統合番号連携システムは税の情報を持たないため、税システムの正本のファイルを選んでください。"
        "差異のある人の行だけを使い、ほかの行には触れません。正本にない副本で、ファイルにも行がないものは削除します。",
        crumbs=_crumbs(f"照合 {number}"),
    )  # fmt: skip


def _one(number: int) -> Reconciliation:
    found = Reconciliation.objects.using(reads.ALIAS).filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この照合")
    return found


def _crumbs(here: str = "") -> list[tuple[str, str]]:
    above = [(title, name if name == "/" else reverse(name)) for title, name in _CRUMBS]
    return [*above, (here, "")] if here else [*above[:-1], (above[-1][0], "")]
