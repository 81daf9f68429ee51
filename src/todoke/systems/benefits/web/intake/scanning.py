"""連続スキャン受付: one field, Enter, the answer in large letters; it stops where a sheet was not received.

At a stop the field takes only 0 (go on) or 1 (keep the second sheet): whoever scans on without looking changes nothing.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from todoke.access.form_pages import refused
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.systems.benefits.actions.intake.open_box import open_box
from todoke.systems.benefits.actions.intake.scan_form import Into, Scan, keep_second, scan_form
from todoke.systems.benefits.actions.intake.undo_scan import undo_scan
from todoke.systems.benefits.queries.intake import papers
from todoke.systems.benefits.rules.intake import answers as intake
from todoke.systems.benefits.rules.intake.answers import Answer
from todoke.systems.benefits.web.intake.forms import GO_ON, KEEP, ScanForm, SessionForm, StartForm, query

RECEIVE = Permission.BENEFITS_RECEIVE
HOME = ("ホーム", "/")
_STATUS = {Answer.MISREAD: 422, Answer.UNKNOWN: 404}


@screen(RECEIVE)
def start(request: HttpRequest) -> HttpResponse:
    """受付の開始: programme, box, day of receipt."""
    sent = request.method == "POST"
    form = StartForm(
        request.POST if sent else None, initial={**request.GET.dict(), "received_on": clock.today()}
    )
    refusal = None
    if sent and form.is_valid():
        given, actor = form.cleaned_data, actor_of(request)
        refusal = refused(
            request, RECEIVE, lambda: open_box(label=given["box"], place=given["place"], by=actor)
        )
        if refusal is None:
            session = {
                "programme": given["programme"],
                "box": given["box"],
                "on": given["received_on"].isoformat(),
            }
            chosen = SessionForm(session)
            chosen.full_clean()
            return HttpResponseRedirect(f"{reverse('benefits-scan')}?{query(chosen.into())}")
    context = {
        "form": form, "refusal": refusal, "heading": "連続スキャン受付を始める", "verb": "読み取りを始める", "back": "/",
        "lead": "返送された確認書・申請書の番号を、紙から紙へ続けて読み取ります。ここで選んだ箱に紙を入れていきます。",
        "crumbs": [HOME, ("連続スキャン受付", "")],
    }  # fmt: skip
    status = refusal.code.family.http_status if refusal else 422 if sent and form.errors else 200
    return render(request, "pages/form_page.html", context, status=status)


@screen(RECEIVE)
def scan(request: HttpRequest) -> HttpResponse:
    """The loop. A sheet is sent in the body, never in an address; where it goes stands in the address."""
    session = SessionForm(request.GET)
    if not session.is_valid() or not papers.box_exists(session.cleaned_data["box"]):
        return HttpResponseRedirect(reverse("benefits-scan-start"))
    into, actor = session.into(), actor_of(request)
    found: list[Scan] = []
    refusal = None
    if request.method == "POST":
        given = ScanForm(request.POST)
        if given.is_valid() and given.cleaned_data["key"]:
            refusal = refused(
                request, RECEIVE, lambda: found.append(_answer(into, given.cleaned_data, actor))
            )
    return _page(request, into, found[0] if found else None, refusal)


@require_POST
@screen(RECEIVE)
def undo(request: HttpRequest) -> HttpResponse:
    """The last own sheet is no longer received; back to the loop."""
    back = f"{reverse('benefits-scan')}?{request.GET.urlencode()}"
    actor = actor_of(request)

    def work() -> None:
        undone = undo_scan(by=actor)
        said = f"{undone.number} の受付を取り消しました。箱 {undone.box} から紙を取り出してください。"
        messages.success(request, said)

    refusal = refused(request, RECEIVE, work)
    if refusal is None:
        return HttpResponseRedirect(back)
    session = SessionForm(request.GET)
    if not session.is_valid():
        return HttpResponseRedirect(reverse("benefits-scan-start"))
    return _page(request, session.into(), None, refusal)


def _answer(into: Into, given: dict[str, Any], by: Actor) -> Scan:
    key, stopped = intake.typed(given["key"]), given["stopped"]
    if not given["holds"]:
        return scan_form(into=into, number=key, by=by)
    if key == GO_ON:
        return Scan(answer=Answer.WENT_ON, number=stopped)
    if key == KEEP and stopped:
        return keep_second(into=into, number=stopped, by=by)
    return Scan(answer=Answer.STILL_STOPPED, number=stopped)


def _page(request: HttpRequest, into: Into, found: Scan | None, refusal: TodokeError | None) -> HttpResponse:
    actor = actor_of(request)
    held, own = papers.counts(into.box, actor.staff_id)
    stops = found is not None and found.answer.stops
    context = {
        "into": into, "scan": found, "said": intake.SAID[found.answer] if found else None, "stops": stops,
        "stopped": found.number if found and _may_keep(found) else "", "go_on": GO_ON, "keep": KEEP,
        "refusal": refusal, "held": held, "own": own, "query": query(into),
        "can_read": actor.may_somewhere(Permission.BENEFITS_CASE_READ),
        "crumbs": [HOME, ("連続スキャン受付", reverse("benefits-scan-start")), (f"箱 {into.box}", "")],
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 200
    status = _STATUS.get(found.answer, 409) if found and stops else wrong
    return render(request, "benefits/intake/scan.html", context, status=status)


def _may_keep(found: Scan) -> bool:
    """While it is still stopped, the sheet before decides, whose number goes along only when it may be kept."""
    return found.answer.has_case or found.answer is Answer.STILL_STOPPED
