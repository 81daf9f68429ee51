"""一つの措置: what is promised, what shows it, what people confirmed; and the form to confirm it."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import directory, naming
from todoke.access.form_pages import form_page
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.assurance import queries
from todoke.assurance.actions.confirm_promise import confirm_promise
from todoke.assurance.checks import CHECKS, State
from todoke.assurance.form.places import place_of, places
from todoke.assurance.models import Confirmation, Finding
from todoke.assurance.promises import Promise
from todoke.assurance.promises.evidence import checks_of
from todoke.assurance.standings import Standing
from todoke.assurance.web.board import TITLE, broken_since
from todoke.assurance.web.board_forms import ConfirmForm
from todoke.assurance.web.shared import READ, TONES, Crumbs, crumbs, seen_at, standing_of, state_chip
from todoke.kernel.clock import wareki
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import moment

CONFIRM: Final = Permission.ASSURANCE_CONFIRM


@screen(READ)
def promise(request: HttpRequest, promise_id: str) -> HttpResponse:
    """One promise with its evidence."""
    actor, found = actor_of(request), standing_of(promise_id)
    may = actor.may_somewhere(CONFIRM)
    context = {
        "heading": promise_id, "chip": state_chip(found.state), "standing": found, "facts": [*_since(found), *_facts(found.promise)],
        "checks": _checks(actor, found), "earlier": _earlier(promise_id), "may_confirm": may,
        "confirmations": _confirmations(actor if may else None, promise_id),
        "crumbs": _crumbs(promise_id),
    }  # fmt: skip
    return render(request, "assurance/promise.html", context)


def _crumbs(promise_id: str, *further: tuple[str, str]) -> Crumbs:
    address = reverse("assurance-promise", args=[promise_id]) if further else ""
    return crumbs(TITLE, "assurance-board", (promise_id, address), *further)


def _since(one: Standing) -> list[tuple[str, object]]:
    since = broken_since(one, queries.red_since(directory.alias()))
    return [("守られていないと分かった日時", moment(since))] if since else []


def _facts(one: Promise) -> list[tuple[str, object]]:
    return [
        ("措置", one.text),
        ("評価書の節", places()[place_of(one.item)]),
        ("評価書の項目", one.item),
        ("特定個人情報ファイル", one.file.value if one.file else "共通"),
        ("誰の措置か", one.maker.value),
        ("システム", one.system.value),
        ("プログラムの中の場所", one.control or "なし（人が守ります）"),
    ]


def _checks(actor: Actor, found: Standing) -> list[dict[str, Any]]:
    """What each check of this realm said; a check that has not run yet stands there without a result."""
    said = {one.check: one for one in found.verdicts}
    rows = []
    for name in checks_of(found.promise.id):
        check, verdict = CHECKS[name], said.get(name)
        if directory.realm() not in check.realms:
            continue
        chip = state_chip(verdict.state) if verdict else state_chip(State.NOT_SHOWN)
        rows.append({"check": check, "verdict": verdict, "chip": chip, "url": seen_at(actor, check)})
    return rows


def _earlier(promise_id: str) -> list[dict[str, Any]]:
    found = queries.history_of(directory.alias(), checks_of(promise_id))
    return [
        {
            "at": one.run.run_at,
            "title": CHECKS[one.check_name].title if one.check_name in CHECKS else one.check_name,
            "state": State(one.state).label,
            "tone": TONES[State(one.state)],
        }
        for one in found
    ]


def _confirmations(actor: Actor | None, promise_id: str) -> list[dict[str, Any]]:
    """Newest first. `url`: where this person audits it; nobody audits their own."""
    found = list(
        Confirmation.objects.using(directory.alias()).filter(promise=promise_id).order_by("-pk")[:20]
    )
    names = naming.people(one.confirmed_by for one in found)
    return [
        {
            "it": one, "by": names[one.confirmed_by], "tone": "good" if one.finding == Finding.KEPT else "fail",
            "url": reverse("assurance-audit", args=[promise_id, one.pk])
            if actor and actor.staff_id != one.confirmed_by else "",
        }
        for one in found
    ]  # fmt: skip


@screen(CONFIRM)
def confirm(request: HttpRequest, promise_id: str) -> HttpResponse:
    """人による確認."""
    return _confirming(request, promise_id, heading="措置を確かめて記録します")


@screen(CONFIRM)
def audit(request: HttpRequest, promise_id: str, number: int) -> HttpResponse:
    """内部監査: another person looks over what one confirmed."""
    seen = Confirmation.objects.using(directory.alias()).filter(pk=number, promise=promise_id).first()
    if seen is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="確認")
    told: list[tuple[str, object]] = [
        ("確認した人", naming.people([seen.confirmed_by])[seen.confirmed_by]),
        ("確認の結果", seen.get_finding_display()),
        ("確かめた内容", seen.note),
        ("文書", seen.document or "－"),
        ("確認の期限", wareki(seen.valid_until)),
    ]
    return _confirming(
        request, promise_id, heading="ほかの人の確認を確かめ直します", audits=number, told=told
    )


def _confirming(
    request: HttpRequest,
    promise_id: str,
    *,
    heading: str,
    audits: int | None = None,
    told: list[tuple[str, object]] | None = None,
) -> HttpResponse:
    found = standing_of(promise_id)

    def work(by: Actor, given: dict[str, Any]) -> None:
        kept = {**given, "finding": Finding(given["finding"])}
        confirm_promise(by=by, promise_id=promise_id, audits=audits, **kept)

    lead = "この措置は人が守り、日付のある確認で示します。"
    if checks_of(promise_id):
        lead = "この措置の状態はプログラムの確認で決まります。人が「守られていない」と残したときも、守られていないになります。"
    return form_page(
        request, ConfirmForm(request.POST or None), permission=CONFIRM, heading=heading, verb="確認を残す",
        back=reverse("assurance-promise", args=[promise_id]), work=work, done="確認を残しました。", lead=lead,
        facts=[("番号", promise_id), ("措置", found.promise.text), *(told or [])],
        crumbs=_crumbs(promise_id, ("確認", "")),
    )  # fmt: skip
