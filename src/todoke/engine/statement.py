"""A set-based job as data: relations in sealed Parquet, steps in SQL that every engine understands, ordered rows out.

Because it is data, it is sealed beside what it made, and can be run again when the code that wrote it has moved on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from todoke.kernel.errors import ErrorCode, TodokeError

Totals = dict[str, int]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One named relation. `kept`: it is worked out once and read by several; otherwise it is only a name."""

    name: str
    query: str
    kept: bool = False


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that are written as a Parquet file, ordered by `key`, which is different in every row."""

    name: str
    query: str
    key: str


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """`asked` and `written`: one row of counts each, over relations and steps, and over the outputs, by column name.

    `absent`: relation that may have no file → its columns and their SQL types. `words`: column of a kept step or of an
    output → every word that it may hold; such columns are compared for equality only, never put in order.
    """

    steps: tuple[Step, ...]
    outputs: tuple[Output, ...]
    asked: str
    written: str
    absent: dict[str, dict[str, str]] = {}
    words: dict[str, tuple[str, ...]] = {}

    def sealed(self) -> bytes:
        """The bytes that stand for the statement: JSON, keys in order."""
        return msgspec.json.format(msgspec.json.encode(self, order="sorted"), indent=1)

    @property
    def sha256(self) -> str:
        """SHA-256 of `sealed`, hex."""
        return hashlib.sha256(self.sealed()).hexdigest()

    def relations(self, files: Mapping[str, Path | None]) -> dict[str, str]:
        """Relation without a file → a query with its columns and no row."""
        return {
            name: f"SELECT {', '.join(f'CAST(NULL AS {kind}) AS {column}' for column, kind in columns.items())} WHERE false"
            for name, columns in self.absent.items()
            if files.get(name) is None
        }


Check = Callable[[Totals], None]


class Engine(Protocol):
    """Runs a statement. Two engines given the same statement and files write the same rows in the same order."""

    @property
    def name(self) -> str:
        """The word for it on the command line and in the seal."""

    @property
    def version(self) -> str:
        """The version of the library that does the work."""

    def run(
        self, statement: Statement, files: Mapping[str, Path | None], out: Mapping[str, Path], check: Check
    ) -> Totals:
        """Write every output to its path of `out`; no file appears unless `check` lets the totals pass.

        SETUP_MISSING when the engine cannot work here, UNAVAILABLE when its cluster does not answer.
        """


def unsealed(data: bytes) -> Statement:
    """The statement that `sealed` gave; MESSAGE_INVALID for anything else."""
    try:
        return msgspec.json.decode(data, type=Statement)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise TodokeError(ErrorCode.MESSAGE_INVALID, detail="封印された判定の式を読めません") from error
