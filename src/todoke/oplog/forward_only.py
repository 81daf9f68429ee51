"""Append-only tables whose state may still move forward: a trigger refuses every other change (DESIGN law 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from django.db.migrations import RunSQL

S = TypeVar("S", bound=str)

_SQL = """
CREATE FUNCTION {table}_forward_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'table {table} is append-only: % refused', TG_OP USING ERRCODE = '23514';
    END IF;
    IF (to_jsonb(NEW) - ARRAY[{free}]) IS DISTINCT FROM (to_jsonb(OLD) - ARRAY[{free}]) THEN
        RAISE EXCEPTION 'table {table}: only {state} and its time may change' USING ERRCODE = '23514';
    END IF;
    IF NEW IS DISTINCT FROM OLD AND (OLD.{state}, NEW.{state}) NOT IN ({steps}) THEN
        RAISE EXCEPTION 'table {table}: % may not follow %', NEW.{state}, OLD.{state} USING ERRCODE = '23514';
    END IF;
    IF NEW.{time} < OLD.{time} THEN
        RAISE EXCEPTION 'table {table}: {time} may not go back' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {table}_forward_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_forward_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_forward_only();
"""
_UNDO = """
DROP TRIGGER {table}_no_truncate ON {table};
DROP TRIGGER {table}_forward_only ON {table};
DROP FUNCTION {table}_forward_only();
"""


def forward_only(
    table: str, *, state: str, time: str, steps: Mapping[S, Sequence[S]], also: Sequence[str] = ()
) -> RunSQL:
    """The migration operation: rows stay, only `state`, its `time` and `also` change, and only along `steps`."""
    pairs = ", ".join(f"('{old}', '{new}')" for old, news in steps.items() for new in news)
    free = ", ".join(f"'{column}'" for column in (state, time, *also))
    statement = _SQL.format(table=table, state=state, time=time, free=free, steps=pairs)
    return RunSQL(statement, _UNDO.format(table=table))
