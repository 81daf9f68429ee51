"""サインイン: ID and password, a picture or a passkey; the same second factor again before approvals; sign-out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from todoke.access import directory, middleware, sessions, standing
from todoke.access.factors.cameras import Upload
from todoke.access.factors.face_proof import FaceProof
from todoke.access.factors.interface import Proof
from todoke.access.factors.passkeys import PasskeyProof, proof_options
from todoke.access.guard import actor_of, open_screen
from todoke.kernel.errors import TodokeError
from todoke.oplog.who import Who
from todoke.sites.screens.answers import way_back


class FactorForm(forms.Form):
    """The second factor: a picture from the camera, or a passkey's answer (filled in by `passkey.js`)."""

    face = forms.FileField(
        label="顔の画像（画像認証）",
        required=False,
        help_text="カメラで撮影します。カメラを使えないブラウザーでは、端末で撮影した JPEG または PNG を選んでください。",
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png", "capture": "user", "data-camera": ""}
        ),
    )
    passkey = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-passkey": ""}))

    def clean(self) -> dict[str, Any]:
        """One of the two is needed."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("face") and not cleaned.get("passkey"):
            self.add_error("face", "顔の画像がありません。撮影するか、パスキーで確認してください。")
        return cleaned

    def proof(self) -> Proof:
        """What the person presented, ready to be checked."""
        if self.cleaned_data["passkey"]:
            return PasskeyProof(self.cleaned_data["passkey"])
        return FaceProof(camera=Upload(self.cleaned_data["face"].read()))


class SignInForm(FactorForm):
    """Everything a sign-in needs, in one step, so that no password waits anywhere between two pages."""

    field_order = ("staff_id", "password", "face", "passkey")

    staff_id = forms.CharField(
        label="職員ID",
        max_length=16,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "class": "short", "autocapitalize": "none"}
        ),
    )
    password = forms.CharField(
        label="パスワード",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "short"}),
    )


@never_cache
@open_screen("サインインする前の画面のため")
def sign_in(request: HttpRequest) -> HttpResponse:
    """サインイン. Refused with one sentence for every wrong part, so that nobody learns which."""
    form = SignInForm(request.POST or None, request.FILES or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            return _begin(request, form)
        except TodokeError as error:
            refusal = error
    context = {"form": form, "refusal": refusal, "next": way_back(request, "")}
    status = refusal.code.family.http_status if refusal else 200
    return render(request, "screens/sign_in.html", context, status=status)


def _begin(request: HttpRequest, form: SignInForm) -> HttpResponse:
    signed = sessions.sign_in(
        staff_id=form.cleaned_data["staff_id"],
        password=form.cleaned_data["password"],
        terminal=request.META.get(middleware.TERMINAL, ""),
        proof=form.proof(),
        own_token=request.COOKIES.get(middleware.COOKIE, ""),
    )
    there = way_back(request, reverse("home"))
    response = HttpResponseRedirect(reverse("password") if signed.must_change else there)
    middleware.set_session(response, signed.token)
    return response


@require_POST
@open_screen("サインインする前に、パスキーの問いを渡すため。誰がパスキーを持つかは分からない")
def passkey_options(request: HttpRequest) -> HttpResponse:
    """The question for `passkey.js`: for whoever is signed in, else for the ID that was typed."""
    actor = getattr(request, "actor", None)
    place = standing.terminal(directory.alias(), request.META.get(middleware.TERMINAL, ""))
    claimed = Who(staff_id=request.POST.get("staff_id", "")[:16], terminal=place.name if place else "")
    return HttpResponse(proof_options(who=actor or claimed), content_type="application/json")


@never_cache
@open_screen("権限を要しない本人の操作のため。サインインは画面の中で確かめる")
def step_up(request: HttpRequest) -> HttpResponse:
    """もう一度の本人確認: before a release or an approval; leads back to where the person came from."""
    actor = actor_of(request)
    form = FactorForm(request.POST or None, request.FILES or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            sessions.verify(
                request.COOKIES.get(middleware.COOKIE, ""),
                terminal=request.META.get(middleware.TERMINAL, ""),
                proof=form.proof(),
            )
            return HttpResponseRedirect(way_back(request, reverse("home")))
        except TodokeError as error:
            refusal = error
    context = {"form": form, "refusal": refusal, "next": way_back(request, ""), "staff_id": actor.staff_id}
    status = refusal.code.family.http_status if refusal else 200
    return render(request, "screens/step_up.html", context, status=status)


@require_POST
@open_screen("サインインの終わりは誰でもできる")
def sign_out(request: HttpRequest) -> HttpResponse:
    """サインアウト. Nothing to do when the session had ended."""
    sessions.sign_out(
        request.COOKIES.get(middleware.COOKIE, ""), terminal=request.META.get(middleware.TERMINAL, "")
    )
    response = HttpResponseRedirect(reverse("sign-in"))
    middleware.forget_session(response)
    return response
