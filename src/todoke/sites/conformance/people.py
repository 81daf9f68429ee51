"""架空の人 (invented persons) of a trial: their numbers, and the items of their copies."""

from __future__ import annotations

import csv
import secrets
from pathlib import Path

from todoke.contracts import intermediary
from todoke.contracts.information import TAX_ITEMS, Item
from todoke.identifiers import individual_number, integrated_number

REGISTER = "juki.csv"
REGISTERED = 4
"""Persons of `juki.csv`, which the operator of a network under trial loads."""


def individual(person: int) -> str:
    """The invented 個人番号 of a person."""
    body = f"98{person:09d}"
    return body + individual_number.check_digit(body)


def write_register(folder: Path) -> None:
    """`juki.csv`: 住民票コード and 個人番号 of the registered persons."""
    with (folder / REGISTER).open("w", encoding="utf-8", newline="") as out:
        rows = [(f"89{p:09d}", individual(p)) for p in range(1, REGISTERED + 1)]
        csv.writer(out).writerows([("juki_code", "individual_number"), *rows])


def integrated() -> str:
    """A new 統合番号 that no earlier run used."""
    return integrated_number.mint(90_000_000_000_000 + secrets.randbelow(9_000_000_000_000))


def link_code() -> str:
    """A new 符号 of the kit's network."""
    return secrets.token_hex(16)


def items(person: int) -> tuple[Item, ...]:
    """Sixteen items that differ from person to person; the last one is absent, with its reason."""
    values = [Item(str(person * 1000 + place), None) for place in range(len(TAX_ITEMS) - 1)]
    return (*values, Item(None, "NotAcceptable"))


def replica(number: str, person: int, *, flagged: bool = False) -> intermediary.ReplicaRecord:
    """A person's copy."""
    return intermediary.ReplicaRecord(number, flagged, items(person))
