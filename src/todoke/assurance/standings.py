"""措置の状況: every promise of a realm, by its checks or by the newest confirmation of a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from todoke.assurance.checks.check import CITY, PLATFORM, State, Verdict
from todoke.assurance.checks.every import CHECKS
from todoke.assurance.checks.site import Site
from todoke.assurance.models import Confirmation, Finding
from todoke.assurance.promises import Maker, Promise, promises
from todoke.assurance.promises.evidence import checks_of
from todoke.kernel import clock

_HOME: Final = {Maker.CITY: CITY, Maker.SOFTWARE: PLATFORM, Maker.PLATFORM: PLATFORM}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One promise as it stands now. `verdicts`: of its checks; `confirmation`: the newest of a person."""

    promise: Promise
    state: State
    why: tuple[str, ...]
    verdicts: tuple[Verdict, ...] = ()
    confirmation: Confirmation | None = None


def look(site: Site, names: Iterable[str] | None = None) -> dict[str, Verdict]:
    """Run the checks that have something to look at in this realm: all, or these."""
    chosen = CHECKS if names is None else names
    return {name: CHECKS[name].run(site) for name in chosen if site.realm in CHECKS[name].realms}


def own_promises(realm: str) -> list[Promise]:
    """The promises that this realm can show: those with a check here, and its own that people confirm."""
    return [one for one in promises() if _shown_here(one, realm)]


def standings(site: Site, verdicts: Mapping[str, Verdict]) -> list[Standing]:
    """Every promise of the site's realm, in the order of the form."""
    return standings_of(site.realm, site.directory, verdicts)


def standings_of(realm: str, alias: str, verdicts: Mapping[str, Verdict]) -> list[Standing]:
    """The same by verdicts that were kept; `alias`: the realm's directory."""
    newest = newest_confirmations(alias)
    return [_standing(one, verdicts, newest.get(one.id)) for one in own_promises(realm)]


def newest_confirmations(alias: str) -> dict[str, Confirmation]:
    """Promise id → its newest confirmation."""
    found = Confirmation.objects.using(alias).order_by("promise", "-id").distinct("promise")
    return {one.promise: one for one in found}


def _shown_here(promise: Promise, realm: str) -> bool:
    homes = [CHECKS[name].realms for name in checks_of(promise.id)]
    if _HOME[promise.maker] == realm:
        return not homes or any(realm in realms for realms in homes)
    return any(realms == {realm} for realms in homes)  # another realm's promise, part of which stands here


def _standing(promise: Promise, verdicts: Mapping[str, Verdict], seen: Confirmation | None) -> Standing:
    names = checks_of(promise.id)
    if not names:
        return _by_person(promise, seen)
    found = tuple(verdicts[name] for name in names if name in verdicts)
    told = _found_broken(seen)
    why = (*told, *(sentence for one in found for sentence in one.why))
    states = {one.state for one in found}
    if told or State.BROKEN in states:
        state = State.BROKEN
    else:
        state = State.HELD if states == {State.HELD} else State.NOT_SHOWN
    if not found:
        why = (*told, "この領域では、まだ確かめていません。")
    return Standing(promise=promise, state=state, why=why, verdicts=found, confirmation=seen)


def _found_broken(seen: Confirmation | None) -> tuple[str, ...]:
    """What a person found broken is broken, whatever programs see, until somebody finds it kept."""
    if seen is None or seen.finding != Finding.BROKEN:
        return ()
    return (f"{seen.confirmed_by} が守られていないことを確認しました: {seen.note}",)


def _by_person(promise: Promise, seen: Confirmation | None) -> Standing:
    why: tuple[str, ...]
    if seen is None:
        state, why = State.NOT_SHOWN, ("人による確認がまだありません。",)
    elif why := _found_broken(seen):
        state = State.BROKEN
    elif seen.valid_until < clock.today():
        state, why = (
            State.BROKEN,
            (f"{seen.confirmed_by} の確認の期限（{seen.valid_until:%Y-%m-%d}）が過ぎています。",),
        )
    else:
        state, why = State.HELD, ()
    return Standing(promise=promise, state=state, why=why, confirmation=seen)
