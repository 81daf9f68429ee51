"""副本 of an intermediary as its municipality would read and alter them: with the key. Without it a test sees bytes."""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction

from todoke.contracts.information import TAX_ITEMS, Item
from todoke.systems.intermediary.codecs import items

COLUMNS = ("integrated_number", "fiscal_year", "edition", "auto_reply_prohibited", "contents")


def opened(alias: str, where: str = "true", parameters: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
    """Each copy as a row of clear columns (`<item>`, `<item>_reason`), by person and 年度."""
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(COLUMNS)} FROM intermediary_replica WHERE {where} ORDER BY 1, 2", parameters
        )
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]
    bound = [items.replica_row(r["integrated_number"], r["fiscal_year"], r["edition"]) for r in rows]
    said = items.opened(alias, [row.pop("contents") for row in rows], bound)
    for row, one in zip(rows, said, strict=True):
        for name, item in zip(TAX_ITEMS, one, strict=True):
            row |= {name: item.value, f"{name}_reason": item.reason}
    return rows


def alter(alias: str, integrated_number: str, **changes: Item) -> None:
    """Give one person's copies other items, sealed as if they had been registered so."""
    for row in opened(alias, "integrated_number = %s", (integrated_number,)):
        said = tuple(
            changes[name] if name in changes else Item(row[name], row[f"{name}_reason"]) for name in TAX_ITEMS
        )
        place = (integrated_number, row["fiscal_year"], row["edition"])
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            (sealed,) = items.sealed_column(alias, [said], [items.replica_row(*place)]).to_pylist()
            cursor.execute(
                "UPDATE intermediary_replica SET contents = %s WHERE (integrated_number, fiscal_year, edition) = (%s, %s, %s)",
                [sealed, *place],
            )
