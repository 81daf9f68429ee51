"""利用者: everybody who has an ID here, and one person's page. Filled from the personnel feed, never typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import directory, naming, standing
from todoke.access.guard import actor_of, screen
from todoke.access.models import (
    Alarm,
    Employer,
    FaceTemplate,
    Passkey,
    Session,
    Staff,
    TemplateStage,
    Training,
)
from todoke.access.permissions import Actor, Permission
from todoke.kernel import clock
from todoke.kernel.clock import wareki
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.sites.screens import grants

LISTED = 500
"""Most people that one list shows; the filter narrows it."""


class StaffFilter(forms.Form):
    """絞り込み."""

    words = forms.CharField(label="職員ID・氏名・カナ", required=False)
    section = forms.CharField(label="所属", required=False)
    standing = forms.ChoiceField(
        label="状態",
        required=False,
        choices=[("", "在籍中"), ("left", "失効"), ("contractor", "委託先"), ("all", "すべて")],
    )


COLUMNS = [
    Column[Staff](
        key="id", title="職員ID", value=lambda row: row.staff_id, kind=Kind.CODE, heads_row=True,
        cell=lambda row: make_link(reverse("staff-person", args=[row.staff_id]), row.staff_id),
    ),
    Column[Staff](key="name", title="氏名", value=lambda row: row.name),
    Column[Staff](key="kana", title="カナ", value=lambda row: row.kana),
    Column[Staff](key="section", title="所属", value=lambda row: row.section),
    Column[Staff](key="employer", title="区分", value=lambda row: Employer(row.employer).label),
    Column[Staff](
        key="state", title="状態", value=lambda row: state(row)[0], cell=lambda row: make_chip(*state(row)),
    ),
    Column[Staff](key="hired", title="採用日", value=lambda row: row.hired_on, kind=Kind.DAY),
    Column[Staff](key="left", title="失効日", value=lambda row: row.left_on, kind=Kind.DAY),
]  # fmt: skip


def state(person: Staff) -> tuple[str, str]:
    """在籍中, 失効予定 or 失効, with its tone."""
    if person.left_on is None:
        return ("在籍中", "good") if person.password else ("パスワード未発行", "warn")
    return ("失効", "fail") if person.left_on <= clock.today() else ("失効予定", "warn")


@screen(Permission.ACCESS_DIRECTORY_READ)
def staff(request: HttpRequest) -> HttpResponse:
    """利用者の一覧."""
    form = StaffFilter(request.GET or None)
    found = _found(form.cleaned_data if form.is_valid() else {})
    context = {
        "heading": "利用者",
        "lead": "職員IDは人事情報の取込みで登録され、一人に一つです。手で登録することはできません。",
        "filter": form,
        "table": Table(
            caption="利用者の一覧", columns=COLUMNS, rows=list(found.order_by("staff_id")[:LISTED]), query=request.GET
        ),
    }  # fmt: skip
    return render(request, "pages/listing.html", context)


def _found(wish: dict[str, Any]) -> QuerySet[Staff]:
    found = Staff.objects.using(directory.alias())
    if words := wish.get("words"):
        found = found.filter(Q(staff_id=words) | Q(name__contains=words) | Q(kana__contains=words))
    if section := wish.get("section"):
        found = found.filter(section__contains=section)
    gone = Q(left_on__lte=clock.today())
    match wish.get("standing"):
        case "left":
            return found.filter(gone)
        case "contractor":
            return found.filter(employer=Employer.CONTRACTOR).exclude(gone)
        case "all":
            return found
        case _:
            return found.exclude(gone)


@dataclass(frozen=True, kw_only=True)
class Factors:
    """本人確認の手段 of one person."""

    face: str
    passkeys: int
    trained_on: date | None
    seen_at: datetime | None


@screen(Permission.ACCESS_DIRECTORY_READ)
def staff_person(request: HttpRequest, staff_id: str) -> HttpResponse:
    """一人の利用者: who, with which rights, by which factors; and what an administrator may do about it."""
    alias, actor = directory.alias(), actor_of(request)
    person = Staff.objects.using(alias).select_related("contract").filter(pk=staff_id).first()
    if person is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="職員")
    rights = grants.table(
        grants.listed(alias).filter(staff=person), request, caption="権限", columns=grants.OF_PERSON
    )
    context = {
        "person": person,
        "state": state(person),
        "facts": _facts(person, _factors(alias, person)),
        "rights": rights,
        "alarms": _alarms(alias, person),
        "actions": _actions(actor, person),
        "crumbs": [("ホーム", "/"), ("利用者", reverse("staff")), (naming.person(person), "")],
    }
    return render(request, "screens/staff_person.html", context)


def _factors(alias: str, person: Staff) -> Factors:
    stages = set(FaceTemplate.objects.using(alias).filter(staff=person).values_list("stage", flat=True))
    waiting = "紐づけ済み（本人の確認待ち）" if TemplateStage.LINKED in stages else "なし"
    trained = Training.objects.using(alias).filter(staff=person, kind=standing.TRAINING)
    return Factors(
        face="紐づけ済み" if TemplateStage.CONFIRMED in stages else waiting,
        passkeys=Passkey.objects.using(alias).filter(staff=person).count(),
        trained_on=trained.aggregate(last=Max("held_on"))["last"],
        seen_at=Session.objects.using(alias).filter(staff=person).aggregate(last=Max("seen_at"))["last"],
    )


def _facts(person: Staff, factors: Factors) -> list[tuple[str, object]]:
    contract = person.contract
    facts: list[tuple[str, object]] = [
        ("職員ID", person.staff_id),
        ("氏名", f"{person.name}（{person.kana}）"),
        ("所属", f"{person.organisation} {person.section}"),
        ("区分", Employer(person.employer).label),
        ("採用日", person.hired_on),
        ("失効日", person.left_on),
        ("研修の最終受講日", factors.trained_on),
        ("顔の画像", factors.face),
        ("パスキー", f"{factors.passkeys}個"),
        ("最後の操作", factors.seen_at),
    ]
    if contract is not None:
        facts.insert(
            4, ("契約", f"{contract.number}　{contract.contractor}（{wareki(contract.valid_until)}まで）")
        )
    return facts


def _alarms(alias: str, person: Staff) -> list[dict[str, object]]:
    found = Alarm.objects.using(alias).filter(staff_id=person.staff_id).order_by("-at")[:10]
    return [
        {
            "at": each.at,
            "title": naming.ALARMS.get(each.kind, each.kind),
            "by": f"端末 {each.terminal}",
            "note": "",
        }
        for each in found
    ]


def _actions(actor: Actor, person: Staff) -> list[tuple[str, str]]:
    offered = (
        (Permission.ACCESS_GRANT_REQUEST, "権限を依頼する", "grant-request"),
        (Permission.ACCESS_PASSWORD_RESET, "パスワードを発行する", "staff-password"),
        (Permission.ACCESS_FACE_LINK, "顔の画像を紐づける", "staff-face"),
        (Permission.ACCESS_PASSKEY_INVITE, "パスキーの登録を許可する", "staff-passkey"),
        (Permission.ACCESS_FACTOR_UNLOCK, "本人確認の停止を解く", "staff-unlock"),
    )
    return [
        (title, reverse(route, args=[person.staff_id]))
        for permission, title, route in offered
        if actor.may_somewhere(permission) and person.staff_id != actor.staff_id
    ]
