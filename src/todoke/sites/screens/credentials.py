"""本人確認の手段 of one person, as an administrator sees to them: password, picture, passkey, a stopped ID."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import directory, form_pages, naming
from todoke.access.actions.issue_password import issue_password
from todoke.access.factors.cameras import Upload
from todoke.access.factors.enrolment import link_face, unlock
from todoke.access.factors.passkeys import invite
from todoke.access.guard import actor_of, screen
from todoke.access.models import Staff, Terminal
from todoke.access.permissions import Actor, Permission
from todoke.kernel.errors import ErrorCode, TodokeError


class Picture(forms.Form):
    """A picture of the person."""

    face = forms.FileField(
        label="顔の画像",
        help_text="正面から明るい場所で撮影した JPEG または PNG です。本人がサインインで確認するまでは有効になりません。",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "user"}),
    )


class PasskeyPlace(forms.Form):
    """Where the person will register it."""

    terminal = forms.ChoiceField(label="登録に使う端末")

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        names = Terminal.objects.using(directory.alias()).filter(withdrawn_at__isnull=True).order_by("name")
        choice = self.fields["terminal"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(row.name, f"{row.name}（{row.place}）") for row in names]


@screen(Permission.ACCESS_PASSWORD_RESET)
def staff_password(request: HttpRequest, staff_id: str) -> HttpResponse:
    """パスワードの発行: shown once, to be handed over; the person must replace it at the first sign-in."""
    person = _one(staff_id)
    issued: list[str] = []
    answer = _about(
        request, person, form_pages.sent(request), Permission.ACCESS_PASSWORD_RESET,
        heading="パスワードを発行します", verb="発行する", done="",
        work=lambda by, _: issued.append(issue_password(staff_id=staff_id, by=by)),
        warning="今のパスワードは使えなくなり、サインイン中であれば終了します。発行したパスワードは一度だけ表示します。",
    )  # fmt: skip
    if not issued:
        return answer
    context = {"person": person, "name": naming.person(person), "password": issued[0]}
    return render(request, "screens/issued_password.html", context)


@screen(Permission.ACCESS_FACE_LINK, atomic=False)
def staff_face(request: HttpRequest, staff_id: str) -> HttpResponse:
    """画像との紐づけ."""
    return _about(
        request, _one(staff_id), Picture(request.POST or None, request.FILES or None), Permission.ACCESS_FACE_LINK,
        heading="顔の画像を紐づけます", verb="紐づける",
        done="顔の画像を紐づけました。本人が次のサインインで示した顔と一致すると確認済みになります。",
        work=lambda by, given: link_face(staff_id=staff_id, camera=Upload(given["face"].read()), by=by),
        warning="本人であることを身分証で確かめてから撮影してください。画像は残さず、照合用の値だけを暗号化して保管します。",
    )  # fmt: skip


@screen(Permission.ACCESS_PASSKEY_INVITE)
def staff_passkey(request: HttpRequest, staff_id: str) -> HttpResponse:
    """パスキーの登録の許可."""
    return _about(
        request, _one(staff_id), PasskeyPlace(request.POST or None), Permission.ACCESS_PASSKEY_INVITE,
        heading="パスキーの登録を許可します", verb="許可する",
        done="パスキーの登録を許可しました。本人は15分以内に、その端末で登録してください。",
        work=lambda by, given: invite(staff_id=staff_id, terminal=given["terminal"], by=by),
        warning="本人がその端末の前にいることを確かめてください。",
    )  # fmt: skip


@screen(Permission.ACCESS_FACTOR_UNLOCK)
def staff_unlock(request: HttpRequest, staff_id: str) -> HttpResponse:
    """停止を解く: failed tries are forgotten."""
    return _about(
        request, _one(staff_id), form_pages.sent(request), Permission.ACCESS_FACTOR_UNLOCK,
        heading="本人確認の停止を解きます", verb="停止を解く", done="本人確認の停止を解きました。",
        work=lambda by, _: unlock(staff_id=staff_id, by=by),
        warning="本人に会って、続けて誤った事情を確かめてから行ってください。",
    )  # fmt: skip


def _one(staff_id: str) -> Staff:
    found = Staff.objects.using(directory.alias()).filter(pk=staff_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="職員")
    return found


def _about(
    request: HttpRequest,
    person: Staff,
    form: forms.Form,
    permission: Permission,
    *,
    heading: str,
    verb: str,
    work: Callable[[Actor, dict[str, Any]], object],
    done: str,
    warning: str,
) -> HttpResponse:
    if person.staff_id == actor_of(request).staff_id:
        raise TodokeError(ErrorCode.SAME_PERSON)
    back = reverse("staff-person", args=[person.staff_id])
    return form_pages.form_page(
        request, form, permission=permission, heading=heading, verb=verb, back=back, work=work, done=done,
        facts=[("職員", naming.person(person)), ("所属", person.section)], template="pages/confirm.html",
        warning=warning,
        crumbs=[("ホーム", "/"), ("利用者", reverse("staff")), (naming.person(person), back), (verb, "")],
    )  # fmt: skip
