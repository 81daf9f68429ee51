"""機関 of a municipality, and how the entries of 照会許可照会リスト name them; the same at the network and at both ends.

`*` stands for the main organisation (市長部局) of every municipality, `*` and five digits for every municipality's
organisation of that kind. Any other organisation asks and provides only where an entry names it.
"""

from __future__ import annotations

from typing import Final

from todoke.identifiers.municipality import MAIN_KIND

EVERYONE: Final = "*"


def named(entry: str, organisation: str) -> str:
    """SQL: whether the entry's column `entry` names the organisation; both are SQL expressions."""
    kind = f"right({organisation}, 5)"
    return (
        f"({entry} IN ({organisation}, '*' || {kind}) OR ({entry} = '{EVERYONE}' AND {kind} = '{MAIN_KIND}'))"
    )
