"""番号変換の許可: asked for by an administrator, confirmed by a section manager, ended by either."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import form_pages, lists
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.pages.forms import DateField
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.linkage.actions.conversions.confirm_right import confirm_right
from todoke.systems.linkage.actions.conversions.declare_right import declare_right
from todoke.systems.linkage.actions.conversions.end_right import end_right
from todoke.systems.linkage.flows import RightState
from todoke.systems.linkage.models import ConversionRight
from todoke.systems.linkage.queries import rights as reads
from todoke.systems.linkage.queries import systems
from todoke.systems.linkage.rules.conversions import TITLES, Direction, Route
from todoke.systems.linkage.web.forms import offer

READ, DECLARE = Permission.LINKAGE_RIGHT_READ, Permission.LINKAGE_RIGHT_DECLARE
CONFIRM: Final = Permission.LINKAGE_RIGHT_CONFIRM
HEADING: Final = "番号変換の許可"
LEAD: Final = "どの業務システムが、どの事務で、どの番号を変換できるかの一覧です。申請した人とは別の人が確認するまで、変換はできません。"
TONES: Final = {RightState.DECLARED: "wait", RightState.CONFIRMED: "good", RightState.ENDED: ""}


class RightForm(forms.Form):
    """許可の申請."""

    asker = forms.ChoiceField(label="システムと事務")
    direction = forms.ChoiceField(label="変換の向き", choices=[(one.value, TITLES[one]) for one in Direction])
    local_system = forms.ChoiceField(
        label="業務固有番号のシステム", required=False, help_text="業務固有番号を変換するときだけ選びます。"
    )
    law = forms.CharField(label="根拠", max_length=200, help_text="例：番号法9条2項、横浜市条例別表")
    valid_from = DateField(label="有効期間の初日")
    valid_until = DateField(label="有効期間の末日", required=False, help_text="定めないときは空にします。")

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        used = systems.in_use()
        offer(
            self,
            "asker",
            [(f"{one.code} {duty}", f"{one.title}（{duty}）") for one in used for duty in one.duties],
        )
        offer(self, "local_system", [("", "なし"), *((one.code, one.title) for one in used)])

    def clean(self) -> dict[str, Any]:
        """A system is named exactly where the direction needs one."""
        given = super().clean() or {}
        if "direction" in given and not _route(given).is_sound():
            self.add_error(
                "local_system",
                "業務固有番号を変換するときはシステムを選び、ほかのときは「なし」を選んでください。",
            )
        return given


def _route(given: dict[str, Any]) -> Route:
    return Route(direction=Direction(given["direction"]), local_system=given.get("local_system") or "")


def _state(row: ConversionRight) -> str:
    return RightState(row.state).label


def _way(row: ConversionRight) -> str:
    whose = f"（{row.local_system.title}）" if row.local_system else ""
    return TITLES[Direction(row.direction)] + whose


COLUMNS: Final = [
    Column[ConversionRight](
        key="id", title="番号", value=lambda row: row.pk, heads_row=True,
        cell=lambda row: make_link(reverse("linkage-right", args=[row.pk]), f"第{row.pk}号"),
    ),
    Column[ConversionRight](key="system", title="システム", value=lambda row: row.system.title),
    Column[ConversionRight](key="duty", title="事務", value=lambda row: row.duty, kind=Kind.CODE),
    Column[ConversionRight](key="way", title="変換", value=_way),
    Column[ConversionRight](key="from", title="初日", value=lambda row: row.valid_from, kind=Kind.DAY),
    Column[ConversionRight](key="until", title="末日", value=lambda row: row.valid_until, kind=Kind.DAY),
    Column[ConversionRight](
        key="state", title="状態", value=_state, cell=lambda row: make_chip(_state(row), TONES[RightState(row.state)])
    ),
]  # fmt: skip


def _crumbs(*further: str) -> list[tuple[str, str]]:
    return [("ホーム", "/"), (HEADING, reverse("linkage-rights")), *((title, "") for title in further)]


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """許可の一覧."""
    may = actor_of(request).may_somewhere(DECLARE)
    return lists.listing(
        request,
        Table(caption="許可の一覧", columns=COLUMNS, rows=reads.all_rights(), query=request.GET, empty="許可はまだありません。"),
        permission=READ, heading=HEADING, file="conversion_rights", lead=LEAD,
        actions=[("新しく申請する", reverse("linkage-right-new"))] if may else [],
    )  # fmt: skip


@screen(DECLARE)
def new(request: HttpRequest) -> HttpResponse:
    """申請."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        system, _, duty = given["asker"].partition(" ")
        days = {name: given[name] for name in ("valid_from", "valid_until")}
        declare_right(system=system, duty=duty, route=_route(given), law=given["law"], by=by, **days)

    return form_pages.form_page(
        request, RightForm(request.POST or None), permission=DECLARE, heading="番号変換の許可を申請します",
        verb="申請する", back=reverse("linkage-rights"), work=work,
        done="申請しました。事務所管課の責任職が確認すると、有効になります。", crumbs=_crumbs("申請"),
    )  # fmt: skip


