"""How errors are answered: by a page with the sentence, or by leading to where the person can put it right."""

from __future__ import annotations

import sys
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from todoke.access.middleware import PURPOSE_FIELD
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages import failures

_LEADS_TO = {
    ErrorCode.VERIFY_AGAIN: "step-up",
    ErrorCode.PASSWORD_EXPIRED: "password",
    ErrorCode.SESSION_OVER: "sign-in",
}


class Answers(failures.FailurePages):
    """Middleware, as its base, with our ways on."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        return answer(request, error)


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """The way on for an error, or its page. What a form had sent is not sent again: the person opens it anew."""
    known = error if isinstance(error, TodokeError) else failures.closed(error)
    if known.code is ErrorCode.PURPOSE_MISSING and request.method == "GET":
        return render(
            request,
            "screens/purpose.html",
            {
                "asked": [(k, v) for k, v in request.GET.items() if k != PURPOSE_FIELD],
                "title": "利用目的の入力",
            },
            status=known.code.family.http_status,
        )
    if known.code is ErrorCode.SESSION_OVER and request.method != "GET":
        return failures.page(request, known)  # what was typed was not taken: say so before the sign-in page
    if known.code in _LEADS_TO:
        query = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{reverse(_LEADS_TO[known.code])}?{query}")
    return failures.page(request, known)


def fault(request: HttpRequest) -> HttpResponse:
    """Django's handler500. Refusals before a view (undeclared, no permission) come this way as well."""
    error = sys.exc_info()[1]
    return answer(request, error if isinstance(error, Exception) else RuntimeError())


def way_back(request: HttpRequest, default: str) -> str:
    """The address of this site in `next`, where one was given; `default` for any other."""
    wish = request.POST.get("next") or request.GET.get("next") or ""
    inside = wish.startswith("/") and url_has_allowed_host_and_scheme(wish, allowed_hosts=None)
    return wish if inside else default
