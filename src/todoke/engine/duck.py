"""DuckDB for set-based rules: one connection a task, memory and threads bounded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa


@contextmanager
def connect(*, memory: str = "1GB", threads: int = 2) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB that closes itself."""
    connection = duckdb.connect(
        config={"memory_limit": memory, "threads": threads, "autoinstall_known_extensions": "false"}
    )
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor of the process's one DuckDB, for a screen's point reads: a database of its own costs 17 ms of CPU each."""
    own = _shared().cursor()
    try:
        yield own
    finally:
        own.close()


@cache
def _shared() -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": "512MB",
        "threads": 1,
        "autoinstall_known_extensions": "false",
    }
    return duckdb.connect(config=config)


def table(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None
) -> pa.Table:
    """The whole result of `query` ($name for parameters) as Arrow."""
    result: pa.Table = connection.sql(query, params=parameters).to_arrow_table()
    return result