@screen(READ)
def one(request: HttpRequest, right_id: int) -> HttpResponse:
    """一つの許可: what it allows, who asked and confirmed, and what may be done now."""
    row, by = reads.right(right_id), actor_of(request)
    offered = [
        (row.state == RightState.DECLARED and row.declared_by != by.staff_id, (CONFIRM,), "確認する", "linkage-right-confirm"),
        (row.state != RightState.ENDED, (CONFIRM, DECLARE), "終了する", "linkage-right-end"),
    ]  # fmt: skip
    actions = [
        (title, reverse(route, args=[right_id]))
        for open_, needs, title, route in offered
        if open_ and any(by.may_somewhere(need) for need in needs)
    ]
    table = Table(caption="経過", columns=STEPS, rows=_steps(row), query=request.GET)
    return lists.listing(
        request, table, permission=READ, heading=f"{HEADING}　第{right_id}号", template="linkage/right.html",
        facts=_facts(row), chip=(_state(row), TONES[RightState(row.state)]), actions=actions, crumbs=_crumbs(f"第{right_id}号"),
    )  # fmt: skip


Step = tuple[object, str, str]
STEPS: Final = [
    Column[Step](key="at", title="日時", value=lambda step: step[0], kind=Kind.MOMENT, heads_row=True),
    Column[Step](key="what", title="したこと", value=lambda step: step[1]),
    Column[Step](key="by", title="職員", value=lambda step: step[2]),
]


def _steps(row: ConversionRight) -> list[Step]:
    steps: list[Step] = [(row.declared_at, "申請", row.declared_by)]
    if row.confirmed_by:
        steps.append((row.confirmed_at, "確認", row.confirmed_by))
    if row.state == RightState.ENDED:
        steps.append((row.state_at, "終了", row.state_by))
    return steps


def _facts(row: ConversionRight) -> list[tuple[str, object]]:
    return [
        ("システム", row.system.title),
        ("事務", row.duty),
        ("変換", _way(row)),
        ("根拠", row.law),
        ("有効期間の初日", row.valid_from),
        ("有効期間の末日", row.valid_until or "定めなし"),
        ("申請した職員", row.declared_by),
    ]


@screen(CONFIRM)
def confirm(request: HttpRequest, right_id: int) -> HttpResponse:
    """確認 by a second person."""
    return _decide(
        request, right_id, CONFIRM, heading="番号変換の許可を確認します", verb="確認して有効にする",
        work=lambda by, _: confirm_right(right_id=right_id, by=by), done="許可が有効になりました。",
        warning="有効にすると、期間の間、この業務システムのために番号が変換されます。根拠と事務を確かめてください。",
    )  # fmt: skip


@screen(READ)
def end(request: HttpRequest, right_id: int) -> HttpResponse:
    """終了 by either side (the action asks for one of the two rights)."""
    return _decide(
        request, right_id, READ, heading="番号変換の許可を終えます", verb="終了する",
        work=lambda by, _: end_right(right_id=right_id, by=by), done="許可を終えました。",
        warning="ただちに変換できなくなります。もう一度許可するには、新しい申請と確認が必要です。",
    )  # fmt: skip


def _decide(request: HttpRequest, right_id: int, permission: Permission, **told: Any) -> HttpResponse:  # noqa: ANN401 - what form_page takes
    row = reads.right(right_id)
    return form_pages.form_page(
        request, form_pages.sent(request), permission=permission, back=reverse("linkage-right", args=[right_id]),
        facts=_facts(row), template="pages/confirm.html", crumbs=_crumbs(f"第{right_id}号", told["verb"]), **told,
    )  # fmt: skip
