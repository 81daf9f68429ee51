"""The one runner: permission, lock, guard, write, log — set-based, in one transaction, all rows or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connections, transaction
from psycopg import sql

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.workflow.flow import Flow, Step


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Which rows move: a condition over the flow's table `r` (also `r.id IN (SELECT id FROM my_temporary_table)`).

    `expected`: how many the person saw; another number is refused. Use `of` for keys.
    """

    where: str
    values: Mapping[str, Any] = field(default_factory=dict)
    expected: int | None = None


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A temporary table with the flow's key and these columns: what the step writes where it differs from row to row."""

    table: str
    columns: tuple[str, ...]


def of(flow: Flow, keys: Sequence[object]) -> Rows:
    """Exactly the rows with these keys; a missing one is a conflict."""
    distinct = sorted(set(keys), key=str)
    return Rows(where=f"r.{flow.key} = ANY(%(keys)s)", values={"keys": distinct}, expected=len(distinct))


def move(
    alias: str,
    flow: Flow,
    rows: Rows,
    *,
    to: str,
    by: Actor,
    reason: str = "",
    subject: str | None = None,
    persons: int | None = None,
    about: Person | None = None,
    also: Mapping[str, Any] | None = None,
    beside: Beside | None = None,
) -> int:
    """Move rows one step and log it; returns how many. Joins the caller's transaction if there is one.

    `persons`: how many people the log is to name where rows are no persons; `about`: the one whom the only row concerns. `also`: further columns that the step writes, with their values;
    `beside`: with a value for each row.

    Errors, all or none: PERMISSION_DENIED, RECORD_INVALID without the reason that the flow asks for, STATE_CONFLICT with
    how many rows do not stand where the step begins (or lack earlier acts, or are not the number seen), SAME_PERSON with
    how many rows the actor has acted on before.
    """
    steps = flow.into(to)
    permission = _permitted(flow, steps, to, by)
    if flow.reason and not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        values = {
            **rows.values,
            **{f"flow_also_{column}": value for column, value in (also or {}).items()},
            "flow_to": str(to),
            "flow_by": by.staff_id,
            "flow_now": clock.now(),
            "flow_reason": reason,
        }
        cursor.execute("DROP TABLE IF EXISTS flow_rows")
        cursor.execute(_lock(flow, rows.where), values)
        cursor.execute(_guard(flow, steps), values)
        _judge(cursor.fetchall(), steps, rows.expected, by)
        cursor.execute("SELECT count(*) FROM flow_rows")
        (meant,) = cursor.fetchone() or (0,)
        cursor.execute(_write(flow, steps, also or {}, beside), values)
        count = int(cursor.rowcount)
        if count != meant:
            raise _conflict(f"{meant:,} 件のうち {meant - count:,} 件には書く値がありません")
        cursor.execute("DROP TABLE flow_rows")
        record(
            alias,
            by=by,
            verb=flow.logged.get(str(to), permission.value),
            subject=subject or f"{flow.name}:{to}",
            persons=count if persons is None else persons,
            about=about,
        )
    return count


def _permitted(flow: Flow, steps: Sequence[Step], to: str, by: Actor) -> Permission:
    """The permission by which the actor may make any of the steps; refused before a row is locked."""
    if not steps:
        raise ValueError(f"no step of flow {flow.name} leads to {to}")
    asked = [permission for step in steps for permission in step.permissions]
    held = next((permission for permission in asked if by.may(permission)), None)
    require(by, held or asked[0])
    return held or asked[0]


def _lock(flow: Flow, where: str) -> str:
    return (
        f"CREATE TEMPORARY TABLE flow_rows ON COMMIT DROP AS SELECT r.* FROM {flow.table} r"
        f" WHERE {where} ORDER BY r.{flow.key} FOR UPDATE OF r"
    )


def _guard(flow: Flow, steps: Sequence[Step]) -> sql.Composed:
    """Per state: how many rows, how many the actor acted on before, how many lack an earlier act."""
    same = lacking = sql.Composed([sql.SQL("false")])
    for step in steps:
        if step.own:
            columns = sql.SQL(", ").join(map(sql.Identifier, step.own))
            here = sql.SQL("{} = {}").format(sql.Identifier(flow.state), sql.Literal(str(step.before)))
            same += sql.SQL(" OR ({} AND %(flow_by)s IN ({}))").format(here, columns)
            lacking += sql.SQL(" OR ({} AND num_nonnulls({}) < {})").format(
                here, columns, sql.Literal(step.approvals)
            )
    return sql.SQL(
        "SELECT {state}, count(*), count(*) FILTER (WHERE {same}), count(*) FILTER (WHERE {lacking})"
        " FROM flow_rows GROUP BY 1"
    ).format(state=sql.Identifier(flow.state), same=same, lacking=lacking)


def _judge(
    found: Sequence[tuple[str, int, int, int]], steps: Sequence[Step], expected: int | None, by: Actor
) -> None:
    open_to = {
        str(step.before) for step in steps if any(by.may(permission) for permission in step.permissions)
    }
    count = sum(number for _, number, _, _ in found)
    elsewhere = sum(number for state, number, _, _ in found if state not in open_to)
    if expected is not None and count != expected:
        raise _conflict(f"対象は {expected:,} 件のはずですが {count:,} 件です")
    if elsewhere:
        raise _conflict(f"{count:,} 件のうち {elsewhere:,} 件はこの操作ができる状態ではありません")
    if lacking := sum(number for _, _, _, number in found):
        raise _conflict(f"{count:,} 件のうち {lacking:,} 件は先に必要な承認がありません")
    if same := sum(number for _, _, number, _ in found):
        raise TodokeError(ErrorCode.SAME_PERSON, count=same)


def _write(flow: Flow, steps: Sequence[Step], also: Iterable[str], beside: Beside | None) -> sql.Composed:
    columns = {flow.state: "%(flow_to)s"}
    columns |= {flow.at: "%(flow_now)s"} if flow.at else {}
    columns |= {flow.by: "%(flow_by)s"} if flow.by else {}
    columns |= {flow.reason: "%(flow_reason)s"} if flow.reason else {}
    columns |= {column: f"%(flow_also_{column})s" for column in also}
    columns |= {column: f'b."{column}"' for column in (beside.columns if beside else ())}
    for step in steps:
        if step.act:
            columns |= {step.act: "%(flow_by)s", step.act.removesuffix("_by") + "_at": "%(flow_now)s"}
    sets = sql.SQL(", ").join(
        sql.SQL("{} = ").format(sql.Identifier(column)) + sql.SQL(value) for column, value in columns.items()
    )
    key = sql.Identifier(flow.key)
    join: sql.Composable = sql.SQL("")
    if beside:
        join = sql.SQL(" JOIN {} b USING ({})").format(sql.Identifier(beside.table), key)
    return sql.SQL("UPDATE {table} r SET {sets} FROM flow_rows f{join} WHERE f.{key} = r.{key}").format(
        table=sql.Identifier(flow.table), sets=sets, join=join, key=key
    )


def _conflict(detail: str) -> TodokeError:
    return TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
