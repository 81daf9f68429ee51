"""画面の外枠 (Shell): what every page shows around its own content. The site fills it in; nothing here asks a database."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Identity:
    """利用者の帯: who acts, for whom, for which duty, at which terminal."""

    name: str
    staff_id: str
    organisation: str
    duty: str
    terminal: str
    sign_out: str
    choose_duty: str = ""
    """Where another duty can be chosen; empty for a person who has one only."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """One entry of the navigation. Only what the actor may open is given."""

    title: str
    url: str
    current: bool = False
    heading: str = ""
    """Under which it stands in the menu; entries of one heading follow each other."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the menu: the route it opens, and how the routes below it begin. Its view's declaration decides who sees it.

    `leads_to`: the route that a click opens instead, for a page that must ask for a purpose first.
    """

    route: str
    title: str
    below: tuple[str, ...] = ()
    leads_to: str = ""
    heading: str = ""


def under(heading: str, *entries: Entry) -> tuple[Entry, ...]:
    """These entries under one heading of the menu."""
    return tuple(replace(entry, heading=heading) for entry in entries)


@dataclass(frozen=True, kw_only=True)
class Card:
    """今日の仕事: a number on the home page that leads to its list."""

    title: str
    count: int
    link: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Shell:
    """Site title, its realm (which colours the page), the version, and, when somebody is signed in, identity and menu."""

    site: str
    realm: str
    version: str
    identity: Identity | None = None
    help: Destination | None = None
    """Where the manual explains this screen."""
    destinations: tuple[Destination, ...] = ()
