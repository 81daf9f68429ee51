"""What the database itself holds of a flow, against bulk SQL and by hand: steps, beginnings, distinct persons, evidence.

Migrations give these generators literals, frozen like every migration; tests/workflow compares what the databases hold
with the flows of the code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.migrations import RunSQL

_STEPS: Final = """
CREATE FUNCTION {table}_state_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'table {table}: rows stay' USING ERRCODE = '23514';
    END IF;
    IF (OLD.{state}, NEW.{state}) NOT IN ({steps}) THEN
        RAISE EXCEPTION 'table {table}: % may not follow %', NEW.{state}, OLD.{state} USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {table}_state_step BEFORE UPDATE ON {table}
    FOR EACH ROW WHEN (OLD.{state} IS DISTINCT FROM NEW.{state}) EXECUTE FUNCTION {table}_state_step();
"""
_STAY: Final = """
CREATE TRIGGER {table}_rows_stay BEFORE DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_state_step();
"""
_STEPS_UNDO: Final = """
DROP TRIGGER IF EXISTS {table}_rows_stay ON {table};
DROP TRIGGER {table}_state_step ON {table};
DROP FUNCTION {table}_state_step();
"""
_STARTS: Final = """
CREATE FUNCTION {table}_state_start() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added WHERE {state} NOT IN ({starts})) THEN
        RAISE EXCEPTION 'table {table}: no row begins in this state' USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {table}_state_start AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {table}_state_start();
"""
_STARTS_UNDO: Final = "DROP TRIGGER {table}_state_start ON {table}; DROP FUNCTION {table}_state_start();"


def state_steps(
    table: str, steps: Mapping[str, Iterable[str]], *, state: str = "state", rows_stay: bool = True
) -> RunSQL:
    """The migration operation that holds the steps of `table`; `steps`: state → states that may follow."""
    pairs = ", ".join(f"('{old}', '{new}')" for old, news in steps.items() for new in sorted(news))
    statement = (_STEPS + (_STAY if rows_stay else "")).format(table=table, state=state, steps=pairs)
    return RunSQL(statement, _STEPS_UNDO.format(table=table))


def state_starts(table: str, starts: Sequence[str], *, state: str = "state") -> RunSQL:
    """The migration operation that lets rows of `table` begin only in the states `starts`."""
    listed = ", ".join(f"'{name}'" for name in starts)
    return RunSQL(_STARTS.format(table=table, state=state, starts=listed), _STARTS_UNDO.format(table=table))


@dataclass(frozen=True, kw_only=True)
class Act:
    """A step that is one person's act, as a migration freezes it: see flow.Step for the words."""

    before: str
    after: str
    act: str
    unlike: tuple[str, ...]
    approvals: int


_ACTS: Final = """
CREATE FUNCTION {table}_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF num_nonnulls({acts}) > 0 THEN
            RAISE EXCEPTION 'table {table}: a row begins without later acts' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END IF;
{checks}
    RETURN NEW;
END $$;
CREATE TRIGGER {table}_acts BEFORE INSERT OR UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_acts();
"""
_ACT: Final = """
    IF OLD.{state} = '{before}' AND NEW.{state} = '{after}' THEN
        IF NEW.{act} IS NULL OR NEW.{act} IN ({unlike}) THEN
            RAISE EXCEPTION 'table {table}: {act} is missing or did an earlier act'
                USING ERRCODE = '23514', CONSTRAINT = '{table}_distinct_persons';
        END IF;
        IF num_nonnulls({unlike}) < {approvals} OR ({unlike_row}) IS DISTINCT FROM ({unlike_old}) THEN
            RAISE EXCEPTION 'table {table}: earlier acts are missing or changed' USING ERRCODE = '23514';
        END IF;
    ELSIF NEW.{act} IS DISTINCT FROM OLD.{act}{or_other} THEN
        RAISE EXCEPTION 'table {table}: {act} is written only by its step' USING ERRCODE = '23514';
    END IF;
"""


def distinct_persons(table: str, acts: Sequence[Act], *, state: str = "state") -> RunSQL:
    """The migration operation by which each act is written only in its step, by somebody who did none of `unlike`.

    The earlier acts must be there and may not be exchanged in the same statement. A column names one act only.
    """
    checks = "".join(_check(table, state, act) for act in acts)
    columns = ", ".join(f"NEW.{act.act}" for act in acts)
    undo = f"DROP TRIGGER {table}_acts ON {table}; DROP FUNCTION {table}_acts();"
    return RunSQL(_ACTS.format(table=table, acts=columns, checks=checks), undo)


def _check(table: str, state: str, act: Act) -> str:
    new, old = (", ".join(f"{row}.{column}" for column in act.unlike) for row in ("NEW", "OLD"))
    return _ACT.format(
        table=table,
        state=state,
        before=act.before,
        after=act.after,
        act=act.act,
        unlike=new,
        unlike_row=f"ROW({new})",
        unlike_old=f"ROW({old})",
        approvals=act.approvals,
        or_other="",
    )


_EVIDENCE: Final = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM moved_to n JOIN moved_from o ON o.{key} = n.{key}
        WHERE o.{state} <> n.{state} AND n.{state} = '{after}' AND NOT EXISTS ({proof})
    ) THEN
        RAISE EXCEPTION 'table {table}: no row becomes {after} without {what}'
            USING ERRCODE = '23514', CONSTRAINT = '{name}';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS moved_from NEW TABLE AS moved_to
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


def evidence(
    table: str, after: str, *, what: str, proof: str, key: str = "id", state: str = "state"
) -> RunSQL:
    """The migration operation by which rows enter a state only with the row that proves the step, set-based.

    `proof` is a query over `n`, the row as it becomes (for example the approval by `n.state_by` at `n.state_at`).
    """
    name = f"{table}_{after}_proved"
    statement = _EVIDENCE.format(
        table=table, name=name, after=after, what=what, proof=proof, key=key, state=state
    )
    return RunSQL(statement, f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();")
