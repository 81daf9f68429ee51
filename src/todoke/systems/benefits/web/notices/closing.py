"""お知らせの期限: how many were not answered, and those whose last day is over taken as accepted. No person stands here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import lists
from todoke.access.form_pages import form_page
from todoke.access.guard import screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel.clock import wareki
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_link
from todoke.systems.benefits.actions.mailings.close_notices import close_notices
from todoke.systems.benefits.queries.editions.proposals import every, find
from todoke.systems.benefits.queries.letters import notices as reads
from todoke.systems.benefits.queries.letters.notices import Waiting

RECEIVE: Final = Permission.BENEFITS_RECEIVE


class CloseForm(forms.Form):
    """How many the person saw."""

    seen = forms.IntegerField(widget=forms.HiddenInput())


@screen(RECEIVE)
def listed(request: HttpRequest) -> HttpResponse:
    """お知らせの期限の一覧."""
    names = {programme.code: programme.name for programme in every()}
    columns = [
        Column[Waiting](
            key="programme", title="事業", value=lambda row: names.get(row.programme, row.programme), heads_row=True,
        ),
        Column[Waiting](key="unanswered", title="返事のないお知らせ", value=lambda row: row.unanswered, kind=Kind.NUMBER),
        Column[Waiting](key="over", title="うち期限の過ぎたもの", value=lambda row: row.over, kind=Kind.NUMBER),
        Column[Waiting](key="next", title="次の期限", value=lambda row: row.next_day, kind=Kind.DAY),
        Column[Waiting](
            key="do", title="次にすること", value=lambda row: "受け付ける" if row.over else "", sortable=False,
            cell=lambda row: make_link(_url(row.programme), "受け付ける") if row.over else "－",
        ),
    ]  # fmt: skip
    table = Table(
        caption="返事を待つお知らせ", columns=columns, rows=reads.waiting(), query=request.GET,
        empty="返事を待つお知らせはありません。",
    )  # fmt: skip
    return lists.listing(
        request, table, permission=RECEIVE, heading="お知らせの期限", file="お知らせの期限",
        lead="期限までに辞退も口座の変更もなかった世帯は、お知らせのとおり受け取るものとして審査に進めます。",
        crumbs=[("ホーム", "/"), ("お知らせの期限", "")],
    )  # fmt: skip


@screen(RECEIVE)
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Those whose last day is over, with their count stated."""
    programme, found = find(code), reads.waiting_of(code)
    form = CloseForm(request.POST if request.method == "POST" else None, initial={"seen": found.over})

    def work(by: Actor, given: dict[str, Any]) -> None:
        close_notices(programme=programme, by=by, expected=given["seen"])

    facts: list[tuple[str, object]] = [
        ("事業", programme.name),
        ("受け付ける件数", f"{found.over:,}件"),
        ("まだ期限の来ない件数", f"{found.unanswered - found.over:,}件"),
        ("次の期限", wareki(found.next_day) if found.next_day else "－"),
    ]
    return form_page(
        request, form, permission=RECEIVE, heading="期限の過ぎたお知らせを受け付けます", verb=f"{found.over:,} 件を受け付ける",
        work=work, done="受け付けました。審査に進みます。", back=reverse("benefits-notices"), facts=facts,
        lead="前回の給付で支払った口座に支払います。審査と承認は、確認書と同じように行います。",
        crumbs=[("ホーム", "/"), ("お知らせの期限", reverse("benefits-notices")), ("受付", "")],
    )  # fmt: skip


def _url(programme: str) -> str:
    return reverse("benefits-notices-close", args=[programme])


def cards(actor: Actor) -> Iterator[Card]:
    """Notices whose last day is over."""
    if actor.may_somewhere(RECEIVE):
        over = sum(row.over for row in reads.waiting())
        if over:
            yield Card(
                title="期限の過ぎたお知らせ", count=over, link="確かめる", url=reverse("benefits-notices")
            )
