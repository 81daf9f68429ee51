"""止めない更新 (expand, then contract): which migrations after the last release would break the code of that release.

While sites are brought up to date, old code runs on the new tables. So a migration may add, and may not take away, rename,
narrow, or demand what old code does not write. What must go, goes one release later: that migration says `contracts`, the
release since which no code uses it (docs/upgrade.md). `python -m todoke.sites.database.upgrade --record RELEASE` begins anew.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from django.db import connections
from django.db.migrations import Migration, RunSQL
from django.db.migrations import operations as do
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Field

BASELINE: Final = Path(__file__).with_name("released.txt")
_TAKES: Final = (do.RemoveField, do.DeleteModel, do.RenameField, do.RenameModel, do.AlterModelTable)
_SQL: Final = re.compile(
    r"\bDROP\s+(?:TABLE|COLUMN|VIEW)\b|\bRENAME\s+(?:TO|COLUMN)\b|\bSET\s+NOT\s+NULL\b"
    r"|\bALTER\s+COLUMN\s+\w+\s+(?:SET\s+DATA\s+)?TYPE\b"
    r"|\bADD\s+COLUMN\s+(?:(?!DEFAULT|GENERATED)[^,;])*\bNOT\s+NULL\b(?![^,;]*\b(?:DEFAULT|GENERATED)\b)",
    re.IGNORECASE,
)


def baseline() -> tuple[str, frozenset[str]]:
    """The last release, and its migrations (`app.name`)."""
    first, *names = BASELINE.read_text(encoding="ascii").split()
    return first, frozenset(names)


def record(release: str) -> int:
    """Write today's migrations down as those of a release; how many."""
    names = sorted(f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations if _ours(app))
    BASELINE.write_text("\n".join([release, *names]) + "\n", encoding="ascii")
    return len(names)


def breaches() -> list[str]:
    """What migrations since the last release take from its code, as `app.name: what`."""
    release, known = baseline()
    loader = MigrationLoader(None)
    found: list[str] = []
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if _ours(app) and f"{app}.{name}" not in known:
            state = loader.project_state((app, name), at_end=False)
            found += [f"{app}.{name}: {what}" for what in taken(migration, state, release)]
    return found


def taken(migration: Migration, state: ProjectState, release: str) -> Iterator[str]:
    """What one migration takes; nothing when it says that the code of `release` uses it no more."""
    contracts = getattr(migration, "contracts", "")
    if contracts and _number(contracts) <= _number(release):
        return
    before = set(state.models)
    for one in _flat(migration.operations):
        # a table that this migration itself makes is known to no code that runs
        table = (migration.app_label, getattr(one, "model_name_lower", ""))
        if table in before or table not in state.models:
            yield from _taken(one, migration.app_label, state)
        one.state_forwards(migration.app_label, state)


def _flat(operations: Sequence[Operation]) -> Iterator[Operation]:
    for one in operations:
        if isinstance(one, do.SeparateDatabaseAndState):
            yield from _flat([*one.database_operations, *one.state_operations])
        else:
            yield one


def _taken(one: Operation, app: str, state: ProjectState) -> Iterator[str]:
    if isinstance(one, _TAKES):
        yield one.describe()
    elif isinstance(one, do.AddField) and _demands(one.field):
        yield f"{one.describe()} (NOT NULL without db_default)"
    elif isinstance(one, do.AlterField):
        old = state.models[app, one.model_name_lower].fields[one.name]
        if (old.null and not one.field.null) or _type(old) != _type(one.field):
            yield f"{one.describe()} (narrower)"
    elif isinstance(one, RunSQL):
        yield from (f"SQL: {' '.join(hit.group().split())[:60]}" for hit in _SQL.finditer(str(one.sql)))


def _demands(field: Field[Any, Any]) -> bool:
    """Whether an INSERT that does not name the column fails."""
    return not (field.null or field.has_db_default() or field.many_to_many or field.generated)


def _type(field: Field[Any, Any]) -> str | None:
    """Asked of the vendor, not of a server."""
    vendor = next(name for name in connections if name != "default")
    return None if field.many_to_many else field.db_type(connections[vendor])


def _ours(app: str) -> bool:
    return app not in ("contenttypes", "auth", "sessions", "admin")


def _number(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1:2] == ["--record"]:
        record(sys.argv[2])
    else:
        sys.stdout.writelines(f"{line}\n" for line in breaches())
