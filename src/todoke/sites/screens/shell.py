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
from todoke.access.models import Grant, GrantState, Staff
from todoke.access.permissions import Actor
from todoke.kernel import clock
from todoke.pages.shell import Destination, Identity, Shell
from todoke.sites.realms import Realm
from todoke.sites.status import TITLES

MENU: Final = (
    ("home", "ホーム", ()),
    ("staff", "利用者", ("staff-", "grant-request")),
    ("grants", "権限", ("grant", "matrix")),
    ("sessions", "サインイン中", ("session-", "alarms")),
    ("personnel", "人事情報", ("personnel-",)),
    ("contracts", "委託契約", ("contract-",)),
    ("training", "研修", ("training-",)),
    ("terminals", "端末", ("terminal-",)),
    ("log", "操作の記録", ("log-",)),
)
"""Route and title of every entry, in the order of the menu, and how the routes below it begin.

The declaration of its view decides who sees an entry.
"""
_LEADS_TO: Final = {"log": "log-purpose"}
"""Entries that begin at another page: a purpose is asked for before the log is opened, not after a refusal."""


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
        choose_duty=reverse("duty") if len(duties_of(actor.staff_id)) > 1 else "",
    )


def duties_of(staff_id: str) -> list[str]:
    """The duties in which the person holds a right today."""
    today = clock.today()
    rights = Grant.objects.using(directory.alias()).filter(
        staff_id=staff_id, state=GrantState.CONFIRMED, valid_from__lte=today, valid_until__gte=today
    )
    return sorted(set(rights.values_list("duty", flat=True)))


def _menu(request: HttpRequest, actor: Actor) -> tuple[Destination, ...]:
    here = (request.resolver_match.url_name if request.resolver_match else None) or ""
    current = next((route for route, _, below in MENU if here == route or here.startswith(below)), "")
    return tuple(
        Destination(title=title, url=reverse(_LEADS_TO.get(route, route)), current=route == current)
        for route, title, _ in MENU
        if _open_to(actor, route)
    )


def _open_to(actor: Actor, route: str) -> bool:
    declared = declaration_of(resolve(reverse(route)).func)
    if declared is None:
        return False
    return declared.permission is None or actor.may_somewhere(declared.permission)
