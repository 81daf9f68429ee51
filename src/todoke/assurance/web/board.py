"""措置の状況: every promise of the assessment, by section of the form; and the look at the running site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import directory, lists, naming
from todoke.access.form_pages import form_page, sent
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.assurance import queries
from todoke.assurance.actions.run_checks import run_checks
from todoke.assurance.checks import State
from todoke.assurance.form.places import place_of, places
from todoke.assurance.models import Finding
from todoke.assurance.standings import Standing
from todoke.assurance.web.board_forms import BoardFilter
from todoke.assurance.web.shared import READ, crumbs, standings_now, state_chip
from todoke.kernel.clock import JAPAN
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Table, moment
from todoke.pages.tables import Kind as Shown
from todoke.pages.templatetags.parts import make_link

CHECK: Final = Permission.ASSURANCE_CHECK
TITLE: Final = "措置の状況"


@screen(READ)
def board(request: HttpRequest) -> HttpResponse:
    """How many promises stand where, and each of them."""
    filled, actor = BoardFilter(request.GET or None), actor_of(request)
    given = filled.cleaned_data if filled.is_bound and filled.is_valid() else {}
    every = standings_now()
    table = Table(
        caption="措置（評価書の順）", columns=_columns(queries.red_since(directory.alias())), query=request.GET,
        rows=[one for one in every if _wanted(one, given)],
    )  # fmt: skip
    actions = [("今のサイトを確かめる", reverse("assurance-check"))] if actor.may_somewhere(CHECK) else []
    return lists.listing(
        request, table, permission=READ, heading=TITLE, file="assurance_promises", filter=filled, actions=actions,
        template="assurance/board.html", facts=[*_counts(every), *_newest()], sections=_by_section(every), crumbs=crumbs(TITLE, "assurance-board"),
        lead="特定個人情報保護評価書に書いた措置の一つひとつが、いま守られているかを示します。",
    )  # fmt: skip


def _wanted(one: Standing, given: dict[str, Any]) -> bool:
    promise = one.promise
    has = {
        "state": one.state.value, "section": place_of(promise.item), "system": promise.system.name,
        "file": promise.file.name if promise.file else "",
    }  # fmt: skip
    return all(has[name] == wish for name, wish in given.items() if name in has and wish)


def _columns(red: Mapping[str, datetime]) -> list[Column[Standing]]:
    return [
        Column(key="id", title="番号", value=lambda one: one.promise.id, heads_row=True, cell=_link),
        Column(key="text", title="措置", value=lambda one: one.promise.text, sortable=False),
        Column(key="system", title="システム", value=lambda one: one.promise.system.value),
        Column(key="state", title="状態", value=lambda one: one.state.label, cell=lambda one: state_chip(one.state)),
        Column(key="since", title="いつから", value=lambda one: broken_since(one, red), kind=Shown.MOMENT),
        Column(key="why", title="理由", value=lambda one: " ".join(one.why), cell=_first_reason, sortable=False),
    ]  # fmt: skip


def broken_since(one: Standing, red: Mapping[str, datetime]) -> datetime | None:
    """Since when it is broken: by its checks, by what a person found, or by a confirmation that ran out."""
    if one.state is not State.BROKEN:
        return None
    found = [red[verdict.check] for verdict in one.verdicts if verdict.check in red]
    seen = one.confirmation
    if seen is not None and seen.finding == Finding.BROKEN:
        found.append(seen.confirmed_at)
    elif seen is not None and not found:
        found.append(datetime.combine(seen.valid_until + timedelta(days=1), time(), tzinfo=JAPAN))
    return min(found, default=None)


def _link(one: Standing) -> str:
    return make_link(reverse("assurance-promise", args=[one.promise.id]), one.promise.id)


def _first_reason(one: Standing) -> str:
    more = f"（ほか {len(one.why) - 1:,} 件）" if len(one.why) > 1 else ""
    return f"{one.why[0]}{more}" if one.why else "－"


def _counts(found: Sequence[Standing]) -> list[tuple[str, object]]:
    return [(state.label, f"{sum(one.state is state for one in found):,} 件") for state in State]


def _newest() -> list[tuple[str, object]]:
    run = queries.newest_run(directory.alias())
    if run is None:
        return [("最も新しい確認", "まだ確かめていません")]
    by = naming.people([run.run_by])[run.run_by]
    return [("最も新しい確認", moment(run.run_at)), ("確かめた人", by)]


def _by_section(found: Sequence[Standing]) -> Table[tuple[str, str, dict[State, int]]]:
    rows = [(key, title, _tally(key, found)) for key, title in places().items()]
    here = [row for row in rows if sum(row[2].values())]
    address = reverse("assurance-board")
    columns: list[Column[tuple[str, str, dict[State, int]]]] = [
        Column(key="section", title="評価書の節", value=lambda row: row[1], heads_row=True, sortable=False,
               cell=lambda row: make_link(f"{address}?section={row[0]}", row[1])),
        *(Column(key=state.value, title=state.label, value=lambda row, state=state: row[2][state], kind=Shown.NUMBER, sortable=False)  # type: ignore[misc]  # a lambda's default has no type
          for state in State),
    ]  # fmt: skip
    return Table(caption="評価書の節ごとの件数", columns=columns, rows=here)


def _tally(key: str, found: Sequence[Standing]) -> dict[State, int]:
    states = [one.state for one in found if place_of(one.promise.item) == key]
    return {state: states.count(state) for state in State}


@screen(CHECK, atomic=False)
def check(request: HttpRequest) -> HttpResponse:
    """今のサイトを確かめる."""
    back = reverse("assurance-board")
    return form_page(
        request, sent(request), permission=CHECK, heading="今のサイトを確かめます", verb="確かめる", back=back,
        work=lambda by, _: run_checks(by=by), done="確かめました。結果は次のとおりです。", facts=_newest(),
        crumbs=crumbs(TITLE, "assurance-board", ("確かめる", "")),
        lead="設定、データベースの権限、件数、控え、記録の検証、研修、契約を、いま動いているサイトで見ます。数秒かかります。",
    )  # fmt: skip


def cards(actor: Actor) -> Iterator[Card]:
    """What is broken."""
    if not actor.may_somewhere(READ):
        return
    if broken := sum(one.state is State.BROKEN for one in standings_now()):
        where = f"{reverse('assurance-board')}?state={State.BROKEN.value}"
        yield Card(title="守られていない評価書の措置", count=broken, link="見る", url=where)
