"""The three realms, their systems, and which shared room keeps tables in which system's database."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Realm(StrEnum):
    """One operator: a deployable site with its own secrets, staff and databases (DESIGN §3)."""

    CITY = "city"
    PLATFORM = "platform"
    NATIONAL = "national"


SYSTEMS: Final[dict[str, Realm]] = {
    "residents": Realm.CITY,
    "benefits": Realm.CITY,
    "inquiry": Realm.CITY,
    "linkage": Realm.CITY,
    "intermediary": Realm.PLATFORM,
    "network": Realm.NATIONAL,
}
"""System label → realm. The label is also the Django app label and the database alias (but see `alias`)."""

TRIAL_TERMINALS: Final = {Realm.CITY: 8401, Realm.PLATFORM: 8402, Realm.NATIONAL: 8403}
"""Loopback ports on which `todoke serve` lets a browser of this machine be a terminal (see terminal_agent)."""

DIRECTORY: Final = "directory"
"""職員名簿: every realm has a database of its own for staff, rights, sessions and terminals (`directory_city`)."""

SHARED_APPS: Final[dict[str, frozenset[str]]] = {
    "exchange": frozenset({"linkage", "intermediary", "network"}),
    "batch": frozenset({*SYSTEMS, DIRECTORY}),
    "oplog": frozenset({*SYSTEMS, DIRECTORY}),
    "access": frozenset({DIRECTORY}),
    "custody": frozenset({*SYSTEMS, DIRECTORY}),
    "assurance": frozenset({DIRECTORY}),
}
"""Tool with tables of its own → systems whose databases hold them: outbox and log live in the sender's transaction."""

PER_MUNICIPALITY: Final = "intermediary"
"""The one system that has a database and role per municipality."""


def systems_of(realm: Realm) -> tuple[str, ...]:
    """Labels of the systems that one realm runs, in a fixed order."""
    return tuple(system for system, owner in SYSTEMS.items() if owner is realm)


def alias(system: str, part: str | None = None) -> str:
    """Django database alias: the system label, `intermediary_14100` for one municipality's wall, `directory_city`.

    Raises ValueError for an unknown system or realm, a missing part or one too many: fail closed.
    """
    if system not in (*SYSTEMS, DIRECTORY):
        raise ValueError(f"unknown system {system!r}")
    if (part is not None) != (system in (PER_MUNICIPALITY, DIRECTORY)):
        raise ValueError(f"{system} and {part!r} do not go together")
    if part is None:
        return system
    if system == DIRECTORY:
        return f"{system}_{Realm(part).value}"
    if len(part) != 5 or not (part.isascii() and part.isdigit()):
        raise ValueError("a municipality is five digits")
    return f"{system}_{part}"


def system_of(database_alias: str) -> str:
    """The system label (or `directory`) behind a database alias; raises ValueError for an unknown one."""
    system = database_alias.partition("_")[0]
    if system not in (*SYSTEMS, DIRECTORY):
        raise ValueError(f"unknown database alias {database_alias!r}")
    return system


def realm_of(system: str, part: str | None = None) -> Realm:
    """The realm that keeps a database; raises ValueError for an unknown one."""
    if system == DIRECTORY and part is not None:
        return Realm(part)
    if system not in SYSTEMS:
        raise ValueError(f"unknown system {system!r}")
    return SYSTEMS[system]
