"""画面の外枠 (Shell): what every page shows around its own content. The site fills it in; nothing here asks a database."""

from __future__ import annotations

from dataclasses import dataclass


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


@dataclass(frozen=True, kw_only=True)
class Shell:
    """Site title, its realm (which colours the page), the version, and, when somebody is signed in, identity and menu."""

    site: str
    realm: str
    version: str
    identity: Identity | None = None
    destinations: tuple[Destination, ...] = ()
