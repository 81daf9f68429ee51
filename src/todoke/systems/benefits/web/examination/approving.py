"""承認: what waits, a sample, what changed since the examination; approved together with the count typed, or sent back one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import naming as staff
from todoke.access.form_pages import form_page
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.oplog.person import Person
from todoke.oplog.record import record, record_many
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_link
from todoke.systems.benefits import queries
from todoke.systems.benefits.actions.examination.approve_applications import approve_applications
from todoke.systems.benefits.actions.examination.return_examination import return_examination
from todoke.systems.benefits.models import Paper
from todoke.systems.benefits.queries.editions.proposals import every, find
from todoke.systems.benefits.queries.examination import approving as reads
from todoke.systems.benefits.queries.examination import examining
from todoke.systems.benefits.queries.examination.approving import Changed, Prospect, Sampled
from todoke.systems.benefits.queries.examination.examining import CaseFile
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.examination import approval
from todoke.systems.benefits.rules.examination import by_hand as rules
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.web import naming
from todoke.systems.benefits.web.entry import keying
from todoke.systems.benefits.web.examination import examining as pages
from todoke.systems.benefits.web.examination.forms import ApprovalForm, ReturnForm

ALIAS = "benefits"
APPROVE: Final = Permission.BENEFITS_APPROVE
PURPOSE: Final = "承認（承認を待つ世帯の列から）"
_NEWER: Final = "判定または支給額が、審査の後に変わりました。"


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """Where a page of 承認 stands."""
    return [("ホーム", "/"), ("承認", reverse("benefits-approvals") if more else ""), *more]


@screen(APPROVE)
def start(request: HttpRequest) -> HttpResponse:
    """The programmes with what waits for approval."""
    rows = [(one, queries.states(one.code).get(CaseState.PASSED, 0)) for one in every()]
    columns = [
        Column[tuple[Programme, int]](
            key="programme", title="事業", value=lambda row: row[0].name, heads_row=True, sortable=False,
            cell=lambda row: make_link(reverse("benefits-approval", args=[row[0].code]), row[0].name) if row[1] else row[0].name,
        ),
        Column[tuple[Programme, int]](
            key="count", title="承認待ち", value=lambda row: row[1], kind=Kind.NUMBER, sortable=False
        ),
    ]  # fmt: skip
    lead = (
        "審査を通った世帯を、審査や入力をしていない職員が承認します。自分が審査した世帯は対象に入りません。"
    )
    context = {"heading": "承認", "crumbs": crumbs(), "lead": lead,
               "actions": [("決裁区分", reverse("benefits-approval-limits"))],
               "table": Table(caption="承認を待つ世帯", columns=columns, rows=rows)}  # fmt: skip
    return render(request, "pages/listing.html", context)


@screen(APPROVE)
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that this person may approve of a programme, in one act."""
    programme, actor = find(code), actor_of(request)
    found = reads.prospect(programme, actor)
    _log_list(found, actor)
    tally = found.tally
    form = ApprovalForm(request.POST if request.method == "POST" else None, seen_yen=tally.yen)

    def work(by: Actor, given: dict[str, Any]) -> None:
        approve_applications(
            programme=programme, by=by, expected=given["count"], expected_yen=given["seen_yen"]
        )

    return form_page(
        request, form, permission=APPROVE, heading=f"承認　{programme.name}", verb="承認する", work=work,
        done=f"{tally.count:,} 件、{tally.yen:,} 円を承認しました。", back=reverse("benefits-approvals"), facts=_facts(found),
        template="benefits/examination/approval.html", tally=tally, sample=_sample(found), changed=_changed(found),
        crumbs=crumbs((programme.name, "")),
    )  # fmt: skip


def _log_list(found: Prospect, actor: Actor) -> None:
    numbers = [row.case_number for row in found.sample] + [row.case_number for row in found.changed]
    seen = [Person("case_number", number) for number in numbers]
    by = replace(actor, purpose=PURPOSE)
    record_many(ALIAS, by=by, verb="benefits:case:list", subject="approval", about=seen)


def _facts(found: Prospect) -> list[tuple[str, object]]:
    tally = found.tally
    limit = f"1世帯 {found.limit_yen:,}円まで" if found.level is approval.Level.CHIEF else "金額によらない"
    return [
        ("承認できる件数", f"{tally.count:,}件"),
        ("支給総額", f"{tally.yen:,}円"),
        ("決裁区分", f"{approval.LEVEL_TITLES[found.level]}（{limit}）"),
        ("自分が審査・入力したため除いた件数", f"{tally.own:,}件"),
        ("課長の承認が要るため除いた件数", f"{tally.above:,}件"),
        ("審査の後に変わったため除いた件数", f"{tally.changed:,}件"),
    ]


