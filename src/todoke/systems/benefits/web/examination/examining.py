"""審査: case after case with one key; papers on the left, what the checks found and the conclusion on the right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access.form_pages import refused
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel.clock import wareki
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_link
from todoke.systems.benefits.actions.examination.examine_by_hand import examine_by_hand
from todoke.systems.benefits.models import Paper
from todoke.systems.benefits.queries.deciding import declared
from todoke.systems.benefits.queries.editions.proposals import every, find
from todoke.systems.benefits.queries.examination import approving
from todoke.systems.benefits.queries.examination import examining as reads
from todoke.systems.benefits.queries.examination.examining import CaseFile
from todoke.systems.benefits.queries.intake import applicants
from todoke.systems.benefits.rules.accounts.bank_account import TYPES
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.deciding.outcome import Outcome
from todoke.systems.benefits.rules.examination import approval
from todoke.systems.benefits.rules.examination import by_hand as rules
from todoke.systems.benefits.rules.examination.findings import FINDINGS
from todoke.systems.benefits.rules.payments.failures import SOURCE_TITLES, AccountSource
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.web import naming
from todoke.systems.benefits.web.entry import incomes, keying
from todoke.systems.benefits.web.examination.forms import ExaminationForm

ALIAS = "benefits"
EXAMINE: Final = Permission.BENEFITS_EXAMINE
PURPOSE: Final = "審査（審査を待つ世帯の列から）"


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """Where a page of 審査 stands."""
    return [("ホーム", "/"), ("審査", reverse("benefits-examinations") if more else ""), *more]


@screen(EXAMINE)
def start(request: HttpRequest) -> HttpResponse:
    """The programmes with what waits."""
    rows = [(one, reads.waiting(one.code)) for one in every()]
    columns = [
        Column[tuple[Programme, reads.Waiting]](
            key="programme", title="事業", value=lambda row: row[0].name, heads_row=True, sortable=False,
            cell=lambda row: make_link(reverse("benefits-examination-next", args=[row[0].code]), row[0].name)
            if row[1].forms else row[0].name,
        ),
        Column[tuple[Programme, reads.Waiting]](
            key="count", title="審査待ち", value=lambda row: row[1].forms, kind=Kind.NUMBER, sortable=False
        ),
        Column[tuple[Programme, reads.Waiting]](
            key="hand", title="このうち一件ずつ見るもの（代理人など）", value=lambda row: row[1].by_hand, kind=Kind.NUMBER,
            sortable=False,
        ),
        Column[tuple[Programme, reads.Waiting]](
            key="oldest", title="最も古い受付日", value=lambda row: row[1].oldest, kind=Kind.DAY, sortable=False
        ),
    ]  # fmt: skip
    table = Table(caption="審査を待つ世帯", columns=columns, rows=rows)
    context = {"table": table, "heading": "審査", "crumbs": crumbs(),
               "lead": "事業を選ぶと、受付日の古い世帯から順に審査します。結論を登録すると次の世帯に進みます。"}  # fmt: skip
    return render(request, "pages/listing.html", context)


@screen(EXAMINE)
def following(request: HttpRequest, code: str) -> HttpResponse:
    """The next case of this person, not the one that is passed over; back to the beginning when there is none."""
    but = request.GET.get("but", "")
    return HttpResponseRedirect(_next(find(code).code, actor_of(request), int(but) if but.isdecimal() else 0))


def _next(code: str, actor: Actor, but: int) -> str:
    case = reads.next_case(code, actor.staff_id, but=but)
    return reverse("benefits-examination", args=[case]) if case else reverse("benefits-examinations")


@screen(EXAMINE)
def one(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case: what was keyed, what the checks found, and the conclusion."""
    actor, found = actor_of(request), reads.case_file(case_id)
    record(
        ALIAS, by=replace(actor, purpose=PURPOSE), verb="benefits:case:read", subject=f"case {case_id}", persons=1,
        about=Person("case_number", found.case_number),
    )  # fmt: skip
    form = ExaminationForm(
        request.POST if request.method == "POST" else None, application=found.application_id, proxy=found.form["proxy"], declares=found.form["declares"]
    )  # fmt: skip
    refusal = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def work() -> None:
            examine_by_hand(
                case_id=case_id, application_id=given["application"], outcome=given["outcome"], seen=given["seen"],
                checks=given["checks"], by=actor,
            )  # fmt: skip

        refusal = refused(request, EXAMINE, work)
        if refusal is None:
            title = rules.OUTCOME_TITLES[given["outcome"]]
            messages.success(request, f"{found.case_number} を「{title}」として登録しました。")
            return HttpResponseRedirect(_next(found.programme.code, actor, case_id))
    context = {
        "form": form, "refusal": refusal, "found": found, "picture": "benefits-entry-picture", "secret": secret(found, actor), "waits": found.state is CaseState.RECEIVED,
        "state": naming.state_chip(found.state), "facts": facts(found), "keyed": keyed(found), "kinds": dict(Paper.KINDS),
        "returns": [(approval.RETURNS[row.reason], row.note) for row in approving.returns(case_id)],
        "findings": [rules.SENTENCES[code] for code in found.codes], "checked": len(FINDINGS),
        "conclusion": rules.OUTCOME_TITLES[found.outcome], "numbers": rules.SEEN, "before": before(found),
        "calculation": calculation(found),
        "next": f"{reverse('benefits-examination-next', args=[found.programme.code])}?but={case_id}",
        "crumbs": crumbs((found.case_number, "")),
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "benefits/examination/case.html", context, status=wrong)


