"""業務マニュアル inside the site: the pages of docs/manual in the shell, and their pictures."""

from __future__ import annotations

from typing import Final

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe

from todoke.access.guard import actor_of, open_screen
from todoke.sites import guide, guide_search

MOST: Final = 100
_OPEN = "手引きは職員の全員が読む。個人の情報はなく、サインインは画面の中で確かめる"


@open_screen(_OPEN)
def manual(request: HttpRequest) -> HttpResponse:
    """The first page."""
    actor_of(request)
    return HttpResponseRedirect(reverse("manual-page", args=[guide.FIRST]))


@open_screen(_OPEN)
def search(request: HttpRequest) -> HttpResponse:
    """手引きの中を探す. The words stand in the address: they name work, not people, and the way back works."""
    actor_of(request)
    words = request.GET.get("q", "").strip()[:MOST]
    context = {
        "words": words, "found": guide_search.search(words),
        "crumbs": [("ホーム", "/"), ("手引き", reverse("manual")), ("手引きの中を探す", "")],
    }  # fmt: skip
    return render(request, "screens/manual_search.html", context)


@open_screen(_OPEN)
def page(request: HttpRequest, path: str) -> HttpResponseBase:
    """A page (`….md`) or a picture (`….png`): the names of the files, so that links between them need no translation."""
    actor_of(request)
    found = guide.find(path)
    if found is None:
        raise Http404
    if found.suffix == ".png":
        return FileResponse(found.open("rb"), content_type="image/png")
    shown = guide.shown(found)
    context = {
        "title": shown.title,
        "html": mark_safe(shown.html),  # noqa: S308  our own pages, rendered with HTML switched off
        "crumbs": [("ホーム", "/"), ("手引き", reverse("manual")), (shown.title, "")],
    }
    return render(request, "screens/manual.html", context)