def _sample(found: Prospect) -> Table[Sampled]:
    people = staff.people([row.examined_by for row in found.sample])
    columns = [
        Column[Sampled](
            key="number", title="給付管理番号", value=lambda row: row.case_number, kind=Kind.CODE, heads_row=True, sortable=False,
            cell=lambda row: make_link(reverse("benefits-approval-case", args=[row.case_id]), row.case_number),
        ),
        Column[Sampled](key="yen", title="支給額（円）", value=lambda row: row.amount_yen, kind=Kind.NUMBER, sortable=False),
        Column[Sampled](key="by", title="審査した職員", value=lambda row: people[row.examined_by], sortable=False),
        Column[Sampled](key="at", title="審査した日時", value=lambda row: row.examined_at, kind=Kind.MOMENT, sortable=False),
        Column[Sampled](
            key="hand", title="審査の方法", value=lambda row: "紙を見て一件ずつ" if row.by_hand else "自動点検", sortable=False
        ),
    ]  # fmt: skip
    caption = f"抽出した {len(found.sample)} 世帯（支給相当と審査されたもの。今日は何度開いても同じ世帯です）"
    return Table(caption=caption, columns=columns, rows=found.sample, empty="承認できる世帯はありません。")


def _changed(found: Prospect) -> Table[Changed]:
    columns = [
        Column[Changed](
            key="number", title="給付管理番号", value=lambda row: row.case_number, kind=Kind.CODE, heads_row=True, sortable=False,
            cell=lambda row: make_link(reverse("benefits-approval-case", args=[row.case_id]), row.case_number),
        ),
        Column[Changed](
            key="what", title="変わったこと", sortable=False,
            value=lambda row: "　".join(rules.SENTENCES[code] for code in row.codes.split()) or _NEWER,
        ),
    ]  # fmt: skip
    return Table(
        caption="審査の後に変わった世帯（承認の対象に入りません）",
        columns=columns,
        rows=found.changed,
        empty="ありません。",
    )


@screen(APPROVE)
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case with its recommendation, which may be sent back."""
    actor, found = actor_of(request), examining.case_file(case_id)
    record(
        ALIAS, by=replace(actor, purpose=PURPOSE), verb="benefits:case:read", subject=f"case {case_id}", persons=1,
        about=Person("case_number", found.case_number),
    )  # fmt: skip
    form = ReturnForm(request.POST if request.method == "POST" else None)

    def work(by: Actor, given: dict[str, Any]) -> None:
        return_examination(case_id=case_id, reason=given["reason"], note=given["note"], by=by)

    back = reverse("benefits-approval", args=[found.programme.code])
    own = bool(found.before) and found.before[0].by == actor.staff_id
    return form_page(
        request, form, permission=APPROVE, heading=f"承認を待つ世帯　{found.case_number}", verb="差し戻す", work=work,
        done=f"{found.case_number} を審査に差し戻しました。", back=back, template="benefits/examination/recommended.html",
        found=found, picture="benefits-approval-picture", secret=pages.secret(found, actor), state=naming.state_chip(found.state),
        case_facts=pages.facts(found), keyed=pages.keyed(found), calculation=pages.calculation(found),
        before=_history(found), own=own, waits=found.state in (CaseState.PASSED, CaseState.APPROVED) and not own, kinds=dict(Paper.KINDS),
        findings=[rules.SENTENCES[code] for code in found.codes], conclusion=rules.OUTCOME_TITLES[found.outcome],
        crumbs=crumbs((found.programme.name, back), (found.case_number, "")),
    )  # fmt: skip


@screen(APPROVE)
def picture(request: HttpRequest, paper_id: int, page: int) -> HttpResponse:
    """The picture of one side, for those who approve."""
    return keying.shown(request, paper_id, page, purpose=PURPOSE)


def _history(found: CaseFile) -> list[dict[str, Any]]:
    """Recommendations and what was sent back, newest first."""
    sent_back = [
        {
            "at": row.at,
            "by": row.by,
            "title": "差戻し",
            "note": f"{approval.RETURNS[row.reason]}　{row.note}".strip(),
        }
        for row in reads.returns(found.case_id)
    ]
    return sorted([*pages.before(found), *sent_back], key=lambda event: event["at"], reverse=True)


def cards(actor: Actor) -> Iterator[Card]:
    """What waits for approval."""
    if actor.may_somewhere(APPROVE):
        count = sum(queries.states(one.code).get(CaseState.PASSED, 0) for one in every())
        yield Card(title="承認を待つ世帯", count=count, link="承認する", url=reverse("benefits-approvals"))
