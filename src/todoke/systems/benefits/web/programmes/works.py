"""試算と判定のやり直し, begun on a page and done beside the screens; how far they are stands on the edition's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access.form_pages import form_page, sent
from todoke.access.guard import screen
from todoke.access.permissions import Actor, Permission
from todoke.pages.tables import Column, Kind, Table
from todoke.systems.benefits.actions.editions.begin_edition_work import PERMISSIONS, begin_edition_work
from todoke.systems.benefits.jobs import editions as jobs
from todoke.systems.benefits.models import ProgrammeEdition
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.queries.editions import works as edition_works
from todoke.systems.benefits.queries.editions.works import Stage, Standing
from todoke.systems.benefits.rules.editions.work import WorkKind, WorkState
from todoke.systems.benefits.web import working
from todoke.systems.benefits.web.working import Queue

_TRY: Final = Permission.BENEFITS_PROGRAMME_TRY
_LATER: Final = "始めました。この画面を閉じても続きます。終わるとここに結果を示します。"


def step_page(
    request: HttpRequest, number: int, permission: Permission, work: Callable[[Actor], object], **texts: str
) -> HttpResponse:
    """A step of an edition that asks for nothing but the button."""
    row = editions.edition(number)
    facts = [("事業", editions.read(row).name), ("版", row.edition), ("改定の根拠", row.grounds)]
    return form_page(
        request, sent(request), permission=permission, back=reverse("benefits-edition", args=[number]), facts=facts,
        work=lambda by, _: work(by), **texts,
    )  # fmt: skip


def _begin(number: int, kind: WorkKind, by: Actor) -> None:
    work = begin_edition_work(number=number, kind=kind, by=by)
    working.begin(Queue.EDITIONS, jobs.carry_on, work.pk, by=by)


@screen(_TRY, atomic=False)
def attempt(request: HttpRequest, number: int) -> HttpResponse:
    """試算."""
    return step_page(
        request, number, _TRY, lambda by: _begin(number, WorkKind.TRIAL, by),
        heading="試算します", verb="試算する", done=f"試算を{_LATER}",
        lead="最新の封印済みファイルを、いまの版と提案した版の両方で判定し、違いを数えます。判定や案件は変わりません。",
    )  # fmt: skip


@screen(Permission.BENEFITS_DECIDE, atomic=False)
def judge(request: HttpRequest, number: int) -> HttpResponse:
    """判定のやり直し: every household again, with the approved edition."""
    return step_page(
        request, number, Permission.BENEFITS_DECIDE, lambda by: _begin(number, WorkKind.JUDGING, by),
        heading="この版で判定し直します", verb="判定し直す", done=f"判定のやり直しを{_LATER}",
        lead="すべての世帯を判定し直します。受付中・審査済みの案件も新しい判定に従い、違いを一覧で示します。",
    )  # fmt: skip


def is_open(row: ProgrammeEdition) -> bool:
    """Whether a trial or a judging of the edition has not ended."""
    work = edition_works.newest(row)
    return work is not None and work.state == WorkState.OPEN


def go_on(number: int, *, by: Actor) -> None:
    """Carry an open work on, by whoever may begin one; a process that is at it already is not disturbed."""
    work = edition_works.newest(editions.edition(number))
    if (
        work is not None
        and work.state == WorkState.OPEN
        and by.may_somewhere(PERMISSIONS[WorkKind(work.kind)])
    ):
        working.begin(Queue.EDITIONS, jobs.carry_on, work.pk, by=by)


def context(row: ProgrammeEdition, by: Actor) -> dict[str, Any]:
    """What the edition's page says about the work that was begun last."""
    work = edition_works.newest(row)
    if work is None:
        return {}
    found, kind = edition_works.standing(work), WorkKind(work.kind)
    running = work.state == WorkState.OPEN
    return {
        "standing": found, "running": running, "work_title": kind.label, "total_steps": len(found.stages),
        "stages": _stages(found), "says": _says(found), "may_continue": running and by.may_somewhere(PERMISSIONS[kind]),
    }  # fmt: skip


def _says(found: Standing) -> str:
    if found.work.state != WorkState.OPEN:
        return ""
    now = next((stage.title for stage in found.stages if stage.standing == "処理中"), "")
    return f"{now}（処理中）" if now else "順番を待っているか、途中で止まっています"


def _stages(found: Standing) -> Table[Stage]:
    columns = [
        Column[Stage](key="title", title="段階", value=lambda one: one.title, heads_row=True, sortable=False),
        Column[Stage](key="standing", title="状況", value=lambda one: one.standing, sortable=False),
        Column[Stage](key="counted", title="件数", value=lambda one: one.counted, kind=Kind.NUMBER, sortable=False),
        Column[Stage](
            key="attempts", title="行った回数", value=lambda one: one.attempts, kind=Kind.NUMBER, sortable=False
        ),
    ]  # fmt: skip
    return Table(caption=f"{WorkKind(found.work.kind).label}の段階", columns=columns, rows=found.stages)
