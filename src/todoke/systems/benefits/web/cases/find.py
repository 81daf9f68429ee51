"""世帯の判定を見る: leads from a number to the household's page; the number is sent in the body, never in an address."""

from __future__ import annotations

import unicodedata

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access.form_pages import refused
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Permission
from todoke.systems.benefits.actions.households.find_case import find_case
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.web.cases.lists import HOME, asked_for, with_purpose
from todoke.systems.benefits.web.forms import ProgrammeFilter


class FindForm(ProgrammeFilter):
    """One number; full-width digits, spaces and hyphens between groups are taken as they are meant."""

    number = forms.CharField(
        label="給付管理番号または世帯コード",
        max_length=40,
        help_text="確認書の番号（13桁）か、基準日の世帯コード（10桁）。全角でもかまいません。",
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        """Digits in half width, without spaces."""
        return "".join(unicodedata.normalize("NFKC", self.cleaned_data["number"]).split())


@screen(Permission.BENEFITS_CASE_READ)
def find(request: HttpRequest) -> HttpResponse:
    """Shows nobody itself."""
    actor, sent = actor_of(request), request.method == "POST"
    form = FindForm(request.POST if sent else None, initial={"programme": asked_for(request)["programme"]})
    found: list[int] = []

    def work() -> None:
        programme = programmes.find(form.cleaned_data["programme"])
        found.append(find_case(programme=programme, number=form.cleaned_data["number"], by=actor))

    refusal = None
    if form.is_valid():
        refusal = refused(request, Permission.BENEFITS_CASE_READ, work)
        if refusal is None:
            url = reverse("benefits-why", args=[found[0]])
            return HttpResponseRedirect(with_purpose(request, url))
    form.initial["purpose"] = actor.purpose
    context = {
        "form": form,
        "refusal": refusal,
        "purpose": actor.purpose,
        "crumbs": [HOME, ("世帯の判定を見る", "")],
    }
    status = refusal.code.family.http_status if refusal else 422 if form.errors else 200
    return render(request, "benefits/find.html", context, status=status)
