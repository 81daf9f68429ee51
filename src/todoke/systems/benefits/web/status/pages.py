"""お手続きの状況: asked by the number on the letter and the birth date of whom it was sent to; no cookie, no script, no account.

Every answer has the same status and takes the same time, whatever was wrong. There is no CSRF token, since nothing is
changed for anybody and nobody is signed in.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from todoke.pages.forms import DateField
from todoke.systems.benefits.rules.aftermath import public_status as rules
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY
from todoke.systems.benefits.web.status import asking

TAKES: Final = 0.25
"""Seconds that every answer takes: so long that no difference of what was looked up shows in it."""
_LENGTH: Final = 13


class StatusForm(forms.Form):
    """The number and the birth date, written as people write them."""

    number = forms.CharField(
        label="給付管理番号", max_length=40, help_text="書類の右上にある13桁の数字",
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "給付管理番号を入力してください。"},
    )  # fmt: skip
    born = DateField(label="書類の宛名の人の生年月日", help_text="例：昭和40年3月5日、1965/3/5")

    def __init__(self, data: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(data)
        self.fields["born"].error_messages["required"] = "生年月日を入力してください。"

    def clean_number(self) -> str:
        """Digits in half width. A wrong check digit is not told here: it is answered like any unknown number."""
        plain = unicodedata.normalize("NFKC", str(self.cleaned_data["number"]))
        number = "".join(char for char in plain if char not in "-‐－ー 　")
        if not (len(number) == _LENGTH and number.isascii() and number.isdigit()):
            raise forms.ValidationError("数字13桁で入力してください。")
        return number


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """The form, and below it the answer."""
    form = StatusForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "office": SAMPLE_CITY}
    if not form.is_valid():
        wrong = form.is_bound and bool(form.errors)
        return render(request, "benefits/status/ask.html", context, status=422 if wrong else 200)
    begun = time.monotonic()
    found = asking.ask(form.cleaned_data["number"], form.cleaned_data["born"], source(request.META))
    context |= {"sentence": rules.sentence(found), "facts": rules.facts(found)}
    context["again"] = found.answer in (rules.UNKNOWN, rules.WAIT)
    answer = render(request, "benefits/status/answer.html", context)
    time.sleep(max(0.0, TAKES - (time.monotonic() - begun)))
    return answer


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Any other address."""
    return render(request, "benefits/status/missing.html", {"office": SAMPLE_CITY}, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """The database does not answer, or we made a mistake: no word about which."""
    return render(request, "benefits/status/failed.html", {"office": SAMPLE_CITY}, status=503)


def source(meta: Mapping[str, Any]) -> str:
    """Where a question comes from, as a keyed digest: the last hop of the city's own gateway, or the line itself."""
    address = str(meta.get("REMOTE_ADDR", ""))
    if settings.TODOKE_BEHIND_GATEWAY:
        address = str(meta.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip() or address
    return hmac.digest(str(settings.SECRET_KEY).encode(), address.encode(), hashlib.sha256).hex()
