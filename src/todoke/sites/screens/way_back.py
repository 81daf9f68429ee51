"""Where a page leads when its work is done: only ever to an address of this site."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest, default: str) -> str:
    """The address of this site in `next`, where one was given; `default` for any other."""
    wish = request.POST.get("next") or request.GET.get("next") or ""
    inside = wish.startswith("/") and url_has_allowed_host_and_scheme(wish, allowed_hosts=None)
    return wish if inside else default
