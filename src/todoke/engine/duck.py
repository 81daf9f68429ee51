"""DuckDB for set-based rules: one connection a task, memory and threads bounded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


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
