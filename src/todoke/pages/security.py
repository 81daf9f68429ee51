"""Headers that every page carries: only our own files run or show, nothing is framed, nothing is kept in a cache."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
"""Content-Security-Policy: no inline script or style, no other origin; so none of our templates has one."""


class StrictHeaders:
    """Middleware. The camera is for this origin only; a page with a person on it is stored nowhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault(
            "Permissions-Policy",
            "camera=(self), publickey-credentials-get=(self), microphone=(), geolocation=()",
        )
        response.headers.setdefault("Cache-Control", "no-store")
        return response
