"""What the shell shows of this site and of whoever is signed in: identity, and a menu of what the person may do."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import resolve, reverse

from todoke.access import directory
from todoke.access.duties import ROWS, Duty
from todoke.access.guard import declaration_of
from todoke.access.models import Staff
from todoke.access.permissions import Actor
from todoke.pages.shell import Destination, Identity, Shell
from todoke.sites.realms import Realm
from todoke.sites.status import TITLES

MENU: Final = (
    ("home", "ホーム"),
    ("staff", "利用者"),
    ("grants", "権限"),
    ("sessions", "サインイン中"),
    ("personnel", "人事情報"),
    ("contracts", "委託契約"),
    ("training", "研修"),
    ("terminals", "端末"),
    ("log", "操作の記録"),
)
"""Route and title of every entry, in the order of the menu. Its declaration decides who sees it."""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Django context processor: `shell` for `pages/base.html`."""
    realm = Realm(settings.TODOKE_REALM)
    actor = getattr(request, "actor", None)
    signed_in = actor if isinstance(actor, Actor) else None
    return {
        "shell": Shell(
            site=TITLES[realm],
            realm=realm.value,
            version=version("todoke"),
            identity=_identity(signed_in) if signed_in else None,
            destinations=_menu(request, signed_in) if signed_in else (),
        )
    }


def _identity(actor: Actor) -> Identity:
    person = Staff.objects.using(directory.alias()).get(pk=actor.staff_id)
    return Identity(
        name=person.name,
        staff_id=person.staff_id,
        organisation=f"{person.organisation} {person.section}".strip(),
        duty=ROWS[Duty(actor.duty)].title if actor.duty else "",
        terminal=actor.terminal,
        sign_out=reverse("sign-out"),
    )


def _menu(request: HttpRequest, actor: Actor) -> tuple[Destination, ...]:
    found = []
    here = request.resolver_match.url_name if request.resolver_match else None
    for route, title in MENU:
        url = reverse(route)
        declared = declaration_of(resolve(url).func)
        if declared and (declared.permission is None or actor.may_somewhere(declared.permission)):
            found.append(Destination(title=title, url=url, current=(here or "").split("-")[0] == route))
    return tuple(found)
