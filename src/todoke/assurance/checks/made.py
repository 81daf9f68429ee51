"""What the migrations made: replayed from their own SQL, so that what somebody took away by hand is missed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from django.db import router
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL, SeparateDatabaseAndState

_STATEMENT: Final = re.compile(
    r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:CONSTRAINT\s+)?TRIGGER\s+(?P<made>\w+)\s[^;]*?\sON\s+(?P<on>\w+)"
    r"|DROP\s+TRIGGER\s+(?:IF\s+EXISTS\s+)?(?P<gone>\w+)\s+ON\s+(?P<off>\w+)"
    r"|DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?P<table>\w+)",
    re.IGNORECASE,
)


@cache
def triggers(alias: str) -> frozenset[tuple[str, str]]:
    """(table, trigger) that stand in a database after all migrations."""
    found: set[tuple[str, str]] = set()
    for text in _statements(alias):
        for match in _STATEMENT.finditer(text):
            if match["made"]:
                found.add((match["on"].lower(), match["made"].lower()))
            elif match["gone"]:
                found.discard((match["off"].lower(), match["gone"].lower()))
            else:
                found = {one for one in found if one[0] != match["table"].lower()}
    return frozenset(found)


def _statements(alias: str) -> Iterator[str]:
    for label, operation in _operations():
        if router.allow_migrate(alias, label):
            yield from _texts(operation)


@cache
def _operations() -> tuple[tuple[str, Any], ...]:
    """(app, operation) of every migration, in an order in which they can run."""
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    order = graph._generate_plan(sorted(graph.leaf_nodes()), at_end=True)
    return tuple((key[0], one) for key in order for one in graph.nodes[key].operations)


def _texts(operation: object) -> Iterator[str]:
    if isinstance(operation, SeparateDatabaseAndState):
        for inner in operation.database_operations:
            yield from _texts(inner)
    if isinstance(operation, RunSQL):
        parts = [operation.sql] if isinstance(operation.sql, str) else operation.sql
        for part in parts:
            yield part if isinstance(part, str) else part[0]
