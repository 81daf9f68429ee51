"""Which municipality's database a page is about: named by the URL, and only one that this platform serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access.guard import actor_of
from todoke.access.permissions import Actor, Permission
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Table
from todoke.pages.templatetags.parts import make_link
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.web import naming

HOME: Final = ("ホーム", "/")


def here(_: HttpRequest, kwargs: Mapping[str, object]) -> str:
    """The database of the URL's municipality; NOT_FOUND for one that is not on this platform. Asked after the right."""
    return alias_of(str(kwargs["municipality"]))


def alias_of(municipality: str) -> str:
    """The same from the code."""
    for alias in needs.aliases():
        if needs.municipality_of(alias) == municipality:
            return alias
    raise TodokeError(ErrorCode.NOT_FOUND, what="この団体")


def own(actor: Actor, permission: Permission) -> list[str]:
    """The municipalities in which the actor may."""
    codes = [needs.municipality_of(alias) for alias in needs.aliases()]
    return [code for code in codes if actor.may(permission, municipality=code)]


def choose(request: HttpRequest, permission: Permission, route: str, heading: str) -> HttpResponse:
    """To the page of the one municipality that the actor works for; a list when there are several."""
    codes = own(actor_of(request), permission)
    if len(codes) == 1:
        return HttpResponseRedirect(reverse(route, args=codes))
    columns = [
        Column[str](
            key="town", title="団体", value=naming.town, heads_row=True,
            cell=lambda code: make_link(reverse(route, args=[code]), naming.town(code)),
        )
    ]  # fmt: skip
    table = Table(caption="担当する団体", columns=columns, rows=codes, query=request.GET)
    context = {"heading": heading, "table": table, "crumbs": [HOME, (heading, "")]}
    return render(request, "pages/listing.html", context)