def secret(found: CaseFile, actor: Actor) -> bool:
    """Whether the pictures are kept from this person: a form tells where somebody lives who hides."""
    return bool(found.form["protected"]) and not actor.may_somewhere(keying.PROTECTED)


def facts(found: CaseFile) -> list[tuple[str, object]]:
    """The case and the payee as the newest register has them."""
    form = found.form
    left = f"（{form['left_reason']}）" if form["left_reason"] else ""
    decided = Outcome(form["decided"]).words if form["decided"] else "判定なし"
    return [
        ("事業", found.programme.name),
        ("受給者", f"{form['name_kanji'] or '住民記録にありません'}{left}"),
        ("受給者のカナ", form["name_kana"] or "－"),
        ("最新の判定", decided),
        ("支給額", f"{found.amount_yen:,}円"),
        ("送ったもの", found.route),
    ]


def keyed(found: CaseFile) -> list[tuple[str, object]]:
    """What stands on the form."""
    form = found.form
    taxed = {None: "記入なし", True: "はい", False: "いいえ"}[form["declared_supporter_taxed"]]
    account = "記入なし"
    if form["bank_code"]:
        kind = TYPES.get(form["account_type"], form["account_type"])
        account = f"{form['bank_code']}-{form['branch_code']}　{kind}　{form['account_number']}"
    source = "この様式" if found.source == "form" else SOURCE_TITLES[AccountSource(found.source)]
    return [
        ("受付日", wareki(form["received_on"])),
        ("辞退", "する" if form["declines"] else "しない"),
        ("課税者の扶養だけの世帯か", taxed),
        *of_proxy(form),
        ("振込先", account),
        ("口座名義", form["account_holder_kana"] or "－"),
        ("口座の出どころ", f"{source}　{wareki(found.source_on)}"),
        ("補正", f"{found.correction}回" if found.correction else "なし"),
    ]


def of_proxy(form: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Who acts for the payee, and what was enclosed to show it."""
    if not form["proxy"]:
        return [("代理人", "なし（本人）")]
    identity = {None: "入力なし", True: "あり", False: "なし"}[form["proxy_identity_attached"]]
    return [
        ("代理人", form["proxy"]), ("代理人の本人確認書類", identity),
        ("代理権を示す書類", form["proxy_authority"] or ("なし" if form["proxy_proved"] is False else "入力なし")),
    ]  # fmt: skip


def calculation(found: CaseFile) -> Mapping[str, Any] | None:
    """家計急変: the calculation line by line, of what counts of the household's forms."""
    if found.programme.hardship is None:
        return None
    people = applicants.members(found.programme.code, found.household_key)
    return incomes.calculated(found.programme, people, declared.of_case(found.case_id))


def before(found: CaseFile) -> list[dict[str, object]]:
    """Earlier conclusions, newest first."""
    return [
        {
            "at": one.at, "by": one.by, "title": f"審査：{naming_of(one.outcome)}",
            "note": "　".join(rules.SENTENCES.get(code, code) for code in one.codes),
        }
        for one in found.before
    ]  # fmt: skip


def naming_of(outcome: str) -> str:
    """A conclusion in words."""
    return {each.value: title for each, title in rules.OUTCOME_TITLES.items()}[outcome]


def cards(actor: Actor) -> Iterator[Card]:
    """What waits for examination."""
    if actor.may_somewhere(EXAMINE):
        count = sum(reads.waiting(one.code).forms for one in every())
        yield Card(title="審査を待つ世帯", count=count, link="審査する", url=reverse("benefits-examinations"))
