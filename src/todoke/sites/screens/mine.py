"""自分の設定: one's own password, a passkey one was invited to register, a newly linked picture to be confirmed."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access.factors.passkeys import register, registration_options
from todoke.access.guard import open_screen
from todoke.kernel.errors import TodokeError
from todoke.oplog.who import Who
from todoke.sites.screens import sign_in


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
