"""Point reads of the files that decisions were sealed with, for the length of one page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from todoke.engine import duck, snapshots

T = TypeVar("T")
Row = dict[str, Any]


@dataclass(frozen=True)
class Reader:
    """Reads sealed files for one page: what two decisions share is read once."""

    connection: duckdb.DuckDBPyConnection
    memory: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """What `make` gives, made once for the page."""
        if key not in self.memory:
            self.memory[key] = make()
        found: T = self.memory[key]
        return found

    def rows(self, query: str, path: str, sha256: str, **given: str) -> list[Row]:
        """The rows of `query` over a file that is still what it was sealed as."""

        def read() -> list[Row]:
            file = snapshots.check_unchanged(Path(path), sha256)
            found = self.connection.execute(query, {"file": str(file), **given})
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

        return self.once((query, sha256, *sorted(given.items())), read)

    def of(self, query: str, path: str, sha256: str, codes: Sequence[str], **given: str) -> list[Row]:
        """The rows of some persons. Their codes stand in the query one by one: only then are row groups skipped."""
        names = {f"code_{place}": code for place, code in enumerate(codes)}
        listed = query.format(codes=", ".join(f"${name}" for name in names) or "NULL")
        return self.rows(listed, path, sha256, **names, **given)


@contextmanager
def reader() -> Iterator[Reader]:
    """For the length of one page."""
    with duck.cursor() as connection:
        yield Reader(connection)
