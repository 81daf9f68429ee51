"""住登外者の登録: the list of requests, one request with its candidates, and each step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import lists
from todoke.access.duties import duty_title
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel.clock import wareki
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table, moment
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.linkage.actions.registrations.read_registration import Opened, Shown, read_registration
from todoke.systems.linkage.flows import REGISTRATION, RegistrationState
from todoke.systems.linkage.models import Registration
from todoke.systems.linkage.queries import request_lists as reads
from todoke.systems.linkage.queries import systems
from todoke.systems.linkage.rules.blocking import Attribute
from todoke.systems.linkage.web.registration_forms import (
    RegistrationFilter,
)

READ, REQUEST, CONFIRM = (
    Permission.LINKAGE_REGISTER_READ,
    Permission.LINKAGE_REGISTER_REQUEST,
    Permission.LINKAGE_REGISTER_CONFIRM,
)
TONES: Final = {
    RegistrationState.REQUESTED: "wait",
    RegistrationState.SEARCHED: "wait",
    RegistrationState.CHOSEN: "warn",
    RegistrationState.REGISTERED: "good",
    RegistrationState.REJECTED: "fail",
    RegistrationState.WITHDRAWN: "plain",
}
SEXES: Final = {"1": "男", "2": "女"}
OUTCOMES: Final = {"": "", "minted": "新しい統合番号を付番", "linked": "登録済みの人に紐付け"}
LEAD: Final = (
    "住民基本台帳にない人を、業務に必要なときに登録します。候補の検索と、依頼した人とは別の人の確認を経て、"
    "初めて統合番号が付きます。4情報がすべて一致する人にだけ紐付けます。"
)


def _label(row: Registration) -> str:
    return RegistrationState(row.state).label


ASKED: Final = Column[Registration](
    key="asked", title="依頼日時", value=lambda row: row.requested_at, kind=Kind.MOMENT, heads_row=True,
    cell=lambda row: make_link(reverse("linkage-registration", args=[row.request_id]), moment(row.requested_at)),
)  # fmt: skip
COLUMNS: Final = [
    Column[Registration](key="duty", title="事務", value=lambda row: duty_title(row.duty)),
    Column[Registration](key="by", title="依頼者", value=lambda row: row.requested_by),
    Column[Registration](
        key="state", title="状態", value=_label,
        cell=lambda row: make_chip(_label(row), TONES[RegistrationState(row.state)]),
    ),
    Column[Registration](key="shown", title="候補", value=lambda row: row.candidates_shown, kind=Kind.NUMBER),
    Column[Registration](key="outcome", title="結果", value=lambda row: OUTCOMES[row.outcome]),
]  # fmt: skip
"""No personal value: the list may be taken away as a file."""


def crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    """Home, the list, and where the page stands below it."""
    return [("ホーム", "/"), ("住登外者の登録", reverse("linkage-registrations")), *further]


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """登録依頼の一覧."""
    actor, form = actor_of(request), RegistrationFilter(request.GET or None)
    wish = {key: value for key, value in (form.cleaned_data if form.is_valid() else {}).items() if value}
    titles = systems.titles()
    system = Column[Registration](
        key="system", title="依頼元", value=lambda row: titles.get(row.system, row.system)
    )
    offered = [
        (REQUEST, "新しく依頼する", reverse("linkage-registration-new")),
        (REQUEST, "ファイルで依頼する", reverse("linkage-registration-file")),
        *(
            (CONFIRM, f"ファイルの依頼 {count:,} 件をまとめて確認する", reverse("linkage-registrations-confirm", args=[sha]))
            for sha, count in reads.files_waiting()
        ),
    ]  # fmt: skip
    return lists.listing(
        request,
        Table(caption="登録依頼の一覧", columns=[ASKED, system, *COLUMNS], rows=reads.listed(wish), query=request.GET),
        permission=READ, heading="住登外者の登録", file="registrations", filter=form, lead=LEAD,
        actions=[(title, url) for need, title, url in offered if actor.may_somewhere(need)],
    )  # fmt: skip


@screen(READ)
def one(request: HttpRequest, request_id: str) -> HttpResponse:
    """一件の依頼: what was typed, who may be meant, what has been done and what may be done next."""
    by = actor_of(request)
    opened = read_registration(request_id=request_id, by=by)
    row = opened.request
    steps = [
        (row.state_at if row.state in ("rejected", "withdrawn") else None, row.state_by, _label(row), row.reason),
        (row.confirmed_at, row.confirmed_by, "登録を確認しました", OUTCOMES[row.outcome]),
        (row.chosen_at, row.chosen_by, "登録する人を選びました", "新しい人" if row.choice == "new" else "登録済みの人"),
        (row.searched_at, row.state_by, f"候補を検索しました（{row.candidates_shown} 人）", ""),
        (row.requested_at, row.requested_by, "依頼しました", ""),
    ]  # fmt: skip
    context = {
        "heading": "住登外者の登録依頼",
        "state": (_label(row), TONES[RegistrationState(row.state)]),
        "facts": facts(row),
        "opened": opened,
        "candidates": candidates(opened),
        "events": [{"at": at, "by": who, "title": title, "note": note} for at, who, title, note in steps if at],
        "actions": _next(by, row),
        "crumbs": crumbs(("依頼", "")),
    }  # fmt: skip
    return render(request, "linkage/registration.html", context)


def facts(row: Registration) -> list[tuple[str, object]]:
    """What is asked for; after the end only the evidence is left."""
    found: list[tuple[str, object]] = [
        ("依頼元", systems.titles().get(row.system, row.system)),
        ("事務", duty_title(row.duty)),
        ("利用目的", row.purpose),
    ]
    if row.name_kanji is not None:
        found += [
            ("業務固有番号", row.local_number),
            ("氏名", row.name_kanji),
            ("性別", SEXES.get(str(row.sex), "")),
            ("生年月日", row.birth_date),
            ("住所", row.address),
            ("個人番号", "入力あり（表示しません）" if row.key_id is not None else "入力なし"),
        ]
    if row.person_id:
        found += [("統合番号", row.person_id), ("結果", OUTCOMES[row.outcome])]
    if row.choice == "person" and row.name_equal:
        found.append(("一致した項目", "氏名・性別・生年月日・住所（4情報すべて）"))
    if row.rules_edition:
        found.append(("検索の規則の版", row.rules_edition))
    return found


def candidates(opened: Opened) -> Table[tuple[int, Shown]]:
    """候補の一覧表: one mark and one sentence per attribute."""
    marks = [
        Column[tuple[int, Shown]](
            key=mark.attribute.value, title=mark.attribute.label, value=_said(place), sortable=False
        )
        for place, mark in enumerate(opened.candidates[0].marks if opened.candidates else ())
    ]
    columns = [
        Column[tuple[int, Shown]](key="rank", title="候補", value=_named, sortable=False, heads_row=True),
        *marks,
        Column[tuple[int, Shown]](
            key="may", title="選べるか", value=lambda pair: pair[1].against or "選べます", sortable=False
        ),
    ]  # fmt: skip
    return Table(
        caption="候補",
        columns=columns,
        rows=list(enumerate(opened.candidates, 1)),
        empty="候補はありません。",
    )


def _named(pair: tuple[int, Shown]) -> str:
    rank, shown = pair
    notes = [
        note
        for note, holds in (
            ("個人番号が一致", shown.by_number),
            ("支援措置等のため内容を表示しません", shown.protected),
        )
        if holds
    ]
    return f"候補 {rank}" + (f"（{'、'.join(notes)}）" if notes else "")


def _said(place: int) -> Callable[[tuple[int, Shown]], str]:
    def said(pair: tuple[int, Shown]) -> str:
        mark = pair[1].marks[place]
        sign = "○" if mark.level == "equal" else "×"
        if not mark.registered:
            return f"{sign} {mark.sentence}"
        return f"{sign} {_worded(mark.attribute, mark.registered)}（{mark.sentence}）"

    return said


def _worded(attribute: Attribute, value: str) -> str:
    """A registered value as the office says it."""
    if attribute is Attribute.SEX:
        return SEXES.get(value, value)
    return wareki(date.fromisoformat(value)) if attribute is Attribute.BIRTH_DATE else value


def _next(by: Actor, row: Registration) -> list[tuple[str, str]]:
    """The steps that this person may take."""
    mine = {row.requested_by, row.chosen_by}
    offered = [
        (REQUEST, "requested searched chosen", "候補を検索する", "search"),
        (REQUEST, "searched", "登録する人を選ぶ", "choose"),
        (CONFIRM, "chosen", "登録を確認する", "confirm"),
        (CONFIRM, "requested searched chosen", "却下する", "reject"),
        (REQUEST, "requested searched chosen", "取り下げる", "withdraw"),
    ]
    return [
        (title, reverse(f"linkage-registration-{route}", args=[row.request_id]))
        for need, states, title, route in offered
        if row.state in states.split()
        and by.may_somewhere(need)
        and not (route == "confirm" and by.staff_id in mine)
    ]


def waiting_cards(actor: Actor) -> list[Card]:
    """今日の仕事: requests that wait for this person."""
    if not actor.may_somewhere(READ):
        return []
    counts = reads.state_counts()
    url = reverse("linkage-registrations")
    cards = []
    if actor.may_somewhere(CONFIRM) and counts.get(RegistrationState.CHOSEN):
        cards.append(
            Card(title="住登外者の登録の確認待ち", count=counts[RegistrationState.CHOSEN], link="確認する", url=f"{url}?state=chosen")
        )  # fmt: skip
    if actor.may_somewhere(REQUEST) and counts.get(RegistrationState.SEARCHED):
        cards.append(
            Card(title="登録する人を選ぶ依頼", count=counts[RegistrationState.SEARCHED], link="選ぶ", url=f"{url}?state=searched")
        )  # fmt: skip
    return cards


assert set(TONES) == set(REGISTRATION.states)
