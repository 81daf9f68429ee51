"""自分の設定: one's own password, a passkey one was invited to register, a newly linked picture to be confirmed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access import passwords
from todoke.access.duties import duty_title
from todoke.access.factors.cameras import Upload
from todoke.access.factors.enrolment import confirm_face
from todoke.access.factors.passkeys import register, registration_options
from todoke.access.guard import actor_of, open_screen
from todoke.access.middleware import DUTY_COOKIE
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.who import Who
from todoke.sites.screens import sign_in
from todoke.sites.screens.shell import duties_of
from todoke.sites.screens.way_back import way_back


class RegisterForm(forms.Form):
    """The new passkey (filled in by `passkey.js`)."""

    staff_id = forms.CharField(max_length=sign_in.ID_LENGTH, widget=forms.HiddenInput)
    passkey = forms.CharField(widget=forms.HiddenInput)


@open_screen("最初のパスキーはサインインの前に登録する。管理者が15分以内に許可した本人と端末だけが登録できる")
def passkey_new(request: HttpRequest) -> HttpResponse:
    """パスキーの登録, for the person whom an administrator invited at this terminal."""
    if request.method != "POST":
        return render(request, "screens/passkey_id.html", {"form": sign_in.IdForm()})
    asked = sign_in.IdForm(request.POST)
    if not asked.is_valid():
        return render(request, "screens/passkey_id.html", {"form": asked})
    who = Who(staff_id=asked.cleaned_data["staff_id"].strip(), terminal=sign_in.terminal_name(request))
    form = RegisterForm(request.POST)
    try:
        if form.is_valid():
            register(response=form.cleaned_data["passkey"], by=who)
            messages.success(request, "パスキーを登録しました。このパスキーでサインインできます。")
            return HttpResponseRedirect(reverse("sign-in"))
        options, refusal = registration_options(by=who), None
    except TodokeError as error:
        options, refusal = "", error
    context = {"staff_id": who.staff_id, "options": options, "refusal": refusal}
    return render(request, "screens/passkey_new.html", context, status=sign_in.status_of(refusal))


class PasswordForm(forms.Form):
    """今のパスワード and the new one, twice."""

    old = forms.CharField(
        label="今のパスワード",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新しいパスワード",
        strip=False,
        help_text="12文字以上です。覚えやすい言葉をいくつか並べると、長くて破られにくくなります。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="新しいパスワード（確認のためもう一度）",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both are the same, and new."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "new" in cleaned and "again" in cleaned and cleaned["new"] != cleaned["again"]:
            self.add_error("again", "1回目と異なります。同じパスワードをもう一度入力してください。")
        if cleaned.get("new") and cleaned.get("new") == cleaned.get("old"):
            self.add_error("new", "今のパスワードと同じです。別のパスワードにしてください。")
        return cleaned


@open_screen("本人の操作で、サインインは画面の中で確かめる")
def password(request: HttpRequest) -> HttpResponse:
    """自分のパスワードの変更; the first thing to do with an issued one."""
    actor = actor_of(request)
    form = PasswordForm(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            passwords.change(staff_id=actor.staff_id, old=given["old"], new=given["new"], by=actor)
            messages.success(request, "パスワードを変更しました。")
            return HttpResponseRedirect(way_back(request, reverse("home")))
        except TodokeError as error:
            refusal = error
    context = {
        "form": form, "refusal": refusal, "heading": "パスワードを変更します", "verb": "変更する", "back": reverse("home"),
        "lead": ErrorCode.PASSWORD_EXPIRED.sentence if actor.paused is ErrorCode.PASSWORD_EXPIRED else "",
    }  # fmt: skip
    return render(request, "pages/form_page.html", context, status=sign_in.status_of(refusal))


@open_screen("本人の操作で、サインインは画面の中で確かめる")
def face(request: HttpRequest) -> HttpResponse:
    """新しく紐づけられた顔の画像の確認: the person shows the face that an administrator linked anew."""
    actor = actor_of(request)
    form = sign_in.FactorForm(request.POST or None, request.FILES or None)
    refusal = None
    if request.method == "POST" and form.is_valid() and form.cleaned_data["face"]:
        refusal = confirm_face(camera=Upload(form.cleaned_data["face"].read()), by=actor).refusal
        if refusal is None:
            messages.success(request, "新しい顔の画像を確認しました。次から、この画像と照合します。")
            return HttpResponseRedirect(reverse("home"))
    context = {"form": form, "refusal": refusal}
    return render(request, "screens/my_face.html", context, status=sign_in.status_of(refusal))


class DutyForm(forms.Form):
    """Which of one's duties."""

    duty = forms.ChoiceField(label="事務", required=False)

    def __init__(self, *arguments: Any, staff_id: str, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        choice = self.fields["duty"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", "すべて"), *((each, duty_title(each)) for each in duties_of(staff_id))]


@open_screen("本人の操作で、サインインは画面の中で確かめる。持っている権限が狭まるだけで、増えることはない")
def duty(request: HttpRequest) -> HttpResponse:
    """事務の切替え: for somebody with several duties, so that the log says in which one something was done."""
    actor = actor_of(request)
    form = DutyForm(request.POST or None, staff_id=actor.staff_id, initial={"duty": actor.duty})
    back = reverse("home")
    if request.method == "POST" and form.is_valid():
        response = HttpResponseRedirect(back)
        response.set_cookie(
            DUTY_COOKIE, form.cleaned_data["duty"], secure=True, httponly=True, samesite="Strict"
        )
        return response
    context = {
        "form": form, "heading": "事務を切り替えます", "verb": "切り替える", "back": back,
        "lead": "選んだ事務の権限だけが使え、操作の記録にその事務が残ります。",
    }  # fmt: skip
    return render(request, "pages/form_page.html", context)
