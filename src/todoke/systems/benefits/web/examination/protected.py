"""避難者の審査: cases of protected households, seen by a 責任職 alone and in no clerk's queue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access.form_pages import refused
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_link
from todoke.systems.benefits.actions.examination.examine_protected import examine_protected
from todoke.systems.benefits.models import Paper
from todoke.systems.benefits.queries.editions.proposals import find
from todoke.systems.benefits.queries.examination import examining as reads
from todoke.systems.benefits.queries.examination.examining import Shielded
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.examination import by_hand as rules
from todoke.systems.benefits.rules.examination.findings import FINDINGS
from todoke.systems.benefits.web import naming
from todoke.systems.benefits.web.examination import examining as pages
from todoke.systems.benefits.web.examination.forms import ExaminationForm

ALIAS = "benefits"
EXAMINE: Final = Permission.BENEFITS_PROTECTION_EXAMINE
PURPOSE: Final = "避難者の審査（責任職の確認を待つ世帯の列から）"
LIST: Final = "benefits-protected-examinations"


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """Where a page of it stands."""
    return [("ホーム", "/"), ("避難者の審査", reverse(LIST) if more else ""), *more]


@screen(EXAMINE)
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits; numbers only."""
    columns: list[Column[Shielded]] = [
        Column(key="number", title="給付管理番号", value=lambda row: row.case_number, heads_row=True, sortable=False,
               cell=lambda row: make_link(reverse("benefits-protected-examination", args=[row.case_id]), row.case_number)),
        Column(key="programme", title="事業", value=lambda row: find(row.programme).name, sortable=False),
        Column(key="received", title="受付日", value=lambda row: row.received_on, kind=Kind.DAY, sortable=False),
    ]  # fmt: skip
    table = Table(caption="責任職の確認を待つ世帯", columns=columns, rows=reads.protected_waiting())
    lead = (
        "支援措置の対象者と避難している人の世帯です。担当の審査の列には出ません。承認は別の責任職が行います。"
    )
    context = {"table": table, "heading": "避難者の審査", "crumbs": crumbs(), "lead": lead}
    return render(request, "pages/listing.html", context)


@screen(EXAMINE)
def one(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case: the same page as for everybody, with what is to be confirmed of a protected household."""
    actor, found = actor_of(request), reads.case_file(case_id)
    record(
        ALIAS, by=replace(actor, purpose=PURPOSE), verb="benefits:case:read", subject=f"case {case_id}", persons=1,
        about=Person("case_number", found.case_number),
    )  # fmt: skip
    form = ExaminationForm(
        request.POST if request.method == "POST" else None, application=found.application_id, proxy=found.form["proxy"], declares=found.form["declares"],
        shielded=True,
    )  # fmt: skip
    refusal = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def work() -> None:
            examine_protected(
                case_id=case_id, application_id=given["application"], outcome=given["outcome"], seen=given["seen"],
                checks=given["checks"], by=actor,
            )  # fmt: skip

        refusal = refused(request, EXAMINE, work)
        if refusal is None:
            title = rules.OUTCOME_TITLES[given["outcome"]]
            messages.success(request, f"{found.case_number} を「{title}」として登録しました。")
            return HttpResponseRedirect(reverse(LIST))
    context = {
        "form": form, "refusal": refusal, "found": found, "picture": "benefits-approval-picture",
        "waits": found.state is CaseState.RECEIVED and found.form["protected"], "state": naming.state_chip(found.state),
        "facts": pages.facts(found), "keyed": pages.keyed(found), "kinds": dict(Paper.KINDS), "returns": [],
        "findings": [rules.SENTENCES[code] for code in found.codes], "checked": len(FINDINGS),
        "conclusion": rules.OUTCOME_TITLES[found.outcome], "numbers": rules.SEEN, "before": pages.before(found),
        "calculation": pages.calculation(found), "next": reverse(LIST), "crumbs": crumbs((found.case_number, "")),
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "benefits/examination/case.html", context, status=wrong)


def cards(actor: Actor) -> Iterator[Card]:
    """What waits for a 責任職."""
    if actor.may_somewhere(EXAMINE):
        count = len(reads.protected_waiting())
        yield Card(title="責任職の確認を待つ避難者の世帯", count=count, link="審査する", url=reverse(LIST))
