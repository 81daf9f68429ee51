"""Files of masters for tests: the sample city's people with invented tax items, and the way to the intermediary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.systems import city, copies
from tests.systems.three_towns import Towns
from todoke.contracts.information import TAX_ITEMS
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.transport import Transport
from todoke.records.layouts.replica_masters_v2021 import MASTERS

CITY = "city:14100"
INTERMEDIARY = "intermediary_14100"


def row(
    local_number: str, *, year: int = 2021, delete: bool = False, held: bool = False, **changes: str
) -> dict[str, str]:
    """One row; `changes` by column name. The last item has a reason instead of a value."""
    values = dict.fromkeys(MASTERS.names, "")
    values |= {"local_number": local_number, "fiscal_year": str(year), "change": "2" if delete else "1"}
    values["auto_reply_prohibited"] = "1" if held else "0"
    if not delete:
        values |= dict.fromkeys(TAX_ITEMS, "0") | {"tax_year": str(year), "taxing_municipality": ""}
        values |= {
            "taxing_municipality_reason": "NotAcceptable",
            "total_income": local_number[-6:].lstrip("0") or "0",
        }
    return values | changes


def local_numbers(count: int) -> list[str]:
    """The first residents of the small city, by number."""
    return sorted(line["resident_code"] for line in city.rows("individual_numbers.csv"))[:count]


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    return city.write_rows(path, [dict(one) for one in rows])


def dispatcher(transport: Transport) -> Dispatcher:
    return Dispatcher(transport, {CITY: "linkage"}, longest_wait=timedelta(seconds=0.1))


def stored(towns: Towns, what: str = "count(*)", where: str = "true") -> Any:
    """A value over the replicas that the city's intermediary really holds."""
    if what.removesuffix("_reason") in TAX_ITEMS:
        ((copy),) = copies.opened(INTERMEDIARY, where)
        return copy[what]
    ((value,),) = towns.rows(INTERMEDIARY, f"SELECT {what} FROM intermediary_replica WHERE {where}")
    return value
