"""箱 and 廃棄: boxes with their place and counts; sheets whose time is over, by two people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import form_pages, lists
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits.actions.papers.approve_disposal import approve_disposal
from todoke.systems.benefits.actions.papers.dispose_papers import (
    propose_disposal,
    withdraw_disposal,
)
from todoke.systems.benefits.actions.papers.place_box import place_box
from todoke.systems.benefits.models import PaperDisposal
from todoke.systems.benefits.queries.intake import paper_lists as reads
from todoke.systems.benefits.queries.intake.paper_lists import BoxRow
from todoke.systems.benefits.rules.intake.paper_state import DISPOSAL_TITLES, DisposalState
from todoke.systems.benefits.web.papers.forms import DisposalForm, PlaceForm
from todoke.systems.benefits.web.papers.register import READ, crumbs

MOVE, DISPOSE, APPROVE = (
    Permission.BENEFITS_PAPER_MOVE,
    Permission.BENEFITS_PAPER_DISPOSE,
    Permission.BENEFITS_PAPER_APPROVE,
)
_TONES = {DisposalState.PROPOSED: "wait", DisposalState.APPROVED: "good", DisposalState.WITHDRAWN: ""}


@screen(READ)
def boxes(request: HttpRequest) -> HttpResponse:
    """箱の一覧: counts only, so it is downloaded as it stands."""
    table: Table[BoxRow] = Table(
        caption="箱の一覧", columns=_columns(), rows=reads.boxes(), query=request.GET,
        empty="箱はまだありません。受付で使い始めます。",
    )  # fmt: skip
    return lists.listing(
        request, table, permission=READ, heading="箱の一覧", file="boxes", crumbs=crumbs(("箱の一覧", ""))
    )


@screen(MOVE)
def box(request: HttpRequest, box_id: int) -> HttpResponse:
    """置き場所を書き換える."""
    row = reads.box(box_id)

    def work(by: Actor, given: dict[str, Any]) -> None:
        place_box(box_id=row.box_id, place=given["place"], by=by)

    back = reverse("benefits-boxes")
    return form_pages.form_page(
        request, PlaceForm(request.POST or None, initial={"place": row.place}), permission=MOVE,
        heading=f"箱 {row.label} の置き場所", verb="書き換える", back=back, work=work,
        done=f"箱 {row.label} の置き場所を書き換えました。", facts=_facts(row),
        crumbs=crumbs(("箱の一覧", back), (f"箱 {row.label}", "")),
    )  # fmt: skip


@screen(DISPOSE)
def propose(request: HttpRequest, box_id: int) -> HttpResponse:
    """廃棄を提案する."""
    row = reads.box(box_id)

    def work(by: Actor, given: dict[str, Any]) -> None:
        propose_disposal(
            box_id=row.box_id, received_until=given["received_until"], reason=given["reason"], by=by
        )

    warning = "保存期間（受付の日から5年）を過ぎ、支払・辞退・不支給で終わった世帯の文書だけが対象になります。別の職員の承認で廃棄済みになります。"
    return form_pages.form_page(
        request, DisposalForm(request.POST or None), permission=DISPOSE, heading=f"箱 {row.label} の文書の廃棄を提案する",
        verb="提案する", back=reverse("benefits-disposals"), work=work, done="提案しました。別の職員の承認を待ちます。",
        facts=_facts(row), template="pages/confirm.html", warning=warning,
        crumbs=crumbs(("箱の一覧", reverse("benefits-boxes")), ("廃棄の提案", "")),
    )  # fmt: skip


@screen(READ)
def disposals(request: HttpRequest) -> HttpResponse:
    """廃棄の提案と承認の一覧."""
    table: Table[PaperDisposal] = Table(
        caption="廃棄の提案と承認", columns=_disposal_columns(actor_of(request)), rows=reads.disposals(), query=request.GET,
    )  # fmt: skip
    heading = "廃棄の提案と承認"
    lead = "提案は箱の一覧から行います。"
    return lists.listing(
        request,
        table,
        permission=READ,
        heading=heading,
        lead=lead,
        file="disposals",
        crumbs=crumbs((heading, "")),
    )


@screen(APPROVE)
def approve(request: HttpRequest, disposal_id: int) -> HttpResponse:
    """廃棄を承認する: somebody who did not propose it."""
    row = reads.disposal(disposal_id)

    def work(by: Actor, _: dict[str, Any]) -> None:
        approve_disposal(disposal_id=row.pk, by=by)

    warning = f"箱 {row.box.label} の {row.papers:,} 枚が廃棄済みになります。元に戻せません。"
    return _decide(
        request, row, APPROVE, heading="文書の廃棄を承認する", verb=f"{row.papers:,} 枚の廃棄を承認する", work=work,
        done="承認しました。溶解などの方法で確実に廃棄してください。", warning=warning, tone="danger",
    )  # fmt: skip


@screen(READ)
def withdraw(request: HttpRequest, disposal_id: int) -> HttpResponse:
    """廃棄の提案を取りやめる: by either of the two."""
    row = reads.disposal(disposal_id)

    def work(by: Actor, _: dict[str, Any]) -> None:
        withdraw_disposal(disposal_id=row.pk, by=by)

    permission = APPROVE if actor_of(request).may_somewhere(APPROVE) else DISPOSE
    return _decide(
        request, row, permission, heading="廃棄の提案を取りやめる", verb="取りやめる", work=work,
        done="取りやめました。文書は箱に残ります。", warning="文書はそのまま箱に残ります。",
    )  # fmt: skip


def _decide(request: HttpRequest, row: PaperDisposal, permission: Permission, **named: Any) -> HttpResponse:  # noqa: ANN401 - passed on
    back = reverse("benefits-disposals")
    facts: list[tuple[str, object]] = [
        ("箱", row.box.label), ("枚数", f"{row.papers:,} 枚"), ("この日までに受け付けた文書", row.received_until),
        ("理由", row.reason), ("提案した職員", row.proposed_by),
    ]  # fmt: skip
    return form_pages.form_page(
        request, form_pages.sent(request), permission=permission, back=back, facts=facts, template="pages/confirm.html",
        crumbs=crumbs(("廃棄の提案と承認", back), (named["heading"], "")), **named,
    )  # fmt: skip


def _facts(row: BoxRow) -> list[tuple[str, object]]:
    return [
        ("箱", row.label), ("置き場所", row.place), ("保管中", f"{row.held:,} 枚"), ("持出中", f"{row.out:,} 枚"),
        ("いちばん古い受付日", row.first),
    ]  # fmt: skip


def _columns() -> list[Column[Any]]:
    return [
        Column[BoxRow](
            key="label", title="箱", value=lambda row: row.label, kind=Kind.CODE, heads_row=True,
            cell=lambda row: make_link(f"{reverse('benefits-papers')}?box={row.label}", row.label),
        ),
        Column[BoxRow](key="place", title="置き場所", value=lambda row: row.place),
        Column[BoxRow](key="held", title="保管中", value=lambda row: row.held, kind=Kind.NUMBER),
        Column[BoxRow](key="out", title="持出中", value=lambda row: row.out, kind=Kind.NUMBER),
        Column[BoxRow](key="disposed", title="廃棄済み", value=lambda row: row.disposed, kind=Kind.NUMBER),
        Column[BoxRow](key="first", title="いちばん古い受付日", value=lambda row: row.first, kind=Kind.DAY),
        Column[BoxRow](
            key="move", title="置き場所の変更", value=lambda _: "", exported=False, sortable=False,
            cell=lambda row: make_link(reverse("benefits-box", args=[row.box_id]), f"箱 {row.label} を動かす"),
        ),
        Column[BoxRow](
            key="dispose", title="廃棄", value=lambda _: "", exported=False, sortable=False,
            cell=lambda row: make_link(reverse("benefits-disposal-propose", args=[row.box_id]), f"箱 {row.label} の廃棄を提案"),
        ),
    ]  # fmt: skip


def _disposal_columns(by: Actor) -> list[Column[Any]]:
    def acts(row: PaperDisposal) -> Any:  # noqa: ANN401 - links
        if row.state != DisposalState.PROPOSED:
            return "－"
        approves = by.may_somewhere(APPROVE)
        route = "benefits-disposal-approve" if approves else "benefits-disposal-withdraw"
        return make_link(reverse(route, args=[row.pk]), "承認の画面へ" if approves else "取りやめる")

    return [
        Column[PaperDisposal](key="box", title="箱", value=lambda row: row.box.label, kind=Kind.CODE, heads_row=True),
        Column[PaperDisposal](key="papers", title="枚数", value=lambda row: row.papers, kind=Kind.NUMBER),
        Column[PaperDisposal](key="until", title="受付日（まで）", value=lambda row: row.received_until, kind=Kind.DAY),
        Column[PaperDisposal](key="proposed", title="提案した職員", value=lambda row: row.proposed_by, kind=Kind.CODE),
        Column[PaperDisposal](key="approved", title="承認した職員", value=lambda row: row.approved_by or "", kind=Kind.CODE),
        Column[PaperDisposal](
            key="state", title="状態", value=lambda row: DISPOSAL_TITLES[DisposalState(row.state)],
            cell=lambda row: make_chip(DISPOSAL_TITLES[DisposalState(row.state)], _TONES[DisposalState(row.state)]),
        ),
        Column[PaperDisposal](key="act", title="次にすること", value=lambda _: "", cell=acts, exported=False, sortable=False),
    ]  # fmt: skip
