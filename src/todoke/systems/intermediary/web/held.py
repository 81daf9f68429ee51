"""提供の確認 (自動応答不可): the queue of a municipality, and one held request with all that was done about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import lists
from todoke.access import naming as staff
from todoke.access.guard import actor_of, refreshes, screen
from todoke.access.permissions import Permission
from todoke.kernel import clock
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.intermediary import queries
from todoke.systems.intermediary.actions.read_held import open_held, read_held
from todoke.systems.intermediary.queries import Held, holding
from todoke.systems.intermediary.queries.holding import Copy, HeldCase
from todoke.systems.intermediary.rules.holding import PermitLife
from todoke.systems.intermediary.web import naming, places

HEADING: Final = "提供の確認"
_DEADLINES: Final = {"": "すべて", "overdue": "決定の期限を過ぎた", "expired": "許可証の期限が切れた"}
_STEPS: Final = {
    "": "すべて",
    "new": "照会元への確認がまだ",
    "contacted": "提案がまだ",
    "proposed": "確定を待つ",
}


class Event(NamedTuple):
    """One line of 経過."""

    at: Any
    title: str
    by: str
    note: str


class QueueForm(forms.Form):
    """絞り込み: by deadline, step, duty and inquirer; the last two offer what is there."""

    deadline = forms.ChoiceField(label="期限", required=False, choices=list(_DEADLINES.items()))
    step = forms.ChoiceField(label="手順", required=False, choices=list(_STEPS.items()))
    duty = forms.ChoiceField(label="事務", required=False)
    inquirer = forms.ChoiceField(label="照会元", required=False)

    def __init__(self, *arguments: Any, rows: Sequence[Held], **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        self._offer("duty", {row.duty: naming.code(row.duty) for row in rows})
        self._offer("inquirer", {row.inquirer: naming.organisation(row.inquirer) for row in rows})

    def _offer(self, name: str, found: dict[str, str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべて"), *sorted(found.items())]

    def keeps(self, row: Held) -> bool:
        """Whether the row is wanted."""
        wanted = self.cleaned_data
        now, limits = clock.now(), holding.limits()
        late = {
            "": True,
            "overdue": limits.overdue(row.received_at, now),
            "expired": now >= row.expires_at,
        }
        return (
            late[wanted["deadline"]]
            and wanted["step"] in ("", _step(row))
            and wanted["duty"] in ("", row.duty)
            and wanted["inquirer"] in ("", row.inquirer)
        )


def _step(row: Held) -> str:
    if row.proposed:
        return "proposed"
    return "contacted" if row.contacted else "new"


def _standing(row: Held) -> str:
    if row.proposed:
        return f"確定を待つ：{naming.DECISIONS[row.proposed]}（{row.proposed_by}）"
    return _STEPS[_step(row)]


def _life(row: Held) -> PermitLife:
    return holding.limits().life(row.received_at, row.expires_at, clock.now())


def _waits(row: Held) -> str:
    return naming.span(clock.now() - row.received_at)


def _waits_chip(row: Held) -> str:
    late = holding.limits().overdue(row.received_at, clock.now())
    return make_chip(f"{_waits(row)}（期限超過）", "fail") if late else _waits(row)


def _permit(row: Held) -> str:
    life = _life(row)
    return (
        naming.span(row.expires_at - clock.now()) if life is PermitLife.LIVE else naming.PERMIT_LIFE[life][0]
    )


def _permit_chip(row: Held) -> str:
    return make_chip(_permit(row), naming.PERMIT_LIFE[_life(row)][1])


def _columns(municipality: str) -> list[Column[Held]]:
    return [
        Column[Held](
            key="record", title="レコード識別番号", value=lambda row: row.record_id, heads_row=True,
            cell=lambda row: make_link(reverse("intermediary-held-one", args=[municipality, row.permit_id]), row.record_id),
        ),
        Column[Held](key="inquirer", title="照会元", value=lambda row: naming.organisation(row.inquirer)),
        Column[Held](key="duty", title="事務", value=lambda row: row.duty, kind=Kind.CODE),
        Column[Held](key="asked", title="照会の日時", value=lambda row: row.requested_at, kind=Kind.MOMENT),
        Column[Held](key="waits", title="保留の長さ", value=_waits, cell=_waits_chip, sortable=False),
        Column[Held](key="permit", title="許可証の残り", value=_permit, cell=_permit_chip, sortable=False),
        Column[Held](
            key="step", title="手順", value=_standing,
            cell=lambda row: make_chip(_standing(row), "wait wrap" if row.proposed else "plain wrap"),
        ),
    ]  # fmt: skip


@screen(Permission.INTERMEDIARY_HELD_READ)
def towns(request: HttpRequest) -> HttpResponse:
    """担当する団体."""
    return places.choose(request, Permission.INTERMEDIARY_HELD_READ, "intermediary-held", HEADING)


@screen(Permission.INTERMEDIARY_HELD_READ, where=places.here, live=True)
def queue(request: HttpRequest, municipality: str) -> HttpResponse:
    """保留中の照会: record ids, who asks for what, how long, what was done. No person."""
    alias = places.alias_of(municipality)
    rows = queries.held(alias) if refreshes(request) else read_held(alias=alias, by=actor_of(request))
    form = QueueForm(request.GET or None, rows=rows)
    wanted = [row for row in rows if form.keeps(row)] if form.is_bound and form.is_valid() else rows
    table = Table(
        caption="保留中の照会", columns=_columns(municipality), rows=wanted, query=request.GET,
        empty="保留中の照会はありません。",
    )  # fmt: skip
    return lists.listing(
        request, table, permission=Permission.INTERMEDIARY_HELD_READ, heading=f"{HEADING}　{naming.town(municipality)}",
        file=f"保留中の照会_{municipality}", filter=form, template="intermediary/held.html",
        lead="自動応答不可の人についての照会です。照会元に確かめ、一件ずつ、二人で決めます。",
        counts=holding.queue(alias), alarm_days=holding.limits().alarm.days,
        actions=[
            ("情報提供の状況", reverse("intermediary-provisions", args=[municipality])),
            ("まとめて不許可を提案する", reverse("intermediary-held-refuse", args=[municipality])),
        ],
        crumbs=[places.HOME, (HEADING, "")],
    )  # fmt: skip


COPIES: Final = [
    Column[Copy](key="year", title="年度", value=lambda row: f"{row.fiscal_year}年度", heads_row=True, sortable=False),
    Column[Copy](key="edition", title="版", value=lambda row: row.edition, kind=Kind.NUMBER, sortable=False),
    Column[Copy](key="at", title="登録", value=lambda row: row.registered_at, kind=Kind.MOMENT, sortable=False),
    Column[Copy](
        key="flag", title="自動応答", sortable=False, value=lambda row: "不可" if row.prohibited else "可",
        cell=lambda row: make_chip("不可", "warn") if row.prohibited else make_chip("可", "plain"),
    ),
]  # fmt: skip


@screen(Permission.INTERMEDIARY_HELD_OPEN, where=places.here)
def one(request: HttpRequest, municipality: str, permit_id: str) -> HttpResponse:
    """一件の保留: facts, contacts, decision, and what may be done next. The person is the municipality's own number only."""
    actor = actor_of(request)
    found = open_held(alias=places.alias_of(municipality), permit_id=permit_id, by=actor)
    case, decision = found.case, found.decision
    life = holding.limits().life(case.received_at, case.expires_at, clock.now())
    waiting = case.outcome == "held"
    context = {
        "found": found, "case": case, "decision": decision, "waiting": waiting, "life": life.value,
        "state": naming.PROVISION_STATES[case.outcome], "facts": facts(found), "events": _events(found),  # type: ignore[index]
        "copies": Table(caption="いまある副本", columns=COPIES, rows=found.copies, empty="副本はありません。"),
        "own": decision is not None and decision.proposed_by == actor.staff_id,
        "proposed": naming.DECISIONS[decision.decision] if decision else "",
        "municipality": municipality, "permit_id": permit_id,
        "crumbs": crumbs(municipality, case.record_id),
    }  # fmt: skip
    return render(request, "intermediary/held_one.html", context)


