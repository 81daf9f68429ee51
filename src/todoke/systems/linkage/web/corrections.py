"""番号の訂正: requests from a person's page, the list of open ones, and the page on which a second person decides."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import naming
from todoke.access.form_pages import form_page, sent
from todoke.access.guard import actor_of, screen
from todoke.access.lists import listing
from todoke.access.permissions import Actor, Permission
from todoke.contracts.people import BasicAttributes
from todoke.identifiers import integrated_number
from todoke.pages.tables import Column, Kind, Table, show
from todoke.pages.templatetags.parts import make_link
from todoke.systems.linkage.actions.corrections import confirm_correction as deciding
from todoke.systems.linkage.actions.corrections import request_correction as requesting
from todoke.systems.linkage.actions.numbers.open_person import Side, open_correction
from todoke.systems.linkage.flows import CorrectionKind, CorrectionState
from todoke.systems.linkage.models import Correction, LocalNumber
from todoke.systems.linkage.queries import corrections as reads
from todoke.systems.linkage.queries import lookups, systems
from todoke.systems.linkage.web.forms import ConfirmNumber, MergeForm, NumberForm, SplitForm
from todoke.systems.linkage.web.persons import SEXES

Work = Callable[[Actor, dict[str, Any]], object]
_REQUEST: Final = Permission.LINKAGE_CORRECTION_REQUEST
_ATTRIBUTES: Final = ("氏名", "性別", "生年月日", "住所")
_ASKED: Final = "依頼しました。別の職員が確認すると実施されます。"


def _request_page(
    request: HttpRequest, handle: uuid.UUID, form: forms.Form, *, heading: str, lead: str, work: Work
) -> HttpResponse:
    return form_page(
        request, form, permission=_REQUEST, heading=heading, verb="依頼する", lead=lead, work=work, done=_ASKED,
        back=reverse("linkage-person", args=[handle]),
    )  # fmt: skip


@screen(_REQUEST)
def merge(request: HttpRequest, handle: uuid.UUID) -> HttpResponse:
    """統合の依頼: the person found stays, another number dissolves."""
    survivor = lookups.behind(handle, actor_of(request)).person_id

    def work(by: Actor, given: dict[str, Any]) -> None:
        former = integrated_number.parse(given["former"])
        requesting.request_merge(
            survivor=survivor, former=former, takes_number=given["takes_number"], grounds=_grounds(given), by=by
        )  # fmt: skip

    lead = f"統合番号 {survivor} を残します。無くなる番号は別名として残り、元の番号でもこの人に届きます。"
    return _request_page(
        request, handle, MergeForm(request.POST or None), heading="統合を依頼します", lead=lead, work=work
    )


@screen(_REQUEST)
def split(request: HttpRequest, handle: uuid.UUID) -> HttpResponse:
    """分割の依頼: a second person gets a number of their own."""
    person = lookups.behind(handle, actor_of(request)).person_id
    form = SplitForm(request.POST or None, of=reads.local_numbers(person))

    def work(by: Actor, given: dict[str, Any]) -> None:
        attributes = BasicAttributes(
            name_kanji=given["name_kanji"], sex=given["sex"], birth_date=given["birth_date"], address=given["address"]
        )  # fmt: skip
        requesting.request_split(
            person=person,
            local_numbers=[int(key) for key in given["local_numbers"]],
            takes_number=given["takes_number"],
            attributes=attributes,
            grounds=_grounds(given),
            by=by,
        )

    lead = f"統合番号 {person} に二人が登録されているとき、一人を新しい統合番号に移します。"
    return _request_page(request, handle, form, heading="分割を依頼します", lead=lead, work=work)


@screen(_REQUEST)
def number_change(request: HttpRequest, handle: uuid.UUID) -> HttpResponse:
    """個人番号の変更の依頼."""
    person = lookups.behind(handle, actor_of(request)).person_id

    def work(by: Actor, given: dict[str, Any]) -> None:
        requesting.request_number_change(
            person=person, number=given["number"], grounds=_grounds(given), by=by
        )

    lead = "いままでの個人番号は変更前の番号として残り、ほかの人には登録できません。確認する職員も番号を入力します。"
    return _request_page(
        request,
        handle,
        NumberForm(request.POST or None),
        heading="個人番号の変更を依頼します",
        lead=lead,
        work=work,
    )


def _grounds(given: dict[str, Any]) -> requesting.Grounds:
    return requesting.Grounds(reason=given["reason"], evidence=given["evidence"])


@screen(Permission.LINKAGE_CORRECTION_READ)
def corrections(request: HttpRequest) -> HttpResponse:
    """確認待ちの依頼, without any person on it."""
    rows = reads.open_corrections()
    people = naming.people(row.requested_by for row in rows)
    columns = [
        Column[Correction](
            key="id", title="番号", value=lambda row: row.pk, kind=Kind.NUMBER, heads_row=True,
            cell=lambda row: make_link(reverse("linkage-correction", args=[row.pk]), f"第{row.pk}号"),
        ),
        Column[Correction](key="kind", title="種別", value=lambda row: row.get_kind_display()),
        Column[Correction](key="by", title="依頼した職員", value=lambda row: people[row.requested_by]),
        Column[Correction](key="at", title="依頼日時", value=lambda row: row.requested_at, kind=Kind.MOMENT),
    ]  # fmt: skip
    table = Table(
        caption="確認待ちの依頼", columns=columns, rows=rows, query=request.GET, empty="確認待ちの依頼はありません。"
    )  # fmt: skip
    return listing(
        request, table, permission=Permission.LINKAGE_CORRECTION_READ, heading="番号の訂正", file="番号の訂正",
        lead="統合・分割・個人番号の変更は、依頼した職員とは別の職員が確認すると実施されます。",
    )  # fmt: skip


@screen(Permission.LINKAGE_CORRECTION_READ)
def correction(request: HttpRequest, correction_id: int) -> HttpResponse:
    """One request, both sides beside each other, and what may be done with it."""
    found, sides = open_correction(correction_id=correction_id, by=actor_of(request))
    context = {
        "heading": f"番号の訂正 第{found.pk}号",
        "state": found.get_state_display(),
        "facts": _facts(found),
        "heads": _heads(found),
        "sides": _lines(found, sides),
        "actions": _actions(found, actor_of(request)),
    }
    return render(request, "linkage/correction.html", context)


@screen(Permission.LINKAGE_CORRECTION_CONFIRM)
def confirm(request: HttpRequest, correction_id: int) -> HttpResponse:
    """確認: everything moves now. A changed 個人番号 is typed again."""
    found = reads.correction(correction_id)
    form = ConfirmNumber(request.POST or None) if found.kind == CorrectionKind.NUMBER else sent(request)

    def work(by: Actor, given: dict[str, Any]) -> None:
        deciding.confirm_correction(correction_id=correction_id, by=by, number=given.get("number", ""))

    return form_page(
        request, form, permission=Permission.LINKAGE_CORRECTION_CONFIRM, heading="訂正を実施します",
        verb="確認して実施する", work=work, done="訂正を実施しました。", facts=_facts(found), back=_page(found),
    )  # fmt: skip


@screen(Permission.LINKAGE_CORRECTION_CONFIRM)
def refuse(request: HttpRequest, correction_id: int) -> HttpResponse:
    """不承認."""
    found = reads.correction(correction_id)
    return form_page(
        request, sent(request), permission=Permission.LINKAGE_CORRECTION_CONFIRM, heading="依頼を不承認とします",
        verb="不承認とする", work=lambda by, _: deciding.refuse_correction(correction_id=correction_id, by=by),
        done="依頼を不承認としました。何も変わっていません。", facts=_facts(found), back=_page(found),
    )  # fmt: skip


@screen(_REQUEST)
def withdraw(request: HttpRequest, correction_id: int) -> HttpResponse:
    """取下げ."""
    found = reads.correction(correction_id)
    return form_page(
        request, sent(request), permission=_REQUEST, heading="依頼を取り下げます", verb="取り下げる",
        work=lambda by, _: deciding.withdraw_correction(correction_id=correction_id, by=by),
        done="依頼を取り下げました。何も変わっていません。", facts=_facts(found), back=_page(found),
    )  # fmt: skip


def _page(found: Correction) -> str:
    return reverse("linkage-correction", args=[found.pk])


def _facts(found: Correction) -> list[tuple[str, object]]:
    people = naming.people([found.requested_by, found.confirmed_by or ""])
    taken = [
        (
            "個人番号",
            "無くなる側の番号を現在の番号とする"
            if found.kind == CorrectionKind.MERGE
            else "新しい番号に移す",
        )
    ]
    return [
        ("種別", found.get_kind_display()),
        ("状態", found.get_state_display()),
        ("理由", found.reason),
        ("根拠", found.evidence),
        *(taken if found.takes_number else []),
        ("依頼した職員", people[found.requested_by]),
        ("依頼日時", found.requested_at),
        *([("確認した職員", people[found.confirmed_by])] if found.confirmed_by else []),
    ]


def _heads(found: Correction) -> tuple[str, ...]:
    match CorrectionKind(found.kind):
        case CorrectionKind.MERGE:
            return ("残る統合番号", "無くなる統合番号", "比較")
        case CorrectionKind.SPLIT:
            return ("元の統合番号", "新しい統合番号の人")
        case CorrectionKind.NUMBER:
            return ("統合番号",)


def _lines(found: Correction, sides: tuple[Side, ...]) -> list[tuple[str, list[object]]]:
    """項目ごとに左右に並べた内容."""
    lines: list[tuple[str, list[object]]] = [
        ("統合番号", [side.person.pk for side in sides]),
        ("氏名", [side.person.name_kanji for side in sides]),
        ("性別", [SEXES.get(side.person.sex, side.person.sex) for side in sides]),
        ("生年月日", [side.person.birth_date for side in sides]),
        ("住所", [side.address for side in sides]),
        ("業務固有番号", ["、".join(_numbers(side.local_numbers)) or "なし" for side in sides]),
        ("個人番号", ["登録あり" if side.has_number else "登録なし" for side in sides]),
        ("回答を待つ照会", [f"{side.in_flight:,} 件" for side in sides]),
        ("符号", [side.code for side in sides]),
    ]
    if found.kind == CorrectionKind.MERGE and len(sides) == 2:
        lines = [(title, [*values, _compared(title, values)]) for title, values in lines]
    if found.kind == CorrectionKind.SPLIT and len(sides) == 1:
        moving = [row for row in reads.local_numbers(found.person_id) if row.pk in found.local_numbers]
        new: list[object] = [
            "（確認後に付番）", found.name_kanji, SEXES.get(found.sex or "", found.sex), found.birth_date, found.address,
            "、".join(_numbers(moving)) or "なし",
            "移す" if found.takes_number else "移さない", "0 件", "未要求",
        ]  # fmt: skip
        lines = [(title, [*values, also]) for (title, values), also in zip(lines, new, strict=True)]
    return [(title, [show(value, Kind.TEXT) for value in values]) for title, values in lines]


def _numbers(rows: Iterable[LocalNumber]) -> list[str]:
    titles = systems.titles()
    return [f"{titles.get(row.system, row.system)} {row.local_number}" for row in rows]


def _compared(title: str, values: list[object]) -> str:
    """Whether an attribute is the same on both sides, for the eye of the confirmer; nothing for the rest."""
    if title not in _ATTRIBUTES:
        return ""
    return "一致" if values[0] == values[1] else "相違"


def _actions(found: Correction, by: Actor) -> list[tuple[str, str]]:
    if found.state != CorrectionState.REQUESTED:
        return []
    may_decide = by.may_somewhere(Permission.LINKAGE_CORRECTION_CONFIRM) and by.staff_id != found.requested_by
    routes = []
    if may_decide:
        routes = [
            ("確認して実施する", "linkage-correction-confirm"),
            ("不承認とする", "linkage-correction-refuse"),
        ]
    if by.may_somewhere(_REQUEST):
        routes.append(("取り下げる", "linkage-correction-withdraw"))
    return [(title, reverse(route, args=[found.pk])) for title, route in routes]
