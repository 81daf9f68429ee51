"""事業の一覧, and a programme with its dates, rules, letters, amounts and editions."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import naming
from todoke.access.guard import actor_of, screen
from todoke.access.lists import listing
from todoke.access.permissions import Permission
from todoke.kernel.clock import wareki
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits.models import ProgrammeEdition
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.rules.articles.amounts import Article4FlatAmount
from todoke.systems.benefits.rules.deciding.push import FACT_WORDS
from todoke.systems.benefits.rules.editions import changes as edition_changes
from todoke.systems.benefits.rules.editions import definition
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.rule import DecidingRule, Rule
from todoke.systems.benefits.web.programmes import words

_READ: Final = Permission.BENEFITS_PROGRAMME_READ


@screen(_READ)
def programmes(request: HttpRequest) -> HttpResponse:
    """Every programme with its edition in force."""
    waiting = editions.proposals()
    columns = [
        Column[Programme](
            key="name", title="事業", value=lambda one: one.name, heads_row=True,
            cell=lambda one: make_link(reverse("benefits-programme", args=[one.code]), one.name),
        ),
        Column[Programme](key="unit", title="支給の単位", value=lambda one: words.UNITS[one.unit]),
        Column[Programme](key="amount", title="支給額（円）", value=_flat, kind=Kind.NUMBER),
        Column[Programme](key="base", title="基準日", value=lambda one: one.base_date, kind=Kind.DAY),
        Column[Programme](key="deadline", title="申請期限", value=lambda one: one.deadline, kind=Kind.DAY),
        Column[Programme](key="edition", title="版", value=lambda one: one.edition, kind=Kind.CODE),
        Column[Programme](
            key="waiting", title="改定", value=lambda one: "承認待ち" if one.code in waiting else "",
            cell=lambda one: make_chip("承認待ち", "wait") if one.code in waiting else "－",
        ),
    ]  # fmt: skip
    table = Table(caption="事業", columns=columns, rows=editions.every(), query=request.GET)
    lead = "基準日・期間・金額・限度額・判定ルールは、事業ごとに日付のある版で定めます。改定は、提案した職員とは別の職員が承認します。"
    return listing(request, table, permission=_READ, heading="事業と判定ルール", file="事業一覧", lead=lead)


def _flat(found: Programme) -> int | None:
    """The amount that every unit gets before supplements; None where each has its own."""
    return found.amount if Article4FlatAmount in found.amounts else None


@screen(_READ)
def programme(request: HttpRequest, code: str) -> HttpResponse:
    """One programme, as its edition in force says."""
    found = editions.find(code)
    context = {
        "programme": found, "digest": definition.digest(found), "facts": _facts(found), "rules": _rules(found),
        "forming": [_rule(rule) for rule in found.forming], "amounts": [_rule(rule) for rule in found.amounts],
        "pushes": _pushes(found), "documents": found.documents,
        "editions": _editions(code), "actions": _actions(request, code),
        "crumbs": [("ホーム", "/"), ("事業と判定ルール", reverse("benefits-programmes")), (found.name, "")],
    }  # fmt: skip
    return render(request, "benefits/programme.html", context)


def _facts(found: Programme) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = [
        ("版", found.edition),
        ("支給の単位", words.UNITS[found.unit]),
        ("支給額", "一人ごとに算定" if _flat(found) is None else words.yen(found.amount)),
        ("判定する住民記録", words.REGISTERS[found.register]),
        ("基準日", wareki(found.base_date)),
        ("課税年度", f"{wareki(found.tax_date).partition('年')[0]}年度（賦課期日 {wareki(found.tax_date)}）"),
        ("照会が必要な転入", f"{wareki(found.moved_in_from)}以降の転入"),
        ("非課税とみなす状態", "、".join(sorted(found.exempt))),
        ("発送開始日", wareki(found.letters_from)),
        ("お知らせの届出期間", words.opt_out(found)),
        ("受付", f"{wareki(found.accepts_from)}から{wareki(found.deadline)}まで"),
        ("振込指定日", wareki(found.transfer_on)),
    ]
    return [*rows, *_more_facts(found)]


def _more_facts(found: Programme) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    if found.in_japan_on:
        rows.append(("国内に住民登録があるべき日", wareki(found.in_japan_on)))
    if found.child:
        since, until = wareki(found.child.born_from), wareki(found.child.newborn_until)
        rows.append(
            ("こども加算", f"1人 {words.yen(found.child.amount)}（{since}以降の生まれ、新生児は{until}まで）")
        )
    for one in found.earlier:
        heads = "、元の世帯主を含む世帯も除く" if one.heads else ""
        rows.append(("先行する給付による除外", f"{one.programme}：{'・'.join(sorted(one.standings))}{heads}"))
    if found.hardship:
        test, limits = found.hardship, found.hardship.limits
        first, last = map(edition_changes.month_words, test.months)
        rows += [
            ("家計急変の月", f"{first}から{last}までの任意の1か月×{test.factor}"),
            ("家計急変の限度額", f"{test.grade}級地　扶養なし {words.yen(limits.income(0))}、1人 {words.yen(limits.income(1))}、障害者等 {words.yen(limits.special)}"),
            ("給与所得の計算", test.salary.value),
        ]  # fmt: skip
    if found.paid_by:
        rows.append(("手続不要とする前回支給の締切日", wareki(found.paid_by)))
    return rows


def _rule(rule: type[Rule]) -> dict[str, Any]:
    return {
        "name": rule.__name__, "sentence": rule.sentence, "since": wareki(rule.valid_from),
        "citation": rule.citation.partition("; facts/")[0],
    }  # fmt: skip


def _rules(found: Programme) -> list[dict[str, Any]]:
    def row(place: int, rule: type[DecidingRule]) -> dict[str, Any]:
        return {
            **_rule(rule),
            "place": place,
            "outcome": rule.reason.outcome.words,
            "reason": rule.reason.words,
        }

    return [row(place, rule) for place, rule in enumerate(found.rules, start=1)]


def _pushes(found: Programme) -> list[tuple[str, str]]:
    rows = []
    for row in found.push:
        asked = [FACT_WORDS[fact] for fact in row.yes] + [f"{FACT_WORDS[fact]}でない" for fact in row.no]
        rows.append(("、かつ".join(asked) or "上のどれでもない", row.route.value))
    return rows


def _editions(code: str) -> Table[ProgrammeEdition]:
    rows = editions.stored(code)
    people = naming.people(row.proposed_by for row in rows)
    columns = [
        Column[ProgrammeEdition](
            key="edition", title="版", value=lambda row: row.edition, heads_row=True, sortable=False,
            cell=lambda row: make_link(reverse("benefits-edition", args=[row.pk]), row.edition),
        ),
        Column[ProgrammeEdition](
            key="state", title="状態", value=lambda row: row.state, sortable=False,
            cell=lambda row: words.state_chip(row.state),
        ),
        Column[ProgrammeEdition](key="grounds", title="改定の根拠", value=lambda row: row.grounds, sortable=False),
        Column[ProgrammeEdition](key="by", title="提案した職員", value=lambda row: people[row.proposed_by], sortable=False),
        Column[ProgrammeEdition](
            key="at", title="提案日時", value=lambda row: row.proposed_at, kind=Kind.MOMENT, sortable=False
        ),
    ]  # fmt: skip
    return Table(
        caption="この市で行った改定", columns=columns, rows=rows, empty="改定はありません（ソフトウェアに同梱の版です）。"
    )  # fmt: skip


def _actions(request: HttpRequest, code: str) -> list[tuple[str, str]]:
    waiting = editions.proposals().get(code)
    if waiting is not None:
        return [("承認待ちの改定を見る", reverse("benefits-edition", args=[waiting.pk]))]
    if not actor_of(request).may_somewhere(Permission.BENEFITS_PROGRAMME_PROPOSE):
        return []
    return [("改定を提案する", reverse("benefits-edition-new", args=[code]))]