def crumbs(municipality: str, *more: str) -> list[tuple[str, str]]:
    """ホーム / 提供の確認 / …"""
    return [
        places.HOME,
        (HEADING, reverse("intermediary-held", args=[municipality])),
        *((title, "") for title in more),
    ]


def facts(found: HeldCase) -> list[tuple[str, object]]:
    """Who asks, for what, under which law, when; how long the permit lives; and about whom, by number only."""
    case = found.case
    now, limits = clock.now(), holding.limits()
    life = limits.life(case.received_at, case.expires_at, now)
    left = (
        f"あと {naming.span(case.expires_at - now)}"
        if life is PermitLife.LIVE
        else naming.PERMIT_LIFE[life][0]
    )
    return [
        ("照会元", naming.organisation(case.inquirer)),
        ("事務", naming.code(case.duty)),
        ("事務手続", naming.code(case.procedure)),
        ("特定個人情報", naming.code(case.information_code)),
        ("根拠", f"照会許可照会リスト 第{case.permit_edition}版（番号法19条8号・別表第二）"),
        ("照会の日時", case.requested_at),
        ("保留の始まり", case.received_at),
        ("許可証の期限", case.expires_at),
        ("許可証の残り", left),
        ("決定の期限", case.received_at + limits.alarm),
        ("対象者（統合番号）", case.integrated_number if case.outcome == "held" else "終わった照会では表示しません"),
    ]  # fmt: skip


def _events(found: HeldCase) -> list[Event]:
    """経過, newest first."""
    decision, people = found.decision, _people(found)
    events = [
        Event(row.noted_at, f"照会元への確認（{naming.MEANS[row.means]}）", people[row.noted_by],
              f"{row.office} {row.official}。{_confirmed(row)}{row.note}")
        for row in found.contacts
    ]  # fmt: skip
    events += [
        Event(row.asked_at, "許可証の更新", people[row.asked_by], f"第{row.list_edition}版のリストで確認")
        for row in found.extensions
    ]
    if decision:
        events.append(
            Event(
                decision.proposed_at,
                f"提案：{naming.DECISIONS[decision.decision]}",
                people[decision.proposed_by],
                decision.reason,
            )
        )
    if decision and decision.confirmed_at and decision.confirmed_by:
        events.append(Event(decision.confirmed_at, "確定", people[decision.confirmed_by], ""))
    return sorted(events, key=lambda event: event.at, reverse=True)


def _confirmed(row: Any) -> str:  # noqa: ANN401 - a HeldContact
    said = [
        title
        for title, confirmed in (
            ("法令上の根拠", row.law_confirmed), ("必要性", row.need_confirmed), ("取扱い", row.handling_confirmed),
        )
        if confirmed
    ]  # fmt: skip
    return f"確かめたこと：{'、'.join(said) or 'なし'}。"


def _people(found: HeldCase) -> dict[str, str]:
    ids = {row.noted_by for row in found.contacts} | {row.asked_by for row in found.extensions}
    if found.decision:
        ids |= {found.decision.proposed_by, found.decision.confirmed_by or ""}
    return staff.people(ids)
