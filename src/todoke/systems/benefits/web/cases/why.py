"""判定内訳 and 支給の状況 of one household: why, what is read out on the phone, where it stands, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Permission
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages import tables
from todoke.systems.benefits import queries
from todoke.systems.benefits.actions.deciding.read_why import Why, read_why
from todoke.systems.benefits.models import Case, Decision, Resident
from todoke.systems.benefits.queries.figures.cases import Happened
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.cases.stages import STATE_TITLES
from todoke.systems.benefits.rules.deciding import push, tariff
from todoke.systems.benefits.rules.deciding.outcome import Outcome
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.examination import approval
from todoke.systems.benefits.rules.examination.by_hand import SENTENCES
from todoke.systems.benefits.rules.payments.failures import (
    FAILURES,
    SOURCE_TITLES,
    AccountSource,
    FailureClass,
)
from todoke.systems.benefits.rules.rule import Rule
from todoke.systems.benefits.rules.why import forming as why_forming
from todoke.systems.benefits.rules.why import next_steps, phone
from todoke.systems.benefits.rules.why.explained import Checked, Value, Verdict
from todoke.systems.benefits.rules.why.forming import Formed
from todoke.systems.benefits.web import naming
from todoke.systems.benefits.web.cases.lists import HOME, with_purpose
from todoke.systems.benefits.web.households.search import household_address

ALIAS = "benefits"
_TONES = {Verdict.MET: "good", Verdict.NOT_MET: "fail", Verdict.OPEN: "warn", Verdict.UNASKED: ""}
_FOR_MAINTAINERS = ("facts/", "DESIGN")
_OUR_OWN = "本システムの原則（分からないことを非課税としない）"
_HAPPENED = {
    "numbered": "給付管理番号を付けました",
    "printed": "確認書を印刷しました",
    "letter_again": "同じ手紙をもう一度印刷しました",
    "letter_reminder": "手続きのお願い（勧奨）を印刷しました",
    "letter_deficiency": "不備のお知らせを印刷しました",
    "letter_decision": "支給決定通知書を印刷しました",
    "letter_refusal": "不支給決定通知書を印刷しました",
    "letter_refund": "返還のお願いを印刷しました",
    "mail_returned": "手紙が返ってきました（返戻）",
    "resend": "再発送を指示しました",
    "posted": "手紙を発送しました",
    "pulled": "印刷した手紙を発送前に抜き取りました",
    "received": "確認書を受け付けました",
    "corrected": "補正を受け付けました（前の様式と置き換え）",
    "keyed": "様式を入力しました",
    "received_again": "もう一度届いた確認書（数えません）",
    "sheet_form": "届いた確認書を読み取りました",
    "sheet_duplicate": "重複した確認書を箱に入れました",
    "sheet_correction": "補正の書類を箱に入れました",
    "sheet_cancelled": "読み取りを取り消しました",
    "passed": "審査：支給要件を満たす",
    "deficient": "審査：不備",
    "declined": "審査：辞退",
    "ineligible": "審査：不支給",
    "returned": "承認せず、審査に差し戻しました",
    "approved": "承認しました",
    "reserved": "支払単位に組み入れました",
    "released": "会計が支払を確定しました",
    "given_up": "支払単位の起案を取り消しました（承認済みに戻りました）",
    "ordered": "振込を依頼しました",
    "paid": "支払が済みました",
    "failed": "振込ができませんでした",
    "recall_asked": "組戻しを依頼しました（確認待ち）",
    "recall_confirmed": "組戻しを銀行に依頼しました",
    "recall_returned": "組戻しにより資金が返却されました",
    "recall_refused": "組戻しができませんでした",
    "recall_withdrawn": "組戻しの依頼を取り下げました",
    "account": "振込先の口座を訂正しました",
}


@screen(Permission.BENEFITS_CASE_READ)
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """A case by its row; the newest decision explains it."""
    found = Case.objects.using(ALIAS).filter(pk=case_id).first()
    decision = queries.newest_decision(found.programme_id, found.household_key) if found else None
    if decision is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="給付管理番号の世帯")
    return _page(request, read_why(decision_id=decision.pk, by=actor_of(request)))


@screen(Permission.BENEFITS_CASE_READ)
def why(request: HttpRequest, decision_id: int) -> HttpResponse:
    """A decision by its row, also an earlier one, also of a household without a case."""
    return _page(request, read_why(decision_id=decision_id, by=actor_of(request)))


def _page(request: HttpRequest, found: Why) -> HttpResponse:
    household, case = found.household, found.case
    state = CaseState(case.state) if case else None
    route = Route(case.route) if case else Route.CONFIRMATION
    transfer_on = queries.transfer_on(case) if case else None
    undecided_since = _undecided_since(found)
    heading = f"給付管理番号 {case.case_number}" if case else f"世帯 {household.key}"
    context = {
        "heading": heading,
        "found": found,
        "subject": _subject(found),
        "shielded": household.protected,
        "old": found.earlier[0].pk != found.decision.pk,
        "newest": with_purpose(request, reverse("benefits-why", args=[found.earlier[0].pk])),
        "outcome": naming.outcome_chip(household.reason.outcome),
        "state": naming.state_chip(state) if state else "",
        "facts": _facts(found),
        "say": phone.sentence(household, found.programme, state=state, route=route, transfer_on=transfer_on),
        "next": _next(household.reason.outcome, state, route),
        "missing": next_steps.missing(household, undecided_since=undecided_since),
        "formed": [_Formed(one) for one in why_forming.formed(household, found.programme)],
        "checks": [_check(number, check) for number, check in enumerate(found.explained.checks, start=1)],
        "changed": sum(one.changed for one in found.differences),
        "events": _events(found),
        "decisions": [
            (one, with_purpose(request, reverse("benefits-why", args=[one.pk])), one.pk == found.decision.pk)
            for one in found.earlier
        ],
        "residents": _residents(request, found),
        "purpose": actor_of(request).purpose,
        "crumbs": [
            HOME,
            ("世帯の判定を見る", with_purpose(request, reverse("benefits-find"))),
            (heading, ""),
        ],
    }
    return render(request, "benefits/why.html", context)


def _subject(found: Why) -> list[tuple[str, object]]:
    """Which household the page is about, always in view; a protected one by its numbers alone."""
    household, case = found.household, found.case
    heads = [one.title for one in household.members if one.is_head][:1] if not household.protected else []
    return [
        ("世帯", household.key),
        *([("給付管理番号", case.case_number)] if case else []),
        *([("世帯主", heads[0].partition(" ")[2])] if heads else []),
        ("判定", household.reason.outcome.words),
        *([("状態", STATE_TITLES[CaseState(case.state)])] if case else []),
    ]


def _residents(request: HttpRequest, found: Why) -> str:
    """The page with the register's data of the household, for whoever may open it."""
    actor = actor_of(request)
    if not actor.may_somewhere(Permission.BENEFITS_HOUSEHOLD_READ):
        return ""
    payee = found.decision.payee_resident_code
    row = Resident.objects.using(ALIAS).filter(resident_code=payee).values_list("pk", flat=True).first()
    return household_address(row, actor.purpose) if row else ""


