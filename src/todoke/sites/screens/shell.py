"""What the shell shows of this site and of whoever is signed in: identity, and a menu of what the person may do."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_urlconf, resolve, reverse

from todoke.access import directory
from todoke.access.duties import ROWS, Duty
from todoke.access.guard import Declaration, declaration_of
from todoke.access.models import Grant, GrantState, Staff
from todoke.access.permissions import Actor
from todoke.kernel import clock
from todoke.pages.shell import Destination, Entry, Identity, Shell, under
from todoke.sites import guide, system_webs
from todoke.sites.monitoring.status import TITLES
from todoke.sites.realms import Realm

HOME: Final = Entry(route="home", title="ホーム")
MENU: Final = (
    *under(
        "職員と権限",
        Entry(route="staff", title="利用者", below=("staff-", "grant-request")),
        Entry(route="grants", title="権限", below=("grant", "matrix")),
        Entry(route="sessions", title="サインイン中", below=("session-", "alarms")),
        Entry(route="personnel", title="人事情報", below=("personnel-",)),
        Entry(route="contracts", title="委託契約", below=("contract-",)),
        Entry(route="training", title="研修", below=("training-",)),
        Entry(route="terminals", title="端末", below=("terminal-",)),
        Entry(route="keys", title="鍵と証明書"),
    ),
    *under(
        "記録と保存",
        Entry(route="exports", title="データの出力", below=("export",)),
        Entry(route="keepings", title="保存期間と消去", below=("keeping",)),
        Entry(route="log", title="操作の記録", below=("log-",), leads_to="log-purpose"),
    ),
)
"""What every site has; the entries of its systems stand before."""
_VERSION: Final = version("todoke")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Django context processor: `shell` for `pages/base.html`."""
    realm = Realm(settings.TODOKE_REALM)
    actor = getattr(request, "actor", None)
    signed_in = actor if isinstance(actor, Actor) else None
    return {
        "shell": Shell(
            site=TITLES[realm],
            realm=realm.value,
            version=_VERSION,
            identity=_identity(signed_in) if signed_in else None,
            help=_help(request) if signed_in else None,
            destinations=_menu(request, signed_in) if signed_in else (),
        )
    }


def _help(request: HttpRequest) -> Destination:
    """The section of the manual that explains the screen which was asked for; its first page where there is none."""
    place = guide.table().get(_route(request))
    if place is None:
        return Destination(title="手引き", url=reverse("manual"))
    return Destination(title="この画面の手引き", url=f"{reverse('manual')}/{place.path}")


def _route(request: HttpRequest) -> str:
    return (request.resolver_match.url_name if request.resolver_match else None) or ""


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
    entries = (HOME, *system_webs.menu(), *MENU)
    here = _route(request)
    current = next((each for each in entries if here == each.route or here.startswith(each.below)), None)
    return tuple(
        Destination(
            title=each.title,
            url=_address(each, get_urlconf()),
            current=each is current,
            heading=each.heading,
        )
        for each in entries
        if _open_to(actor, _declared(each.route, get_urlconf()))
    )


@cache
def _address(entry: Entry, urlconf: str | None) -> str:
    return reverse(entry.leads_to or entry.route, urlconf)


@cache
def _declared(route: str, urlconf: str | None) -> Declaration | None:
    return declaration_of(resolve(reverse(route, urlconf), urlconf).func)


def _open_to(actor: Actor, declared: Declaration | None) -> bool:
    if declared is None:
        return False
    return declared.permission is None or actor.may_somewhere(declared.permission)
