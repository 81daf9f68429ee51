"""一つの確認 (Check): its name, what it looks at, where that is seen, and its verdict: held, broken and why, not yet shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Final

from todoke.kernel import clock

if TYPE_CHECKING:
    from todoke.assurance.checks.site import Site

Look = Callable[["Site"], Iterable[str]]

CITY, PLATFORM, NATIONAL = "city", "platform", "national"
EVERYWHERE: Final = frozenset({CITY, PLATFORM, NATIONAL})
MOST: Final = 20
"""So many sentences of one check are kept; the rest are counted."""


class State(Enum):
    """What a check, or a promise, stands at."""

    HELD = "held"
    BROKEN = "broken"
    NOT_SHOWN = "not_shown"

    @property
    def label(self) -> str:
        """In Japanese."""
        return {"held": "守られている", "broken": "守られていない", "not_shown": "まだ示されていない"}[
            self.value
        ]


class NotShown(Exception):
    """What a check raises when there is nothing yet by which it could be shown; says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check found, when. `why`: sentences, empty when held."""

    check: str
    state: State
    why: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Check:
    """`looks_at`: what is read, in words; `link`: the route of the screen on which a person sees the same."""

    name: str
    title: str
    looks_at: str
    link: str
    realms: frozenset[str]
    look: Look

    def run(self, site: Site) -> Verdict:
        """Look now."""
        at = clock.now()
        try:
            why = tuple(self.look(site))
        except NotShown as missing:
            return Verdict(check=self.name, state=State.NOT_SHOWN, why=(str(missing),), at=at)
        if len(why) > MOST:
            why = (*why[:MOST], f"ほか {len(why) - MOST:,} 件あります。")
        return Verdict(check=self.name, state=State.BROKEN if why else State.HELD, why=why, at=at)


CHECKS: Final[dict[str, Check]] = {}
"""Name → check, filled as the modules of `checks.every` are imported."""


def check(
    title: str, *, looks_at: str, link: str = "", realms: frozenset[str] = EVERYWHERE, name: str = ""
) -> Callable[[Look], Look]:
    """Register a function under its own name, or under `name`."""

    def register(look: Look) -> Look:
        own = name or look.__name__
        if own in CHECKS:
            raise ValueError(f"two checks are called {own}")
        CHECKS[own] = Check(name=own, title=title, looks_at=looks_at, link=link, realms=realms, look=look)
        return look

    return register


def only(*realms: str) -> frozenset[str]:
    """The realms in which there is something to look at."""
    return frozenset(realms)
