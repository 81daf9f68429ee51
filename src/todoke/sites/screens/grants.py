"""権限: the list of rights, and the three steps to one — the section asks, an administrator sets, the section confirms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import directory, form_pages, naming
from todoke.access.actions.confirm_grant import confirm_grant
from todoke.access.actions.request_grant import request_grant
from todoke.access.actions.revoke_grant import revoke_grant
from todoke.access.actions.set_grant import set_grant
from todoke.access.duties import ROWS, TITLES, Duty, duty_title
from todoke.access.grants import UNCONFIRMED_LIFE
from todoke.access.guard import actor_of, screen
from todoke.access.models import Grant, GrantState, Staff
from todoke.access.permissions import Actor, Permission, Role
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.forms import DateField
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link

LISTED = 1000

_REACH = [
    Column[Grant](key="duty", title="事務", value=lambda row: duty_title(row.duty)),
    Column[Grant](key="reach", title="範囲", value=naming.reach),
    Column[Grant](
        key="state",
        title="状態",
        value=lambda row: GrantState(row.state).label,
        cell=lambda row: make_chip(GrantState(row.state).label, naming.GRANT_TONES[GrantState(row.state)]),
    ),
    Column[Grant](key="from", title="開始日", value=lambda row: row.valid_from, kind=Kind.DAY),
    Column[Grant](key="until", title="終了日", value=lambda row: row.valid_until, kind=Kind.DAY),
]
_ROLE = Column[Grant](
    key="role",
    title="役割",
    value=lambda row: naming.role(row.role),
    cell=lambda row: make_link(reverse("grant", args=[row.pk]), naming.role(row.role)),
    heads_row=True,
)
OF_PERSON = [_ROLE, *_REACH]
COLUMNS = [
    _ROLE,
    Column[Grant](key="staff", title="職員", value=lambda row: naming.person(row.staff)),
    *_REACH,
    Column[Grant](key="asked", title="依頼", value=lambda row: row.requested_at, kind=Kind.MOMENT),
]


class GrantFilter(forms.Form):
    """絞り込み."""

    state = forms.ChoiceField(label="状態", required=False, choices=[("", "すべて"), *GrantState.choices])
    staff = forms.CharField(label="職員ID", required=False)


def listed(alias: str) -> QuerySet[Grant]:
    """Every right, newest request first."""
    return Grant.objects.using(alias).select_related("staff").order_by("-requested_at", "-pk")


def table(
    rows: QuerySet[Grant], request: HttpRequest, *, caption: str, columns: Sequence[Column[Grant]] = COLUMNS
) -> Table[Grant]:
    """一覧表 of rights."""
    return Table(
        caption=caption,
        columns=columns,
        rows=list(rows[:LISTED]),
        query=request.GET,
        empty="権限はありません。",
    )


@screen(Permission.ACCESS_DIRECTORY_READ)
def grants(request: HttpRequest) -> HttpResponse:
    """権限の一覧, and what waits for whom."""
    actor, form = actor_of(request), GrantFilter(request.GET or None)
    wish = form.cleaned_data if form.is_valid() else {}
    found = listed(directory.alias())
    if wish.get("state"):
        found = found.filter(state=wish["state"])
    if wish.get("staff"):
        found = found.filter(staff_id=wish["staff"])
    offered = [(Permission.ACCESS_MATRIX_PRINT, "アクセス権限と事務の対応表", "matrix")]
    context = {
        "heading": "権限",
        "lead": "権限は、所管課の依頼、システム管理者の設定、所管課の確認の3つの手順を、別々の3人が行って初めて有効になります。"
        "依頼するときは、利用者の画面から始めます。",
        "filter": form,
        "table": table(found, request, caption="権限の一覧"),
        "actions": [(title, reverse(route)) for need, title, route in offered if actor.may_somewhere(need)],
    }
    return render(request, "pages/listing.html", context)


@screen(Permission.ACCESS_DIRECTORY_READ)
def grant(request: HttpRequest, grant_id: int) -> HttpResponse:
    """一つの権限: what it is, who did which step when, and what may be done next."""
    row = _one(grant_id)
    steps = [
        (row.ended_at, row.ended_by, GrantState(row.state).label),
        (row.confirmed_at, row.confirmed_by, "所管課が確認しました（ここから有効）"),
        (row.set_at, row.set_by, "システム管理者が設定しました"),
        (row.requested_at, row.requested_by, "所管課が依頼しました"),
    ]
    names = naming.people(by for _, by, _ in steps)
    context = {
        "grant": row,
        "state": (GrantState(row.state).label, naming.GRANT_TONES[GrantState(row.state)]),
        "title": f"{naming.person(row.staff)}の権限",
        "facts": _facts(row),
        "events": [{"at": at, "by": names.get(by, by), "title": title, "note": ""} for at, by, title in steps if at],
        "actions": _next(actor_of(request), row),
        "crumbs": [("ホーム", "/"), ("権限", reverse("grants")), (naming.role(row.role), "")],
    }  # fmt: skip
    return render(request, "screens/grant.html", context)


def _one(grant_id: int) -> Grant:
    found = Grant.objects.using(directory.alias()).select_related("staff").filter(pk=grant_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="権限")
    return found


def _facts(row: Grant) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        ("職員", naming.person(row.staff)),
        ("所属", row.staff.section),
        ("事務", duty_title(row.duty)),
        ("役割", naming.role(row.role)),
        ("範囲", naming.reach(row)),
        ("開始日", row.valid_from),
        ("終了日", row.valid_until),
        ("依頼の理由", row.reason),
    ]
    if row.state in (GrantState.REQUESTED, GrantState.SET):
        facts.append(("確認の期限", row.requested_at + UNCONFIRMED_LIFE))
    return facts


@dataclass(frozen=True, kw_only=True)
class Step:
    """One of the steps that an existing right can take."""

    permission: Permission
    route: str
    title: str
    verb: str
    done: str
    warning: str
    before: frozenset[GrantState]
    tone: str = "main"


SET: Final = Step(
    permission=Permission.ACCESS_GRANT_SET,
    route="grant-set",
    title="権限を設定します",
    verb="設定する",
    done="権限を設定しました。所管課が確認すると有効になります。",
    warning="設定しただけでは有効になりません。依頼した人とは別の、所管課の人が確認します。",
    before=frozenset({GrantState.REQUESTED}),
)
CONFIRM: Final = Step(
    permission=Permission.ACCESS_GRANT_CONFIRM,
    route="grant-confirm",
    title="権限を確認します",
    verb="確認する",
    done="権限を確認しました。期間の中では今から有効です。",
    warning="確認すると、期間の中では今すぐ有効になります。依頼した内容のとおりに設定されているか確かめてください。",
    before=frozenset({GrantState.SET}),
)
REVOKE: Final = Step(
    permission=Permission.ACCESS_GRANT_REVOKE,
    route="grant-revoke",
    title="権限を取り消します",
    verb="取り消す",
    done="権限を取り消しました。",
    warning="取り消すと、次の操作から使えなくなります。戻すには、依頼からやり直します。",
    before=frozenset({GrantState.REQUESTED, GrantState.SET, GrantState.CONFIRMED}),
    tone="danger",
)


def _next(actor: Actor, row: Grant) -> list[tuple[str, str, bool]]:
    """The steps that this person may take with this right as it stands, and whether one leads on."""
    mine = {row.staff_id, row.requested_by, row.set_by}
    return [
        (step.verb, reverse(step.route, args=[row.pk]), step is not REVOKE)
        for step in (SET, CONFIRM, REVOKE)
        if GrantState(row.state) in step.before
        and actor.may_somewhere(step.permission)
        and (step is REVOKE or actor.staff_id not in mine)
    ]


class Reason(forms.Form):
    """Why."""

    reason = forms.CharField(
        label="理由",
        max_length=200,
        help_text="個人番号や住民の氏名は書かないでください。",
        widget=forms.Textarea,
    )


@screen(SET.permission)
def grant_set(request: HttpRequest, grant_id: int) -> HttpResponse:
    """設定."""
    return _step(
        request, grant_id, SET, form_pages.sent(request), lambda by, _: set_grant(grant_ids=[grant_id], by=by)
    )


@screen(CONFIRM.permission)
def grant_confirm(request: HttpRequest, grant_id: int) -> HttpResponse:
    """確認, after the second factor was checked again."""
    return _step(
        request,
        grant_id,
        CONFIRM,
        form_pages.sent(request),
        lambda by, _: confirm_grant(grant_ids=[grant_id], by=by),
    )


@screen(REVOKE.permission)
def grant_revoke(request: HttpRequest, grant_id: int) -> HttpResponse:
    """取消し, with a reason."""
    return _step(
        request,
        grant_id,
        REVOKE,
        Reason(request.POST or None),
        lambda by, given: revoke_grant(grant_ids=[grant_id], reason=given["reason"], by=by),
    )


def _step(
    request: HttpRequest,
    grant_id: int,
    step: Step,
    form: forms.Form,
    work: Callable[[Actor, dict[str, Any]], object],
) -> HttpResponse:
    row = _one(grant_id)
    back = reverse("grant", args=[grant_id])
    return form_pages.form_page(
        request, form, permission=step.permission, heading=step.title, verb=step.verb, back=back, work=work,
        done=step.done, facts=_facts(row), template="pages/confirm.html", warning=step.warning, tone=step.tone,
        crumbs=[("ホーム", "/"), ("権限", reverse("grants")), (naming.role(row.role), back), (step.verb, "")],
    )  # fmt: skip


class GrantRequest(forms.Form):
    """依頼の内容. What can be chosen is what exists in this realm."""

    kind = forms.ChoiceField(label="事務と役割")
    municipality = forms.CharField(
        label="団体", required=False, max_length=5, help_text="許可権限者だけ、5桁の団体コードを入力します。",
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip
    ward = forms.CharField(
        label="区", required=False, max_length=10, help_text="空にすると、すべての区です。",
        widget=forms.TextInput(attrs={"class": "short"}),
    )  # fmt: skip
    valid_from = DateField(label="開始日")
    valid_until = DateField(label="終了日")
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea)

    def __init__(self, *arguments: Any, realm: str, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        choice = self.fields["kind"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", "選んでください"), *kinds(realm)]

    def clean(self) -> dict[str, Any]:
        """The end is not before the beginning."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("valid_from"), cleaned.get("valid_until")
        if start and end and end < start:
            self.add_error("valid_until", "終了日が開始日より前です。終了日を確かめてください。")
        return cleaned


