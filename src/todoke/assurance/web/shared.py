"""What the screens of the assessment share: the way back, chips of states, links to what a check looked at."""

from __future__ import annotations

from typing import Final

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.safestring import SafeString

from todoke.access import directory, guard
from todoke.access.permissions import Actor, Permission
from todoke.assurance import queries
from todoke.assurance.checks import Check, State
from todoke.assurance.standings import Standing
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.templatetags.parts import make_chip

READ: Final = Permission.ASSURANCE_READ
TONES: Final = {State.HELD: "good", State.BROKEN: "fail", State.NOT_SHOWN: "wait"}
Crumbs = list[tuple[str, str]]


def crumbs(title: str, route: str, *further: tuple[str, str]) -> Crumbs:
    """From the home page over the list of this subject to here."""
    return [("ホーム", "/"), (title, reverse(route) if further else ""), *further]


def state_chip(state: State) -> SafeString:
    """守られている, 守られていない, まだ示されていない."""
    return make_chip(state.label, TONES[state])


def standings_now() -> list[Standing]:
    """Every promise of this realm by the newest run and the newest confirmations."""
    return queries.newest_standings(directory.alias(), directory.realm())


def standing_of(promise_id: str) -> Standing:
    """One promise of this realm. Errors: NOT_FOUND."""
    for one in standings_now():
        if one.promise.id == promise_id:
            return one
    raise TodokeError(ErrorCode.NOT_FOUND, what="措置")


def seen_at(actor: Actor, check: Check) -> str:
    """The address of the screen on which this person sees what the check looked at; empty where there is none for them."""
    if not check.link:
        return ""
    try:
        address = reverse(check.link)
    except NoReverseMatch:  # a screen of another realm, or of one thing only
        return ""
    declared = guard.declaration_of(resolve(address).func)
    allowed = declared is None or declared.permission is None or actor.may_somewhere(declared.permission)
    return address if allowed else ""
