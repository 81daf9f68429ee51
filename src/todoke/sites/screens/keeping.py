"""保存期間と消去 (PIA 保管期限切れ情報の削除): what is kept how long, what is due, and what went when, with its proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import form_pages
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.custody import overview
from todoke.custody import purge as custody
from todoke.custody.flows import PurgeState
from todoke.custody.models import Purge
from todoke.custody.overview import Kept
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.sites.monitoring import status

HEADING: Final = "保存期間と消去"
_LIST: Final = Permission.PRIVACY_PURGE_LIST
_TONES: Final = {
    PurgeState.REQUESTED: "wait",
    PurgeState.CONFIRMED: "warn",
    PurgeState.DONE: "good",
    PurgeState.WITHDRAWN: "",
}


def _state(row: Purge) -> str:
    state = PurgeState(row.state)
    return make_chip(state.label, _TONES[state])


DATABASES: Final = [
    Column[str](
        key="system", title="システム", value=status.system_title, heads_row=True,
        cell=lambda alias: make_link(reverse("keeping", args=[alias]), status.system_title(alias)),
    ),
]  # fmt: skip
KEPT: Final = [
    Column[Kept](key="model", title="表", value=lambda row: row.model, kind=Kind.CODE, heads_row=True),
    Column[Kept](key="keep", title="保存期間と根拠", value=lambda row: row.keep),
    Column[Kept](key="due", title="期限を過ぎた行", value=lambda row: row.due, kind=Kind.NUMBER),
    Column[Kept](key="gone", title="前回消去した行", value=lambda row: row.gone, kind=Kind.NUMBER),
    Column[Kept](key="at", title="前回の消去", value=lambda row: row.gone_at, kind=Kind.MOMENT),
]
PROOFS: Final = [
    Column[Purge](key="model", title="表", value=lambda row: row.model, kind=Kind.CODE, heads_row=True),
    Column[Purge](key="rows", title="行", value=lambda row: row.rows, kind=Kind.NUMBER),
    Column[Purge](key="law", title="根拠", value=lambda row: row.legal_basis),
    Column[Purge](key="state", title="状態", value=lambda row: PurgeState(row.state).label, cell=_state),
    Column[Purge](key="asked", title="申請した職員", value=lambda row: row.requested_by, kind=Kind.CODE),
    Column[Purge](key="asked_at", title="申請日時", value=lambda row: row.requested_at, kind=Kind.MOMENT),
    Column[Purge](key="by", title="確認した職員", value=lambda row: row.confirmed_by or "", kind=Kind.CODE),
    Column[Purge](key="at", title="最後に変わった日時", value=lambda row: row.state_at, kind=Kind.MOMENT),
    Column[Purge](key="digest", title="行の一覧の SHA-256", value=lambda row: bytes(row.digest).hex(), kind=Kind.CODE),
]  # fmt: skip


def _crumbs(alias: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    here = (status.system_title(alias), reverse("keeping", args=[alias]))
    return [("ホーム", "/"), (HEADING, reverse("keepings")), here, *more]


@screen(_LIST)
def databases(request: HttpRequest) -> HttpResponse:
    """The databases of this site; each is asked on its own page."""
    table = Table(caption="データベース", columns=DATABASES, rows=status.aliases(), query=request.GET)
    context = {
        "heading": HEADING, "table": table, "crumbs": [("ホーム", "/"), (HEADING, "")],
        "lead": "表ごとに保存期間と根拠の法令が決まっています。期限を過ぎた行は、二人の職員の申請と確認で消去します。",
    }  # fmt: skip
    return render(request, "pages/listing.html", context)


@screen(_LIST, where=status.database_in_address)
def keeping(request: HttpRequest, alias: str) -> HttpResponse:
    """One database: every table, what is due, and the requests and deletions so far."""
    actor = actor_of(request)
    kept, proofs = overview.overview(alias, by=actor), overview.history(alias, by=actor)
    still_open = custody.open_runs(alias)
    due = sum(row.due for row in kept)
    runs = [
        Column[Purge](
            key="run", title="申請", value=lambda row: row.run, kind=Kind.CODE, sortable=False,
            cell=lambda row: make_link(reverse("keeping-run", args=[alias, row.run]), row.run[:8]),
        )
    ]  # fmt: skip
    context = {
        "heading": f"{HEADING}　{status.system_title(alias)}", "due": due, "open": still_open,
        "actions": [("消去を申請する", reverse("keeping-request", args=[alias]))]
        if due and not still_open and actor.may_somewhere(Permission.PRIVACY_PURGE) else [],
        "kept": Table(caption="保存している表", columns=KEPT, rows=kept, query=request.GET),
        "proofs": Table(caption="申請と消去の記録", columns=[*runs, *PROOFS], rows=proofs, empty="消去の記録はまだありません。"),
        "crumbs": [*_crumbs(alias)[:2], (status.system_title(alias), "")],
    }  # fmt: skip
    return render(request, "screens/keeping.html", context)


@screen(_LIST, where=status.database_in_address)
def run(request: HttpRequest, alias: str, run: str) -> HttpResponse:
    """One request: its tables with the proof of each, and what may be done with it."""
    purges = _purges(alias, run, actor_of(request))
    states = {PurgeState(purge.state) for purge in purges}
    context = {
        "heading": f"消去の申請 {run[:8]}", "actions": _may(actor_of(request), alias, run, states), "run": run,
        "cutoff": purges[0].cutoff, "total": sum(purge.rows for purge in purges),
        "table": Table(caption="表ごとの証明", columns=PROOFS, rows=purges, query=request.GET),
        "crumbs": _crumbs(alias, (f"申請 {run[:8]}", "")),
    }  # fmt: skip
    return render(request, "screens/keeping_run.html", context)


def _may(actor: Actor, alias: str, run: str, states: set[PurgeState]) -> list[tuple[str, str]]:
    offers = [
        ("確認して消去する", "confirm", Permission.PRIVACY_PURGE_CONFIRM, PurgeState.REQUESTED),
        ("申請を取り下げる", "withdraw", Permission.PRIVACY_PURGE, PurgeState.REQUESTED),
        ("止まった消去を続ける", "finish", Permission.PRIVACY_PURGE, PurgeState.CONFIRMED),
    ]
    return [
        (title, reverse(f"keeping-{act}", args=[alias, run]))
        for title, act, permission, state in offers
        if state in states and actor.may_somewhere(permission)
    ]


@screen(Permission.PRIVACY_PURGE, where=status.database_in_address)
def request_deletion(request: HttpRequest, alias: str) -> HttpResponse:
    """申請: fixes which rows go; nothing is deleted yet."""
    due = custody.show(alias, by=actor_of(request))
    return form_pages.form_page(
        request, form_pages.sent(request), permission=Permission.PRIVACY_PURGE,
        heading=f"消去を申請します　{status.system_title(alias)}", verb="申請する", back=reverse("keeping", args=[alias]),
        work=lambda by, _: custody.request(alias, by=by), done="申請しました。別の職員が確認すると消去します。",
        facts=[(f"{row.model}（{row.legal_basis}）", f"{row.rows:,} 行") for row in due],
        lead="対象の行をここで確定します。別の職員が確認するまで、何も消えません。",
        crumbs=_crumbs(alias, ("消去の申請", "")),
    )  # fmt: skip


@screen(Permission.PRIVACY_PURGE_CONFIRM, where=status.database_in_address, atomic=False)
def confirm(request: HttpRequest, alias: str, run: str) -> HttpResponse:
    """確認 by another person than the one who asked; then the rows go."""
    return _act(
        request, alias, run, act=custody.confirm, permission=Permission.PRIVACY_PURGE_CONFIRM,
        what="確認して消去する", done="消去しました。",
        lead="消した行は元に戻せません。何を消したかは、件数と一覧の SHA-256 で残ります。",
    )  # fmt: skip


@screen(Permission.PRIVACY_PURGE, where=status.database_in_address, atomic=False)
def finish(request: HttpRequest, alias: str, run: str) -> HttpResponse:
    """続き of a deletion that was stopped."""
    return _act(
        request, alias, run, act=custody.finish, permission=Permission.PRIVACY_PURGE, what="続きから行う",
        done="消去しました。", lead="確認済みの消去の、残りの行を消します。",
    )  # fmt: skip


@screen(Permission.PRIVACY_PURGE, where=status.database_in_address)
def withdraw(request: HttpRequest, alias: str, run: str) -> HttpResponse:
    """取下げ before it is confirmed."""
    return _act(
        request, alias, run, act=custody.withdraw, permission=Permission.PRIVACY_PURGE, what="取り下げる",
        done="取り下げました。", lead="何も消えません。あとで、もう一度申請できます。",
    )  # fmt: skip


def _act(
    request: HttpRequest,
    alias: str,
    run: str,
    *,
    act: Callable[..., Any],
    permission: Permission,
    what: str,
    done: str,
    lead: str,
) -> HttpResponse:
    purges = _purges(alias, run, actor_of(request))
    facts: Sequence[tuple[str, object]] = [(row.model, f"{row.rows:,} 行") for row in purges]
    asked = ("申請した職員", purges[0].requested_by)
    return form_pages.form_page(
        request, form_pages.sent(request), permission=permission, heading=f"消去の申請を{what}", verb=what,
        back=reverse("keeping-run", args=[alias, run]), work=lambda by, _: act(alias, run=run, by=by), done=done,
        facts=[asked, *facts], lead=lead, crumbs=_crumbs(alias, (f"申請 {run[:8]}", "")),
    )  # fmt: skip


def _purges(alias: str, run: str, by: Actor) -> list[Purge]:
    found = [purge for purge in overview.history(status.known(alias), by=by) if purge.run == run]
    if not found:
        raise TodokeError(ErrorCode.NOT_FOUND, what="消去の申請")
    return found