def _undecided_since(found: Why) -> datetime:
    """When the household became undecided: the oldest of the undecided decisions in a row up to this one."""
    since = found.decision.run.decided_at
    for one in found.earlier:
        if one.run_id <= found.decision.run_id:
            if one.outcome != Outcome.UNDECIDED:
                break
            since = one.run.decided_at
    return since


def _facts(found: Why) -> list[tuple[str, object]]:
    household, case = found.household, found.case
    facts: list[tuple[str, object]] = [
        ("事業", found.programme.name),
        ("世帯コード（基準日）", household.key),
        ("世帯の人数", f"{len(household.members)}人"),
        ("判定", f"{household.reason.outcome.words}（{household.reason.words}）"),
        ("判定の回・日時", tables.moment(household.decided_at)),
    ]
    if case:
        facts += [
            (
                "区（基準日）",
                naming.ward(case.ward_code) if not case.protected else "（支援措置により表示しません）",
            ),
            ("支給額", tariff.words(case)),
            ("送るもの", f"{case.route}（{push.words(case.route_reason)}）"),
            ("いまの状態", STATE_TITLES[CaseState(case.state)]),
            ("この状態になった日時", tables.moment(case.state_at)),
        ]
    return facts


def _next(outcome: Outcome, state: CaseState | None, route: Route) -> tuple[str, str]:
    """Who acts next, and what they do."""
    if state:
        return next_steps.of_case(state, route)
    if outcome is Outcome.ELIGIBLE:
        return "給付金担当", "給付管理番号を付けて、確認書を送ります。"
    if outcome is Outcome.UNDECIDED:
        return "給付金担当", "足りないものがそろうと、次の判定で決まります。"
    return "なし", "支給の対象ではありません。状況が変わったときは、次の判定で改めて決まります。"


