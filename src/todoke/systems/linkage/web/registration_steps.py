"""住登外者の登録: the steps of one request, each a page with one button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access import form_pages
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.systems.linkage.actions.registrations.choose_candidate import choose_candidate
from todoke.systems.linkage.actions.registrations.close_registrations import (
    reject_registrations,
    withdraw_registrations,
)
from todoke.systems.linkage.actions.registrations.confirm_registrations import confirm_registrations
from todoke.systems.linkage.actions.registrations.read_registration import read_registration
from todoke.systems.linkage.actions.registrations.request_registration import request_registrations
from todoke.systems.linkage.actions.registrations.review_candidates import review_candidates
from todoke.systems.linkage.queries import request_lists as reads
from todoke.systems.linkage.rules.registration import Asked
from todoke.systems.linkage.web.registration_forms import ChoiceForm, Reason, RegistrationForm
from todoke.systems.linkage.web.registrations import (
    CONFIRM,
    LEAD,
    REQUEST,
    candidates,
    crumbs,
    facts,
)


@screen(REQUEST)
def new(request: HttpRequest) -> HttpResponse:
    """依頼: what was typed is searched for at once."""
    by = actor_of(request)
    form = RegistrationForm(request.POST or None, by=by)
    made: list[str] = []

    def work() -> None:
        made.append(_ask(form.cleaned_data, by))
        review_candidates(request_id=made[0], by=by)

    refusal = None
    if request.method == "POST" and form.is_valid():
        refusal = form_pages.refused(request, REQUEST, work)
        if refusal is None:
            messages.success(request, "依頼を受け付け、候補を検索しました。")
            return HttpResponseRedirect(reverse("linkage-registration-choose", args=made))
    context = {
        "form": form, "refusal": refusal, "heading": "住登外者の登録を依頼します", "verb": "依頼して候補を検索する",
        "back": reverse("linkage-registrations"), "lead": LEAD, "crumbs": crumbs(("新しい依頼", "")),
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 422 if form.errors else 200
    return render(request, "pages/form_page.html", context, status=wrong)


def _ask(given: dict[str, Any], by: Actor) -> str:
    (receipt,) = request_registrations(asked=[Asked(**given)], by=by)
    if receipt.refusal is not None:
        raise reads.refused(receipt.refusal)
    return receipt.request_id


def _step(
    request: HttpRequest,
    request_id: str,
    form: forms.Form,
    *,
    permission: Permission,
    heading: str,
    verb: str,
    work: Callable[[Actor, dict[str, Any]], object],
    done: str,
    warning: str,
    tone: str = "main",
) -> HttpResponse:
    opened = read_registration(request_id=request_id, by=actor_of(request))
    back = reverse("linkage-registration", args=[request_id])
    chosen = [
        pair for pair in enumerate(opened.candidates, 1) if pair[1].person == opened.request.chosen_person_id
    ]
    table = candidates(opened)
    table.rows = chosen if opened.request.choice == "person" else []
    table.empty = "新しい人として登録します（登録済みの人は選ばれていません）。"
    return form_pages.form_page(
        request, form, permission=permission, heading=heading, verb=verb, back=back, work=work, done=done,
        facts=facts(opened.request), template="linkage/step.html", warning=warning, tone=tone,
        candidates=table if opened.request.choice else None, crumbs=crumbs(("依頼", back), (verb, "")),
    )  # fmt: skip


@screen(REQUEST)
def search(request: HttpRequest, request_id: str) -> HttpResponse:
    """候補の検索, again."""
    return _step(
        request, request_id, form_pages.sent(request), permission=REQUEST, heading="候補を検索します",
        verb="候補を検索する", work=lambda by, _: review_candidates(request_id=request_id, by=by),
        done="候補を検索しました。", warning="検索は、表示した候補の人とともに記録されます。選んであった人は取り消されます。",
    )  # fmt: skip


@screen(REQUEST)
def choose(request: HttpRequest, request_id: str) -> HttpResponse:
    """候補の選択."""
    opened = read_registration(request_id=request_id, by=actor_of(request))
    offered = [
        (shown.person, f"候補 {rank}") for rank, shown in enumerate(opened.candidates, 1) if not shown.against
    ]
    if not opened.against_new:
        offered.append((ChoiceForm.NEW, "新しい人（候補の中にはいない）"))
    back = reverse("linkage-registration", args=[request_id])

    def work(by: Actor, given: dict[str, Any]) -> None:
        person = None if given["person"] == ChoiceForm.NEW else given["person"]
        choose_candidate(request_id=request_id, person=person, by=by)

    return form_pages.form_page(
        request, ChoiceForm(request.POST or None, choices=offered), permission=REQUEST,
        heading="登録する人を選びます", verb="この人で確認を依頼する", back=back, work=work,
        done="確認を依頼しました。依頼した人とは別の人の確認を待ちます。", facts=facts(opened.request),
        template="linkage/choose.html", candidates=candidates(opened), none=not offered,
        against_new=opened.against_new, crumbs=crumbs(("依頼", back), ("選択", "")),
    )  # fmt: skip


@screen(CONFIRM)
def confirm(request: HttpRequest, request_id: str) -> HttpResponse:
    """確認, by a second person, after the second factor was checked again."""
    return _step(
        request, request_id, form_pages.sent(request), permission=CONFIRM, heading="登録を確認します",
        verb="登録する", work=lambda by, _: confirm_registrations(request_ids=[request_id], by=by),
        done="登録しました。入力された4情報は依頼から消去しました。",
        warning="登録すると取り消せません。依頼の内容と選ばれた人が同じ人であるか、4情報を一つずつ確かめてください。",
    )  # fmt: skip


@screen(CONFIRM)
def reject(request: HttpRequest, request_id: str) -> HttpResponse:
    """却下, with a reason."""
    return _step(
        request, request_id, Reason(request.POST or None), permission=CONFIRM, heading="依頼を却下します",
        verb="却下する", tone="danger", done="却下しました。",
        work=lambda by, given: reject_registrations(request_ids=[request_id], reason=given["reason"], by=by),
        warning="却下すると、入力された4情報は依頼から消去されます。",
    )  # fmt: skip


@screen(REQUEST)
def withdraw(request: HttpRequest, request_id: str) -> HttpResponse:
    """取下げ."""
    return _step(
        request, request_id, form_pages.sent(request), permission=REQUEST, heading="依頼を取り下げます",
        verb="取り下げる", tone="danger", done="取り下げました。",
        work=lambda by, _: withdraw_registrations(request_ids=[request_id], by=by),
        warning="取り下げると、入力された4情報は依頼から消去されます。",
    )  # fmt: skip
