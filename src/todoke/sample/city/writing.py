"""Invent a city and write its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from todoke.sample.city import changes, files, neighbours, responses, tables
from todoke.sample.city.frame import NEIGHBOURS
from todoke.sample.city.invention import City, invent
from todoke.sample.city.text import Text

_OWN_FILES: dict[str, Callable[[City], dict[str, Text]]] = {
    "residents_base.csv": tables.base_register,
    "residents_latest.csv": tables.latest_register,
    "tax.csv": tables.tax_roll,
    "assistance.csv": tables.assistance_rows,
    "individual_numbers.csv": tables.individual_numbers,
    "national/juki.csv": tables.juki,
}
_FILES = len(_OWN_FILES) + 1 + len(changes.DAYS) + 2 * len(NEIGHBOURS)


def write(
    residents: int, seed: int, out: Path, progress: Callable[[int, int], None] | None = None
) -> dict[str, int]:
    """Write every file of docs/data.md under `out` for a city of `residents` people (at least 1).

    The same `residents` and `seed` (0 or more) give the same bytes. Returns the number of rows by file name;
    `progress` is told how many of how many parts are done.
    """
    assert residents > 0
    assert seed >= 0
    total = _FILES + 1
    city = invent(residents, seed)
    counts: dict[str, int] = {}
    if progress:
        progress(1, total)
    for name, layout, columns in _tables(city):
        counts[name] = files.write(out, name, columns, layout=layout)
        if progress:
            progress(len(counts) + 1, total)
    return counts


def _tables(city: City) -> Iterator[tuple[str, str, dict[str, Text]]]:
    """(file name, layout, columns) of one file after another."""
    for name, columns_of in _OWN_FILES.items():
        yield name, name, columns_of(city)
    yield "responses.csv", "responses.csv", _responses(city)
    for day, changed in changes.files(city.seed, tables.latest_register(city)):
        yield f"changes/{day}.csv", "changes/<day>.csv", changed
    for code, known, replica in neighbours.tables(
        city.seed, city.entries, city.incomes, city.individual_numbers
    ):
        yield f"neighbours/{code}/numbers.csv", "neighbours/<code>/numbers.csv", known
        yield f"neighbours/{code}/replica.csv", "neighbours/<code>/replica.csv", replica


def _responses(city: City) -> dict[str, Text]:
    return responses.answer(
        city.seed,
        people=city.people,
        names=city.names,
        protected=city.protected,
        roll=city.roll,
        latest=city.latest,
        resident_codes=city.resident_codes,
        household_codes=city.household_codes,
    )
