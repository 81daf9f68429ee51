"""文書台帳: sheets by box, state or number; one sheet with its way; where it goes next. No name, no account."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString

from todoke.access import form_pages, lists
from todoke.access.guard import actor_of, route_of, screen
from todoke.access.lists import Offer
from todoke.access.permissions import Actor, Permission
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits.actions.papers.move_papers import move_into_box, send_out
from todoke.systems.benefits.models import PaperMove
from todoke.systems.benefits.queries.intake import paper_lists as reads
from todoke.systems.benefits.queries.intake.paper_lists import Sheet
from todoke.systems.benefits.rules.intake.paper_state import PAPER_TITLES, PaperState
from todoke.systems.benefits.web.papers.forms import BoxForm, NumberForm, PaperFilter, SendForm

ALIAS = "benefits"
READ, MOVE = Permission.BENEFITS_PAPER_READ, Permission.BENEFITS_PAPER_MOVE
VERB = "benefits:paper:read"
_TONES = {PaperState.HELD: "good", PaperState.OUT: "warn", PaperState.CANCELLED: "", PaperState.DISPOSED: ""}


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """Where a page of the register stands."""
    return [("ホーム", "/"), ("文書台帳", reverse("benefits-papers") if more else ""), *more]


@screen(READ)
def papers(request: HttpRequest) -> HttpResponse:
    """文書台帳の一覧."""
    form = PaperFilter(request.GET)
    given = form.cleaned_data if form.is_valid() else {"box": "", "state": ""}
    found = reads.sheets(box=given["box"], state=given["state"]) if form.is_valid() else []
    table: Table[Sheet] = Table(caption="文書台帳の文書", columns=_columns(), rows=found, query=request.GET)
    shown = len(table.page.object_list)
    record(ALIAS, by=actor_of(request), verb=VERB, subject=route_of(request), persons=shown)
    conditions = {"state": given["state"]} if given["state"] else {}
    fields = ("case", "kind", "received_on", "box", "state", "state_at", "registered_at", "registered_by")
    offer = None if given["box"] else Offer(alias=ALIAS, model="Paper", fields=fields, conditions=conditions)
    lead = f"新しい順に {reads.MOST:,} 枚まで示します。1枚ずつの場所は、番号で探すのが確実です。"
    actions = [
        ("番号で探す", reverse("benefits-paper-find")),
        ("箱の一覧", reverse("benefits-boxes")),
        ("廃棄の提案と承認", reverse("benefits-disposals")),
    ]
    return lists.listing(
        request, table, permission=READ, heading="文書台帳", filter=form, offer=offer, lead=lead, actions=actions,
        crumbs=crumbs(),
    )  # fmt: skip


@screen(READ)
def find(request: HttpRequest) -> HttpResponse:
    """番号で探す: leads to the newest sheet of the number that counts."""
    sent = request.method == "POST"
    form = NumberForm(request.POST if sent else None)
    found: list[Sheet] = []

    def work() -> None:
        found.extend(reads.sheets(number=form.cleaned_data["number"]))
        if not found:
            raise TodokeError(ErrorCode.NOT_FOUND, what="その番号の文書")

    refusal = None
    if sent and form.is_valid():
        about = Person("case_number", form.cleaned_data["number"])
        refusal = form_pages.refused(request, READ, work)
        count = len(found)
        record(
            ALIAS,
            by=actor_of(request),
            verb=VERB,
            subject=f"found {count}",
            persons=int(count > 0),
            about=about,
        )
        if refusal is None:
            first = min(
                found, key=lambda one: (one.kind != "form", one.state != PaperState.HELD, -one.paper_id)
            )
            return HttpResponseRedirect(reverse("benefits-paper", args=[first.paper_id]))
    context = {
        "form": form, "refusal": refusal, "heading": "番号で文書を探す", "verb": "探す", "back": reverse("benefits-papers"),
        "crumbs": crumbs(("番号で探す", "")),
    }  # fmt: skip
    status = refusal.code.family.http_status if refusal else 422 if sent and form.errors else 200
    return render(request, "pages/form_page.html", context, status=status)


@screen(READ)
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """One sheet: where it lies, how it came there, and the other sheets of the same case."""
    row = reads.sheet(paper_id)
    actor = actor_of(request)
    record(
        ALIAS, by=actor, verb=VERB, subject=f"paper {row.paper_id}", persons=1,
        about=Person("case_number", row.number),
    )  # fmt: skip
    others = [one for one in reads.sheets(number=row.number) if one.paper_id != row.paper_id]
    table: Table[Sheet] = Table(
        caption="同じ番号のほかの文書",
        columns=_columns(),
        rows=others,
        query=request.GET,
        empty="ありません。",
    )
    movable = actor.may_somewhere(MOVE) and row.state in (PaperState.HELD, PaperState.OUT)
    context = {
        "row": row, "facts": facts(row), "table": table, "events": [_event(one) for one in reads.moves(paper_id)],
        "movable": movable, "sendable": movable and row.state == PaperState.HELD,
        "crumbs": crumbs((f"文書 {row.paper_id}", "")),
    }  # fmt: skip
    return render(request, "benefits/papers/paper.html", context)


@screen(MOVE)
def into_box(request: HttpRequest, paper_id: int) -> HttpResponse:
    """別の箱へ移す、箱に戻す."""
    row = reads.sheet(paper_id)

    def work(by: Actor, given: dict[str, Any]) -> None:
        move_into_box(papers=[row.paper_id], box=given["box"], by=by)

    back = reverse("benefits-paper", args=[row.paper_id])
    return form_pages.form_page(
        request, BoxForm(request.POST or None), permission=MOVE, heading="文書を箱に入れる", verb="入れる",
        back=back, work=work, done="台帳を書き換えました。紙を箱に入れてください。", facts=facts(row),
        crumbs=crumbs((f"文書 {row.paper_id}", back), ("箱に入れる", "")),
    )  # fmt: skip


@screen(MOVE)
def send(request: HttpRequest, paper_id: int) -> HttpResponse:
    """持ち出す."""
    row = reads.sheet(paper_id)

    def work(by: Actor, given: dict[str, Any]) -> None:
        send_out(papers=[row.paper_id], sent_to=given["sent_to"], by=by)

    back = reverse("benefits-paper", args=[row.paper_id])
    return form_pages.form_page(
        request, SendForm(request.POST or None), permission=MOVE, heading="文書を持ち出す", verb="持ち出す",
        back=back, work=work, done="持ち出しを台帳に残しました。", facts=facts(row),
        crumbs=crumbs((f"文書 {row.paper_id}", back), ("持ち出す", "")),
    )  # fmt: skip


def facts(row: Sheet) -> list[tuple[str, object]]:
    """The sheet in pairs."""
    return [
        ("給付管理番号", row.number), ("種類", row.kind_title), ("受付日", row.received_on), ("いまの場所", row.where),
        ("状態", PAPER_TITLES[PaperState(row.state)]), ("読み取った職員", row.by), ("読み取った時", row.at),
    ]  # fmt: skip


def _event(one: PaperMove) -> dict[str, Any]:
    to = f"箱 {one.to_box.label}" if one.to_box else one.sent_to
    title = dict(PaperMove.KINDS)[one.kind]
    return {"at": one.moved_at, "by": one.moved_by, "title": title, "note": f"箱 {one.from_box.label} → {to}"}


def _link(row: Sheet) -> SafeString:
    return make_link(reverse("benefits-paper", args=[row.paper_id]), row.number)


def _state(row: Sheet) -> SafeString:
    state = PaperState(row.state)
    return make_chip(PAPER_TITLES[state], _TONES[state])


def _columns() -> list[Column[Any]]:
    return [
        Column[Sheet](key="number", title="給付管理番号", value=lambda row: row.number, cell=_link, kind=Kind.CODE, heads_row=True),
        Column[Sheet](key="kind", title="種類", value=lambda row: row.kind_title),
        Column[Sheet](key="received", title="受付日", value=lambda row: row.received_on, kind=Kind.DAY),
        Column[Sheet](key="where", title="いまの場所", value=lambda row: row.where),
        Column[Sheet](key="state", title="状態", value=lambda row: row.state, cell=_state),
        Column[Sheet](key="by", title="読み取った職員", value=lambda row: row.by, kind=Kind.CODE),
    ]  # fmt: skip
