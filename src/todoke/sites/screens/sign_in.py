"""サインイン: the ID, then password and a picture or a passkey; the same second factor before approvals; sign-out.

The ID comes first because a passkey's question is made for one person at one terminal. No password waits between
two pages, and the second page looks the same for an ID that nobody has.
"""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from todoke.access import directory, middleware, sessions, standing
from todoke.access.factors.cameras import Upload
from todoke.access.factors.face_proof import FaceProof
from todoke.access.factors.interface import Proof
from todoke.access.factors.passkeys import PasskeyProof, proof_options
from todoke.access.guard import actor_of, open_screen
from todoke.access.models import Session
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.who import Who
from todoke.sites.screens.way_back import way_back

ID_LENGTH: Final = 16


class IdForm(forms.Form):
    """Who."""

    staff_id = forms.CharField(
        label="職員ID",
        max_length=ID_LENGTH,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "class": "short", "autocapitalize": "none", "autofocus": ""}
        ),
    )


class FactorForm(forms.Form):
    """The second factor: a picture from the camera, or a passkey's answer (filled in by `passkey.js`)."""

    face = forms.FileField(
        label="顔の画像（画像認証）",
        required=False,
        help_text="この端末のカメラで撮影した JPEG または PNG です。",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "user"}),
    )
    passkey = forms.CharField(required=False, widget=forms.HiddenInput)

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
    """Everything else a sign-in needs, in one step."""

    staff_id = forms.CharField(max_length=ID_LENGTH, widget=forms.HiddenInput)
    password = forms.CharField(
        label="パスワード",
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "class": "short", "autofocus": ""}
        ),
    )


@open_screen("サインインする前の画面のため")
def sign_in(request: HttpRequest) -> HttpResponse:
    """サインイン. One sentence for every wrong part, so that nobody learns which."""
    if request.method != "POST":
        return _ask_id(request, IdForm())
    if "password" not in request.POST:
        asked = IdForm(request.POST)
        if not asked.is_valid():
            return _ask_id(request, asked)
        return _ask_proof(
            request, SignInForm(initial={"staff_id": asked.cleaned_data["staff_id"].strip()}), None
        )
    form = SignInForm(request.POST, request.FILES)
    refusal = None
    if form.is_valid():
        try:
            return _begin(request, form)
        except TodokeError as error:
            refusal = error
    return _ask_proof(request, form, refusal)


def _ask_id(request: HttpRequest, form: IdForm) -> HttpResponse:
    context = {"form": form, "next": way_back(request, ""), "ended": _ended(request)}
    return render(request, "screens/sign_in.html", context)


def _ask_proof(request: HttpRequest, form: SignInForm, refusal: TodokeError | None) -> HttpResponse:
    staff_id = str(form["staff_id"].value() or "")[:ID_LENGTH]
    context = {
        "form": form,
        "refusal": refusal,
        "next": way_back(request, ""),
        "staff_id": staff_id,
        "options": passkey_question(Who(staff_id=staff_id, terminal=terminal_name(request))),
    }
    return render(request, "screens/sign_in_proof.html", context, status=status_of(refusal))


def _begin(request: HttpRequest, form: SignInForm) -> HttpResponse:
    signed = sessions.sign_in(
        staff_id=form.cleaned_data["staff_id"],
        password=form.cleaned_data["password"],
        terminal=request.META.get(middleware.TERMINAL, ""),
        proof=form.proof(),
        own_tokens=[token] if (token := request.COOKIES.get(middleware.COOKIE)) else [],
    )
    there = way_back(request, reverse("home"))
    response = HttpResponseRedirect(reverse("password") if signed.must_change else there)
    middleware.set_session(response, signed.token)
    return response


def _ended(request: HttpRequest) -> str:
    """Why the session of this browser is over, if it is, in words."""
    token = request.COOKIES.get(middleware.COOKIE, "")
    digest = sessions.digest(token)
    row = Session.objects.using(directory.alias()).filter(token_hash=digest).first() if token else None
    return row.get_end_reason_display() if row and row.ended_at else ""


@open_screen("本人の操作で、サインインは画面の中で確かめる")
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
    context = {
        "form": form,
        "refusal": refusal,
        "next": way_back(request, ""),
        "options": passkey_question(actor),
    }
    return render(request, "screens/step_up.html", context, status=status_of(refusal))


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


def passkey_question(who: Who) -> str:
    """What `passkey.js` puts to the authenticator; empty where this site has no address that passkeys can be for."""
    try:
        return proof_options(who=who)
    except TodokeError as error:
        if error.code is not ErrorCode.SETUP_MISSING:
            raise
        return ""


def terminal_name(request: HttpRequest) -> str:
    """The registered name of the terminal; empty for one that is not on the register."""
    place = standing.terminal(directory.alias(), request.META.get(middleware.TERMINAL, ""))
    return place.name if place else ""


def status_of(refusal: TodokeError | None) -> int:
    """200, or the status of the refusal's family."""
    return refusal.code.family.http_status if refusal else 200