@dataclass(frozen=True)
class _Row:
    """One rule as the template draws it."""

    number: int
    check: Checked
    tone: str

    @property
    def law(self) -> str:
        """Where the rule is written."""
        return _law(self.check.rule)

    @property
    def values(self) -> list[_Shown]:
        """whom, item, value, source, date."""
        return [_shown(value) for value in self.check.values]


_Shown = tuple[str, str, str, str, Any]


@dataclass(frozen=True)
class _Formed:
    """One forming rule that applied, as the template draws it."""

    formed: Formed

    @property
    def sentence(self) -> str:
        """What the rule says, and where it is written."""
        return f"{self.formed.rule.sentence}（{_law(self.formed.rule)}）"

    @property
    def values(self) -> list[_Shown]:
        """As of `_Row`."""
        return [_shown(value) for value in self.formed.values]


def _law(rule: type[Rule]) -> str:
    """Where the rule is written, without the notes that are meant for its maintainers."""
    parts = [part.strip() for part in rule.citation.split(";")]
    shown = [part for part in parts if not part.startswith(_FOR_MAINTAINERS)]
    return "、".join(shown) or _OUR_OWN


def _shown(value: Value) -> _Shown:
    origin = value.origin
    when = tables.day(origin.as_of) if origin.as_of else tables.show(origin.arrived, tables.Kind.MOMENT)
    return value.whom or "世帯", value.item, value.shown, f"{origin.name} {origin.edition}".strip(), when


def _check(number: int, check: Checked) -> _Row:
    return _Row(number, check, _TONES[check.verdict])


def _events(found: Why) -> list[dict[str, Any]]:
    """What happened to the case and what was decided about the household, newest first."""
    happened = [_event(one) for one in queries.happened(found.case)] if found.case else []
    decided = [_decided(one) for one in found.earlier]
    return sorted([*happened, *decided], key=lambda event: event["at"], reverse=True)


def _event(one: Happened) -> dict[str, Any]:
    note = one.what
    if one.kind in ("deficient", "declined", "ineligible"):
        note = "　".join(SENTENCES.get(code, code) for code in one.what.split())
    elif one.kind == "returned":
        note = approval.RETURNS[one.what]
    elif one.kind == "reserved":
        note = f"{int(one.what):,}円"
    elif one.kind in ("released", "given_up"):
        note = f"支払単位 {one.what}"
    elif one.kind == "failed":
        note = FAILURES[FailureClass(one.what)].title
    elif one.kind == "account":
        note = SOURCE_TITLES[AccountSource(one.what)]
    return {"at": one.at, "by": one.by, "title": _HAPPENED[one.kind], "note": note}


def _decided(one: Decision) -> dict[str, Any]:
    outcome = Outcome(one.outcome).words
    return {
        "at": one.run.decided_at,
        "by": one.run.decided_by,
        "title": f"判定：{outcome}",
        "note": f"判定の回 {one.run.round}",
    }