def kinds(realm: str) -> list[tuple[str, str]]:
    """Every role under its duty that can be asked for in this realm."""
    return [
        (f"{duty.value}/{role.value}", f"{row.title}：{TITLES[role]}")
        for duty, row in ROWS.items()
        if realm in row.realms
        for role in Role
        if role in row.roles
    ]


@screen(Permission.ACCESS_GRANT_REQUEST)
def grant_request(request: HttpRequest, staff_id: str) -> HttpResponse:
    """依頼, for one person."""
    person = Staff.objects.using(directory.alias()).filter(pk=staff_id).first()
    if person is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="職員")
    form = GrantRequest(request.POST or None, realm=directory.realm(), initial={"valid_from": clock.today()})

    def ask(by: Actor, given: dict[str, Any]) -> None:
        duty, role = given.pop("kind").split("/")
        request_grant(staff_id=staff_id, duty=Duty(duty), role=Role(role), **given, by=by)

    back = reverse("staff-person", args=[staff_id])
    return form_pages.form_page(
        request, form, permission=Permission.ACCESS_GRANT_REQUEST, heading="権限を依頼します", verb="依頼する",
        back=back, work=ask, done="権限を依頼しました。システム管理者の設定と、所管課の別の人の確認を待ちます。",
        facts=[("職員", naming.person(person)), ("所属", person.section)],
        crumbs=[("ホーム", "/"), ("利用者", reverse("staff")), (naming.person(person), back), ("権限の依頼", "")],
    )  # fmt: skip
