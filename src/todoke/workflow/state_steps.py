"""A trigger that lets a row's state change only along the steps of its flow, also for bulk work and by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.migrations import RunSQL

_SQL = """
CREATE FUNCTION {table}_state_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'table {table}: rows stay' USING ERRCODE = '23514';
    END IF;
    IF (OLD.state, NEW.state) NOT IN ({steps}) THEN
        RAISE EXCEPTION 'table {table}: % may not follow %', NEW.state, OLD.state USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {table}_state_step BEFORE UPDATE ON {table}
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION {table}_state_step();
CREATE TRIGGER {table}_rows_stay BEFORE DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_state_step();
"""
_UNDO = """
DROP TRIGGER {table}_rows_stay ON {table};
DROP TRIGGER {table}_state_step ON {table};
DROP FUNCTION {table}_state_step();
"""


def state_steps(table: str, steps: Mapping[str, Iterable[str]]) -> RunSQL:
    """The migration operation for `table`, whose column is called `state`; `steps`: state → states that may follow."""
    pairs = ", ".join(f"('{old}', '{new}')" for old, news in steps.items() for new in sorted(news))
    return RunSQL(_SQL.format(table=table, steps=pairs), _UNDO.format(table=table))
