"""サインインの確認 (Django middleware): no view runs unless declared, and none with a permission unless signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from todoke.access import directory, guard, standing
from todoke.access.permissions import Actor
from todoke.kernel.errors import ErrorCode, Family, TodokeError
from todoke.oplog.entry import Outcome
from todoke.oplog.record import record_refusal
from todoke.oplog.who import Who
from todoke.pages import failures
from todoke.pages.failures import PURPOSE_FIELD

COOKIE: Final = "todoke_session"
DUTY_COOKIE: Final = "todoke_duty"
TERMINAL: Final = "todoke.client_certificate"
"""Key in `request.META`: SHA-256 (hex) of the client certificate that the server verified."""
SIGN_IN: Final = "sign-in"
"""Name of the route that a person without a session is sent to."""
_LONGEST_PURPOSE = 200


class SignedIn:
    """Sets `request.actor` (None where nobody is signed in); refuses what is not declared; logs every refusal.

    Stands last in MIDDLEWARE: an exception of a view is logged here before another middleware answers it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Before each view: the page that refuses it, the way to sign in, or nothing."""
        declared = guard.declaration_of(view)
        if declared is None:
            undeclared = TodokeError(ErrorCode.PERMISSION_DENIED, permission=guard.route_of(request))
            return self._turned_away(request, None, undeclared)
        try:
            actor = self._actor(request, declared)
            request.actor = actor  # type: ignore[attr-defined]
            if declared.permission is not None:
                guard.check(guard.actor_of(request), declared.permission, kwargs)
        except TodokeError as error:
            return self._turned_away(request, declared, error)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """A view that failed or refused is an operation, too. The error itself is answered elsewhere."""
        denied = isinstance(error, TodokeError) and error.code.family is not Family.FAULT
        outcome = Outcome.REFUSED if denied else Outcome.FAILED
        self._log(request, guard.declaration_of(self._view(request)), error, outcome)

    def _actor(self, request: HttpRequest, declared: guard.Declaration) -> Actor | None:
        """Whoever is signed in. An open view is shown also to somebody whose session is over."""
        token = request.COOKIES.get(COOKIE, "")
        if not token:
            return None
        try:
            return standing.actor_for(
                token,
                terminal=request.META.get(TERMINAL, ""),
                duty=request.COOKIES.get(DUTY_COOKIE) or None,
                purpose=_purpose(request),
                permission=declared.permission,
                at_the_keys=not guard.refreshes(request),
            )
        except TodokeError:
            if declared.permission is None:
                return None
            raise

    def _turned_away(
        self, request: HttpRequest, declared: guard.Declaration | None, error: TodokeError
    ) -> HttpResponseBase:
        self._log(request, declared, error, Outcome.REFUSED)
        if error.code is ErrorCode.SESSION_OVER and request.method == "GET":
            to = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse(SIGN_IN)}?{to}")
        return failures.page(request, error)

    @staticmethod
    def _log(
        request: HttpRequest, declared: guard.Declaration | None, error: Exception, outcome: Outcome
    ) -> None:
        actor = getattr(request, "actor", None)
        by = actor or Who(staff_id="", terminal=request.META.get(TERMINAL, "")[:16])
        permission = declared.permission if declared else None
        verb = permission.value if permission else "access:screen:open"
        reason = error.code.name if isinstance(error, TodokeError) else type(error).__name__
        record_refusal(
            directory.alias(),
            by=by,
            verb=verb,
            subject=f"{guard.route_of(request)}:{reason}",
            outcome=outcome,
        )

    @staticmethod
    def _view(request: HttpRequest) -> object:
        return request.resolver_match.func if request.resolver_match else None


def _purpose(request: HttpRequest) -> str:
    """利用目的, as the person entered it with this request."""
    given = request.POST.get(PURPOSE_FIELD) or request.GET.get(PURPOSE_FIELD) or ""
    return given.strip()[:_LONGEST_PURPOSE]


def set_session(response: HttpResponseBase, token: str) -> None:
    """Hand the token to the browser: not readable by scripts, sent to this site only, gone with the browser."""
    response.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="Strict")


def forget_session(response: HttpResponseBase) -> None:
    """Take the token back."""
    response.delete_cookie(COOKIE, samesite="Strict")
    response.delete_cookie(DUTY_COOKIE, samesite="Strict")
