"""誤りの画面: every error as a page with its sentence and code, or as the way to where the person can put it right.

What is not on our list shows no text of its own.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from todoke.kernel.errors import ErrorCode, Family, InputRefused, TodokeError

_log = logging.getLogger("todoke.pages")

HEADINGS = {
    Family.INPUT: "入力の内容を確かめてください",
    Family.DENIED: "この操作はできません",
    Family.CONFLICT: "いまの状態では進められません",
    Family.NOT_FOUND: "見つかりません",
    Family.SETUP: "設定が整っていません",
    Family.FAULT: "予期しない誤りが起きました",
    Family.UNAVAILABLE: "ただいま利用できません",
}


PURPOSE_FIELD: Final = "purpose"
"""Name of the field in which a person writes the purpose (利用目的)."""

LEADS_TO: Final = {
    ErrorCode.PASSWORD_EXPIRED: "password",
    ErrorCode.SESSION_OVER: "sign-in",
    ErrorCode.VERIFY_AGAIN: "step-up",
}
"""Errors that a person puts right on a page of their own, by the name of its route; it leads back by `next`."""


class FailurePages:
    """Middleware: an exception of a view becomes a page with the status of its family."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        """The page of the error."""
        return page(request, error if isinstance(error, TodokeError) else closed(error))


def closed(error: BaseException) -> TodokeError:
    """An error from outside our list, as one of it; logged as type and place, since its text may quote a person."""
    if isinstance(error, Http404):
        return TodokeError(ErrorCode.NOT_FOUND, what="この番地の画面")
    if isinstance(error, PermissionDenied):
        return TodokeError(ErrorCode.PERMISSION_DENIED, permission="画面の利用")
    if isinstance(error, SuspiciousOperation):
        return TodokeError(ErrorCode.REQUEST_INVALID)
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-6:]))
    _log.error("予期しない誤り: %s %s", type(error).__name__, places)
    if isinstance(error, OperationalError):
        return TodokeError(ErrorCode.UNAVAILABLE, what="データベース")
    return TodokeError(ErrorCode.UNEXPECTED, kind=type(error).__name__)


def page(request: HttpRequest, error: TodokeError) -> HttpResponse:
    """The answer to an error. What a form had sent is not sent again: the person opens it anew."""
    if error.code is ErrorCode.PURPOSE_MISSING and request.method == "GET":
        asked = [
            (name, value) for name, given in request.GET.lists() if name != PURPOSE_FIELD for value in given
        ]
        return _shown(request, "pages/purpose.html", {"asked": asked, "title": "利用目的の入力"}, error)
    # a form that was sent in vain says so first; only then does it lead to the sign-in page
    if error.code in LEADS_TO and (request.method == "GET" or error.code is not ErrorCode.SESSION_OVER):
        query = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{reverse(LEADS_TO[error.code])}?{query}")
    family = error.code.family
    context = {
        "heading": HEADINGS[family],
        "sentence": error.sentence,
        "code": error.code.name,
        "rows": error.rows if isinstance(error, InputRefused) else (),
        "signed_out": error.code is ErrorCode.SESSION_OVER,
        "may_retry": family in (Family.UNAVAILABLE, Family.FAULT),
    }
    return _shown(request, "pages/error.html", context, error)


def _shown(
    request: HttpRequest, template: str, context: dict[str, object], error: TodokeError
) -> HttpResponse:
    """The page; without the shell when the shell itself cannot be drawn (its database may be what failed)."""
    status = error.code.family.http_status
    try:
        return render(request, template, context, status=status)
    except Exception as second:
        closed(second)
        return HttpResponse(render_to_string(template, context), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return page(request, TodokeError(ErrorCode.REQUEST_INVALID))


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    return page(request, closed(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return page(request, TodokeError(ErrorCode.NOT_FOUND, what="この番地の画面"))


def fault(request: HttpRequest) -> HttpResponse:
    """Django's handler500: an error in a middleware, where `FailurePages` does not reach."""
    error = sys.exc_info()[1]
    return page(request, error if isinstance(error, TodokeError) else closed(error or RuntimeError()))


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW: a form of another session, or none of ours."""
    return page(request, TodokeError(ErrorCode.FORM_STALE))
