"""The keys by which people are found, made of the register's entries that are preferred, and put beside the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import pyarrow as pa

from todoke.engine import postgres
from todoke.systems.benefits.rules.households import search_forms

ALIAS = "benefits"
COLUMNS: Final = (
    "household_code", "birth_date", "name_key", "given_key", "kana_key", "given_kana_key", "address_key", "town_key", "edition",
)  # fmt: skip
LISTED: Final = ", ".join(COLUMNS)
_CHUNK: Final = 200_000
_SCHEMA: Final = pa.schema(
    {name: pa.string() for name in ("resident_code", "register", "household_code")}
    | {"birth_date": pa.date32()}
    | {name: pa.string() for name in ("name_kanji", "name_kana", "address")}
)


@dataclass(frozen=True)
class Keys:
    """Keys for a city whose people leave out `home`, prefecture and city, from an address."""

    home: tuple[str, ...]

    def stage(self, chunks: Iterable[pa.Table]) -> None:
        """A temporary table `keyed` of the people in `chunks` (of an entry each); one chunk is in memory at a time."""
        postgres.stage(ALIAS, "keyed", self._of(_SCHEMA.empty_table()))
        for chunk in chunks:
            postgres.copy_in(ALIAS, "keyed", self._of(chunk))

    def _of(self, people: pa.Table) -> pa.Table:
        keys = search_forms.of(people, self.home)
        found = people.select(["resident_code", "register", "household_code", "birth_date"])
        for name in keys.column_names:
            found = found.append_column(name, keys[name])
        return found.append_column("edition", pa.repeat(search_forms.EDITION, people.num_rows))

    @staticmethod
    def from_query(query: str, given: list[object]) -> Iterator[pa.Table]:
        """Chunks of the rows of a query: resident_code, side, household_code, birth_date, name_kanji, name_kana, address."""
        found = postgres.chunks(ALIAS, query, given, 50_000)
        while rows := list(islice(found, _CHUNK)):
            columns = zip(*rows, strict=True)
            yield pa.table(
                [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)],
                schema=_SCHEMA,
            )

    @staticmethod
    def from_register(register: pa.Table, side: str) -> Iterator[pa.Table]:
        """Chunks of a whole register."""
        marked = register.append_column("register", pa.repeat(side, register.num_rows)).select(_SCHEMA.names)
        for first in range(0, marked.num_rows, _CHUNK):
            yield marked.slice(first, _CHUNK)
