"""返戻の連続読み取り: one field, Enter, the answer in large letters; it stops where an envelope was not noted.

The post's reason is chosen once for a bundle and stands in the address; a number never does.
"""

from __future__ import annotations

from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from todoke.access.form_pages import refused
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Permission
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.systems.benefits.actions.returns.note_return import Returned, note_return
from todoke.systems.benefits.actions.returns.undo_return import undo_return
from todoke.systems.benefits.queries.letters import returns as reads
from todoke.systems.benefits.rules.intake import answers as intake
from todoke.systems.benefits.rules.letters.returns import RETURN_TITLES, SAID, ReturnAnswer, ReturnReason

RETURN: Final = Permission.BENEFITS_MAIL_RETURN
GO_ON: Final = "0"
_STATUS: Final = {ReturnAnswer.MISREAD: 422, ReturnAnswer.UNKNOWN: 404}


class ReasonForm(forms.Form):
    """返戻の理由: chosen once for a bundle."""

    reason = forms.ChoiceField(
        label="返戻の理由（封筒の印）",
        choices=[(reason.value, f"{reason.value}　{title}") for reason, title in RETURN_TITLES.items()],
        help_text="同じ印の封筒を束にしてから、束ごとに読み取ります。",
    )


class EnvelopeForm(forms.Form):
    """One field for the scanner; at a stop it takes only 0."""

    key = forms.CharField(max_length=40, required=False)
    holds = forms.BooleanField(required=False)


def crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    """Home, the queue, and where the page stands below it."""
    return [("ホーム", "/"), ("返戻", reverse("benefits-returns")), *further]


@screen(RETURN)
def start(request: HttpRequest) -> HttpResponse:
    """読み取りの開始."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return HttpResponseRedirect(f"{reverse('benefits-return-scan')}?reason={form.cleaned_data['reason']}")
    context = {
        "form": form, "heading": "返戻の読み取りを始める", "verb": "読み取りを始める", "back": reverse("benefits-returns"),
        "lead": "返ってきた封筒の窓から、手紙の番号を続けて読み取ります。", "crumbs": crumbs(("読み取り", "")),
    }  # fmt: skip
    return render(request, "pages/form_page.html", context, status=422 if form.errors else 200)


@screen(RETURN)
def scan(request: HttpRequest) -> HttpResponse:
    """The loop."""
    reason = _reason(request)
    if reason is None:
        return HttpResponseRedirect(reverse("benefits-return-start"))
    found: list[Returned] = []
    refusal, still = None, False
    if request.method == "POST":
        given = EnvelopeForm(request.POST)
        if given.is_valid() and given.cleaned_data["key"]:
            key, actor = intake.typed(given.cleaned_data["key"]), actor_of(request)
            if given.cleaned_data["holds"]:
                still = key != GO_ON
            else:
                refusal = refused(
                    request,
                    RETURN,
                    lambda: found.append(note_return(number=key, reason=reason, by=actor)),
                )
    return _page(request, reason, found[0] if found else None, refusal, still=still)


@require_POST
@screen(RETURN)
def undo(request: HttpRequest) -> HttpResponse:
    """The last own envelope is no longer noted; back to the loop."""
    reason = _reason(request)
    actor = actor_of(request)

    def work() -> None:
        messages.success(request, f"{undo_return(by=actor)} の返戻の登録を取り消しました。")

    refusal = refused(request, RETURN, work)
    if reason is None:
        return HttpResponseRedirect(reverse("benefits-return-start"))
    if refusal is None:
        return HttpResponseRedirect(f"{reverse('benefits-return-scan')}?reason={reason.value}")
    return _page(request, reason, None, refusal)


def _reason(request: HttpRequest) -> ReturnReason | None:
    form = ReasonForm(request.GET)
    return ReturnReason(form.cleaned_data["reason"]) if form.is_valid() else None


def _page(
    request: HttpRequest,
    reason: ReturnReason,
    found: Returned | None,
    refusal: TodokeError | None,
    *,
    still: bool = False,
) -> HttpResponse:
    today = clock.now().astimezone(clock.JAPAN).replace(hour=0, minute=0, second=0, microsecond=0)
    stops = still or (found is not None and found.answer.stops)
    context = {
        "scan": found, "said": SAID[found.answer] if found else None, "stops": stops, "still": still, "go_on": GO_ON,
        "refusal": refusal, "own": reads.own_today(actor_of(request).staff_id, today),
        "reason": RETURN_TITLES[reason], "query": f"reason={reason.value}",
        "crumbs": crumbs((f"読み取り（{RETURN_TITLES[reason]}）", "")),
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 409 if still else 200
    status = _STATUS.get(found.answer, 409) if found and stops else wrong
    return render(request, "benefits/returns/scan.html", context, status=status)
