"""改定: proposed on a form, tried over the sealed files, decided by a second person, judged again, differences listed."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access import naming
from todoke.access.form_pages import form_page
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.pages.tables import Column, Kind, Table
from todoke.systems.benefits.actions.editions.approve_edition import approve_edition, refuse_edition
from todoke.systems.benefits.actions.editions.propose_edition import propose_edition, withdraw_edition
from todoke.systems.benefits.actions.editions.read_differences import (
    Found,
    count_differences,
    read_differences,
)
from todoke.systems.benefits.models import ProgrammeEdition
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.queries.editions.proposals import Change, Differences, Differing
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.editions import changes as edition_changes
from todoke.systems.benefits.rules.editions.state import EditionState
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.web.programmes import words, works
from todoke.systems.benefits.web.programmes.forms import EditionForm
from todoke.systems.benefits.web.programmes.works import step_page

_PROPOSE: Final = Permission.BENEFITS_PROGRAMME_PROPOSE
_APPROVE: Final = Permission.BENEFITS_PROGRAMME_APPROVE
_READ: Final = Permission.BENEFITS_PROGRAMME_READ


@screen(_PROPOSE)
def new(request: HttpRequest, code: str) -> HttpResponse:
    """改定の提案: the values in force, to be written over."""
    found = editions.find(code)
    form = EditionForm(request.POST or None, programme=found, released=programmes.find(code))

    def work(by: Actor, given: dict[str, Any]) -> None:
        propose_edition(programme=form.proposed(), grounds=given["grounds"], by=by)

    lead = "変えるところだけ書き換えます。提案しても、別の職員が承認するまで判定は変わりません。"
    return form_page(
        request, form, permission=_PROPOSE, heading=f"改定を提案します：{found.name}", verb="提案する", lead=lead, work=work,
        done="提案しました。承認の前に試算を行ってください。", back=reverse("benefits-programme", args=[code]),
    )  # fmt: skip


@screen(_READ, live=True, atomic=False)
def edition(request: HttpRequest, number: int) -> HttpResponse:
    """What the edition changes, what that would do, and what may be done with it. Sent: go on where it was stopped."""
    actor = actor_of(request)
    if request.method == "POST":
        works.go_on(number, by=actor)
        return HttpResponseRedirect(reverse("benefits-edition", args=[number]))
    found = count_differences(number=number, by=actor)
    row = found.edition
    programme = editions.read(row)
    before = _before(row)
    differing = found.differences
    context = {
        "row": row, "programme": programme, "facts": _facts(found),
        "chip": words.state_chip(row.state), "changes": edition_changes.differences(before, programme),
        "counts": None if differing is None else _counts(differing), "found": found,
        "list_url": reverse("benefits-edition-households", args=[number]) if differing and differing.total else "",
        **works.context(row, actor),
        "actions": _actions(found, actor),
        "crumbs": [
            ("ホーム", "/"), ("事業と判定ルール", reverse("benefits-programmes")),
            (programme.name, reverse("benefits-programme", args=[row.programme])), (f"版 {row.edition}", ""),
        ],
    }  # fmt: skip
    return render(request, "benefits/edition.html", context)


def _before(row: ProgrammeEdition) -> Programme:
    """The edition that was in force when this one came, or would come, into force."""
    approved = [
        one
        for one in editions.stored(row.programme)
        if one.state == EditionState.APPROVED and one.pk < row.pk
    ]
    return editions.read(approved[0]) if approved else programmes.find(row.programme)


def _facts(found: Found) -> list[tuple[str, object]]:
    row, trial = found.edition, editions.newest_trial(found.edition)
    named = (row.proposed_by, row.approved_by, trial.made_by if trial else None)
    people = naming.people(staff_id for staff_id in named if staff_id)
    facts: list[tuple[str, object]] = [
        ("改定の根拠", row.grounds),
        ("提案", f"{people[row.proposed_by]}"),
        ("提案日時", row.proposed_at),
        ("定義のハッシュ値", row.sha256[:16]),
    ]
    if row.approved_by:
        facts += [("承認", people[row.approved_by]), ("承認日時", row.approved_at)]
    if trial:
        facts += [
            ("試算", people[trial.made_by]), ("試算日時", trial.made_at), ("比べた版", trial.against_edition),
            ("判定した世帯", f"{trial.households:,}世帯"), ("判定が変わる世帯", f"{trial.differing:,}世帯"),
            ("支給見込額", f"{words.yen(trial.yen_before)} → {words.yen(trial.yen_after)}"),
            ("お知らせの届出期間", f"{words.opt_out(_before(row))} → {words.opt_out(editions.read(row))}"),
        ]  # fmt: skip
    return facts


def _counts(found: Differences) -> Table[Change]:
    columns = [
        Column[Change](
            key="before",
            title="いまの版",
            value=lambda one: words.verdict(one.before),
            heads_row=True,
            sortable=False,
        ),
        Column[Change](
            key="after", title="改定した版", value=lambda one: words.verdict(one.after), sortable=False
        ),
        Column[Change](
            key="households",
            title="世帯数",
            value=lambda one: one.households,
            kind=Kind.NUMBER,
            sortable=False,
        ),
        Column[Change](
            key="yen_before",
            title="前の額（円）",
            value=lambda one: one.yen_before,
            kind=Kind.NUMBER,
            sortable=False,
        ),
        Column[Change](
            key="yen_after",
            title="後の額（円）",
            value=lambda one: one.yen_after,
            kind=Kind.NUMBER,
            sortable=False,
        ),
    ]
    return Table(
        caption="判定の変わり方", columns=columns, rows=found.changes, empty="判定が変わる世帯はありません。"
    )


def _actions(found: Found, actor: Actor) -> list[tuple[str, str]]:
    row = found.edition

    def link(title: str, route: str) -> tuple[str, str]:
        return title, reverse(route, args=[row.pk])

    if works.is_open(row):
        return []
    proposed = row.state == EditionState.PROPOSED
    other = row.proposed_by != actor.staff_id and actor.may_somewhere(_APPROVE)
    may_try = proposed and actor.may_somewhere(_PROPOSE)
    again = row.state == EditionState.APPROVED and found.run is None
    return [
        *([link("承認する", "benefits-edition-approve")] if proposed and other and found.differences is not None else []),
        *([link("試算する", "benefits-edition-try")] if may_try else []),
        *([link("承認しない", "benefits-edition-refuse")] if proposed and other else []),
        *([link("取り下げる", "benefits-edition-withdraw")] if may_try else []),
        *([link("この版で判定し直す", "benefits-edition-judge")] if again and actor.may_somewhere(Permission.BENEFITS_DECIDE) else []),
    ]  # fmt: skip


@screen(_READ)
def households(request: HttpRequest, number: int) -> HttpResponse:
    """The households whose decision differs; cases that are open or decided come first."""
    found = read_differences(number=number, by=actor_of(request))
    rows = found.differences.rows if found.differences else []
    columns = [
        Column[Differing](key="household", title="世帯", value=lambda one: one.household_key, heads_row=True),
        Column[Differing](
            key="case", title="給付管理番号", value=lambda one: one.case_number or "－", kind=Kind.CODE
        ),
        Column[Differing](key="before", title="前の判定", value=lambda one: words.verdict(one.before)),
        Column[Differing](key="after", title="後の判定", value=lambda one: words.verdict(one.after)),
        Column[Differing](key="yen", title="後の額（円）", value=lambda one: one.yen_after, kind=Kind.NUMBER),
    ]
    total = found.differences.total if found.differences else 0
    table = Table(caption="判定が変わる世帯", columns=columns, rows=rows, query=request.GET)
    context = {
        "heading": f"判定が変わる世帯：版 {found.edition.edition}", "table": table, "total": total, "shown": len(rows),
        "judged": found.run is not None, "back": reverse("benefits-edition", args=[number]),
        "crumbs": [
            ("ホーム", "/"), ("事業と判定ルール", reverse("benefits-programmes")),
            (f"版 {found.edition.edition}", reverse("benefits-edition", args=[number])), ("判定が変わる世帯", ""),
        ],
    }  # fmt: skip
    return render(request, "benefits/edition_households.html", context)


@screen(_APPROVE)
def approve(request: HttpRequest, number: int) -> HttpResponse:
    """承認, with the number of households that change."""
    trial = editions.newest_trial(editions.edition(number))
    differing = trial.differing if trial else -1
    seen = int(request.POST.get("seen", differing)) if request.POST.get("seen", "0").isdigit() else differing
    return step_page(
        request, number, _APPROVE, lambda by: approve_edition(number=number, differing=seen, by=by),
        heading="改定を承認します", verb="承認する", done="承認しました。この版で判定し直してください。",
        lead=f"承認すると、次の判定からこの版を使います。試算では {max(differing, 0):,} 世帯の判定が変わります。",
        template="benefits/edition_approve.html", seen=str(differing),
    )  # fmt: skip


@screen(_APPROVE)
def refuse(request: HttpRequest, number: int) -> HttpResponse:
    """不承認."""
    return step_page(
        request, number, _APPROVE, lambda by: refuse_edition(number=number, by=by),
        heading="改定を承認しません", verb="承認しない", done="承認しませんでした。いまの版のままです。",
        lead="提案は終わり、いまの版のまま変わりません。",
    )  # fmt: skip


@screen(_PROPOSE)
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """取下げ."""
    return step_page(
        request, number, _PROPOSE, lambda by: withdraw_edition(number=number, by=by),
        heading="改定を取り下げます", verb="取り下げる", done="取り下げました。", lead="提案は終わり、いまの版のまま変わりません。",
    )  # fmt: skip
