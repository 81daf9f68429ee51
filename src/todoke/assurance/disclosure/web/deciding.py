"""保有する情報, the decision on each section and on the request, the papers, the measures."""

from __future__ import annotations

from itertools import groupby
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from todoke.access import form_pages
from todoke.access.form_pages import sent
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor
from todoke.assurance.disclosure import papers, queries
from todoke.assurance.disclosure.actions import decide as deciding
from todoke.assurance.disclosure.actions import hand_over as handing
from todoke.assurance.disclosure.actions.carry_out import carry_out
from todoke.assurance.disclosure.actions.gather import Gathered, gather
from todoke.assurance.disclosure.actions.hand_over import Handing
from todoke.assurance.disclosure.actions.open_request import open_request
from todoke.assurance.disclosure.actions.withhold import withhold
from todoke.assurance.disclosure.flows import RequestState
from todoke.assurance.disclosure.models import MeasureKind
from todoke.assurance.disclosure.rules.identity import Document
from todoke.assurance.disclosure.rules.kinds import Kind, Outcome
from todoke.assurance.disclosure.web.forms import (
    DecideForm,
    ExtendForm,
    HandOverForm,
    MeasureForm,
    SectionForm,
)
from todoke.assurance.disclosure.web.requests import (
    CARRY_OUT,
    DECIDE,
    GATHER,
    HAND_OVER,
    READ,
    crumbs,
    facts,
    step,
)
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy.holding import Ground

_LOOKED_AT: Final = 3
"""Rows of a section that are shown; the rest is on the paper only."""


@screen(GATHER, atomic=False)
def held(request: HttpRequest, number: int) -> HttpResponse:
    """What was found, system by system, as the requester will read it."""
    found = gather(number=number, by=actor_of(request))
    back = reverse("disclosure-request", args=[number])
    context = {
        "heading": f"第{number}号について保有する情報", "systems": _systems(found), "number": number,
        "open": found.request.state == RequestState.IDENTIFIED, "masked": found.withheld_items,
        "crumbs": crumbs((f"第{number}号", back), ("保有する情報", "")), "back": back,
    }  # fmt: skip
    return render(request, "disclosure/held.html", context)


def _systems(found: Gathered) -> list[tuple[str, list[dict[str, Any]]]]:
    withheld = {one.section: one for one in found.request.withheld.all()}
    shown = [
        {
            "system": part.system, "key": part.key, "title": part.title, "count": len(part.rows),
            "withheld": withheld.get(part.key), "more": max(0, len(part.rows) - _LOOKED_AT),
            "rows": [
                [(item.label, f"不開示：{Ground(item.withheld).law}" if item.withheld else item.value) for item in row]
                for row in part.rows[:_LOOKED_AT]
            ],
        }
        for part in found.sections
    ]  # fmt: skip
    return [(system, list(parts)) for system, parts in groupby(shown, key=lambda part: str(part["system"]))]


@screen(GATHER, atomic=False)
def section(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """節の判断."""
    found = gather(number=number, by=actor_of(request))
    part = next((one for one in found.sections if one.key == key), None)
    if part is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この節")
    before = found.request.withheld.filter(section=key).first()
    initial = {"ground": before.ground, "reason": before.reason} if before else {}
    title = f"{part.system}　{part.title}"

    def work(by: Actor, given: dict[str, Any]) -> None:
        ground = Ground(given["ground"]) if given["ground"] else None
        withhold(number=number, section=key, title=title, ground=ground, reason=given["reason"], by=by)

    back = reverse("disclosure-held", args=[number])
    return form_pages.form_page(
        request, SectionForm(request.POST or None, initial=initial), permission=GATHER, heading=title, verb="判断を残す",
        back=back, work=work, done="判断を残しました。", facts=[("件数", f"{len(part.rows)}件")],
        crumbs=crumbs((f"第{number}号", reverse("disclosure-request", args=[number])), ("保有する情報", back), (part.title, "")),
    )  # fmt: skip


@screen(DECIDE)
def extend(request: HttpRequest, number: int) -> HttpResponse:
    """期限の延長."""
    return step(
        request, number, ExtendForm(request.POST or None), permission=DECIDE, heading="決定の期限を30日延長します",
        verb="延長する", done="延長しました。通知書を送ってください。",
        work=lambda by, given: deciding.extend(number=number, **given, by=by),
    )  # fmt: skip


@screen(DECIDE)
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """決定."""
    found = queries.one(number, by=actor_of(request), permission=DECIDE)

    def work(by: Actor, given: dict[str, Any]) -> None:
        deciding.decide(number=number, outcome=Outcome(given["outcome"]), reason=given["reason"], by=by)

    return step(
        request, number, DecideForm(request.POST or None, kind=Kind(found.kind)), permission=DECIDE,
        heading="請求を決定します", verb="決定する", done="決定しました。通知書を送ってください。", work=work,
    )  # fmt: skip


@screen(READ)
def notice(request: HttpRequest, number: int) -> HttpResponse:
    """決定通知書."""
    found = open_request(number=number, by=actor_of(request))
    if not found.outcome:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="まだ決定していません")
    return _pdf(papers.notice(found), f"決定通知書_{number}.pdf")


@screen(READ)
def extension(request: HttpRequest, number: int) -> HttpResponse:
    """延長の通知書."""
    found = open_request(number=number, by=actor_of(request))
    if found.extended_by is None:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="期限は延長されていません")
    return _pdf(papers.extension(found, due_on=queries.line(found).due_on), f"延長通知書_{number}.pdf")


@screen(HAND_OVER, atomic=False)
def hand_over(request: HttpRequest, number: int) -> HttpResponse:
    """交付: the answer to the form is the paper; it is given out once."""
    found = queries.one(number, by=actor_of(request), permission=HAND_OVER)
    form, document, refusal = HandOverForm(request.POST or None), b"", None

    def work() -> None:
        nonlocal document
        given = form.cleaned_data
        to = Handing(
            handed_to=given["handed_to"], documents=[Document(paper) for paper in given["documents"]],
            fee_exempt=given["fee_exempt"],
        )  # fmt: skip
        document = handing.hand_over(number=number, handing=to, by=actor_of(request))

    if request.method == "POST" and form.is_valid():
        refusal = form_pages.refused(request, HAND_OVER, work)
        if refusal is None:
            return _pdf(document, f"開示_{number}.pdf")
    back = reverse("disclosure-request", args=[number])
    context = {
        "form": form, "refusal": refusal, "heading": "書面を交付します", "verb": "交付する（PDF）", "back": back,
        "facts": facts(found), "crumbs": crumbs((f"第{number}号", back), ("交付", "")),
        "lead": "いま各システムが持つ内容で一度だけ作ります。本人（代理人）であることを、もう一度確かめてください。",
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "pages/form_page.html", context, status=wrong)


@screen(CARRY_OUT)
def measure(request: HttpRequest, number: int) -> HttpResponse:
    """措置の記録."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        carry_out(number=number, **{**given, "kind": MeasureKind(given["kind"])}, by=by)

    return step(
        request, number, MeasureForm(request.POST or None), permission=CARRY_OUT, heading="措置を記録します",
        verb="記録する", done="記録しました。", work=work,
    )  # fmt: skip


@screen(CARRY_OUT)
def close(request: HttpRequest, number: int) -> HttpResponse:
    """実施の完了."""
    return step(
        request, number, sent(request), permission=CARRY_OUT, heading="請求を終了します", verb="終了する",
        done="終了しました。", work=lambda by, _: handing.close(number=number, by=by),
    )  # fmt: skip


def _pdf(document: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(document, content_type="application/pdf", headers=headers)
