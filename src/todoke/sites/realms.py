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

SHARED_APPS: Final[dict[str, frozenset[str]]] = {
    "exchange": frozenset({"linkage", "intermediary", "network"}),
    "batch": frozenset(SYSTEMS),
    "oplog": frozenset(SYSTEMS),
}
"""Tool with tables of its own → systems whose databases hold them: outbox and log live in the sender's transaction."""

PER_MUNICIPALITY: Final = "intermediary"
"""The one system that has a database and role per municipality."""


def systems_of(realm: Realm) -> tuple[str, ...]:
    """Labels of the systems that one realm runs, in a fixed order."""
    return tuple(system for system, owner in SYSTEMS.items() if owner is realm)


def alias(system: str, municipality: str | None = None) -> str:
    """Django database alias: the system label, or `intermediary_14100` for one municipality's wall.

    Raises ValueError for an unknown system, a missing municipality or one too many: fail closed.
    """
    if system not in SYSTEMS:
        raise ValueError(f"unknown system {system!r}")
    if (municipality is not None) != (system == PER_MUNICIPALITY):
        raise ValueError(f"{system} and municipality {municipality!r} do not go together")
    if municipality is None:
        return system
    if len(municipality) != 5 or not (municipality.isascii() and municipality.isdigit()):
        raise ValueError("a municipality is five digits")
    return f"{system}_{municipality}"


def system_of(database_alias: str) -> str:
    """The system label behind a database alias; raises ValueError for an unknown one."""
    system = database_alias.partition("_")[0]
    if system not in SYSTEMS:
        raise ValueError(f"unknown database alias {database_alias!r}")
    return system
