"""封印 (sealing): settled entries become Merkle segments, and all segments one signed checkpoint.

A sealer takes the rows of transactions below the oldest one still running (`xid < pg_snapshot_xmin(…)`, both above the
base of a restored log: `oplog.restoring`), in the order (xid, id). Such a row can no longer be joined by an earlier one, so nothing is missed; a cursor over ids alone missed
21.8% of rows (facts/exchange.md §e 2). It writes segments only; whoever logs an operation never waits for it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, connections, transaction

from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog import merkle, months, notes, segments
from todoke.oplog.entry import microseconds, moment, tree_leaf
from todoke.oplog.segments import FIRST, MARK_BYTES, ROWS, Segment

LAG_ALARM: Final = 60.0
"""Seconds that the oldest unsealed entry may wait; longer means that a transaction holds the horizon."""

_LOCK = "oplog:sealer"
# A row of a transaction that still runs, or of a later one, is left for the next round. The order is that of the
# index: `ORDER BY xid` without `o.` would mean the number in the first column, and sort the whole log for each batch.
_SETTLED = """
SELECT o.xid::text::bigint, o.id, o.at, o.leaf FROM oplog_operation AS o
WHERE (o.xid, o.id) > (%s::text::xid8, %s)
    AND o.xid < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + oplog_xid_base())::text::xid8
ORDER BY o.xid, o.id LIMIT %s
"""
_NEWEST = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint + oplog_xid_base()"
# the second condition says nothing new, but lets the planner see that few rows are left
_WAITING = """
SELECT count(*), min(o.at) FROM oplog_operation AS o
WHERE (o.xid, o.id) > (%(xid)s::text::xid8, %(id)s) AND o.xid >= %(xid)s::text::xid8
"""
_SEGMENTS = """
SELECT seg, month, n, first_xid::text::bigint, first_id, last_xid::text::bigint, last_id, root, prev, sealed_at
FROM oplog_segment WHERE seg >= %s ORDER BY seg
"""
_INSERT = """
INSERT INTO oplog_segment (seg, month, n, first_xid, first_id, last_xid, last_id, root, prev, sealed_at)
VALUES (%s, %s, %s, %s::text::xid8, %s, %s::text::xid8, %s, %s, %s, %s)
"""


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """What one round did: entries and segments sealed, and what still waits (metric: `lag_seconds`)."""

    rows: int
    segments: int
    waiting: int
    lag_seconds: float

    @property
    def alarming(self) -> bool:
        """Whether entries wait longer than `LAG_ALARM`."""
        return self.lag_seconds > LAG_ALARM


class Sealer:
    """Seals the log of one database. One at a time: made by `sealer`, which holds the leader's lock."""

    def __init__(self, alias: str, *, origin: str, signer: str, key: Ed25519PrivateKey) -> None:
        self._alias = alias
        self._origin, self._signer, self._key = origin, signer, key
        self._tree = merkle.Frontier()
        self._prev, self._cursor, self._rows = FIRST, (0, 0), 0
        self._sealed_at = 0
        self._catch_up()

    def seal(self) -> Sealed:
        """Seal everything that is settled, and sign one checkpoint over all segments.

        Errors: STATE_CONFLICT when another sealer wrote segments meanwhile; LOG_TIME_BACK when the clock, or the
        whole server, stands before what is already sealed.
        """
        months.ensure_ahead(self._alias)
        rows = made = 0
        while True:
            with transaction.atomic(using=self._alias):
                batch = self._settled()
                new = self._segments(batch)
                self._keep(new)
            rows, made = rows + len(batch), made + len(new)
            if len(batch) < ROWS:
                break
        self._sign()
        waiting, oldest = self._fetch(_WAITING, {"xid": str(self._cursor[0]), "id": self._cursor[1]})[0]
        lag = (clock.now() - oldest).total_seconds() if oldest else 0.0
        return Sealed(rows=rows, segments=made, waiting=waiting, lag_seconds=max(0.0, lag))

    def _catch_up(self) -> None:
        for segment in read_segments(self._alias):
            self._take(segment)
        newest = self._fetch(_NEWEST, [])[0][0]
        if newest <= self._cursor[0]:
            raise TodokeError(ErrorCode.LOG_TIME_BACK, log=self._alias, detail="取引番号が封印済みより前です")

    def _take(self, segment: Segment) -> None:
        self._tree.append(segment.leaf())
        self._prev, self._sealed_at = segment.leaf(), segment.sealed_at
        self._cursor = max(self._cursor, segment.last)
        self._rows += segment.n

    def _settled(self) -> list[tuple[int, int, datetime, bytes]]:
        return self._fetch(_SETTLED, [str(self._cursor[0]), self._cursor[1], ROWS])

    def _segments(self, batch: list[tuple[int, int, datetime, bytes]]) -> list[tuple[Segment, bytes]]:
        """One segment for each month that the batch touches, so that a month can go as a whole."""
        now = clock.now()
        if microseconds(now) < self._sealed_at:
            raise TodokeError(ErrorCode.LOG_TIME_BACK, log=self._alias, detail="時計が前回の封印より前です")
        by_month: dict[date, list[tuple[int, int, bytes]]] = {}
        for xid, number, at, leaf in batch:
            by_month.setdefault(segments.month_of(at), []).append((xid, number, bytes(leaf)))
        found, prev = [], self._prev
        for seg, (month, rows) in enumerate(sorted(by_month.items()), start=self._tree.size):
            leaves = [tree_leaf(*row) for row in rows]
            segment = Segment(
                seg=seg,
                month=month,
                n=len(rows),
                first=rows[0][:2],
                last=rows[-1][:2],
                root=merkle.root(leaves),
                prev=prev,
                sealed_at=microseconds(now),
            )
            found.append((segment, b"".join(leaf[:MARK_BYTES] for leaf in leaves)))
            prev = segment.leaf()
        return found

    def _keep(self, new: list[tuple[Segment, bytes]]) -> None:
        try:
            with transaction.atomic(using=self._alias), connections[self._alias].cursor() as cursor:
                for segment, marks in new:
                    cursor.execute(_INSERT, values(segment))
                    cursor.execute(
                        "INSERT INTO oplog_mark (seg, marks) VALUES (%s, %s)", [segment.seg, marks]
                    )
        except IntegrityError as error:
            raise _another(self._alias) from error
        for segment, _ in new:
            self._take(segment)

    def _sign(self) -> None:
        """A checkpoint for the present size, unless there is one. A killed sealer's is made by the next."""
        if self._tree.size == 0:
            return
        known = self._fetch("SELECT root FROM oplog_checkpoint WHERE size = %s", [self._tree.size])
        if known:
            if bytes(known[0][0]) != self._tree.root():
                raise _another(self._alias)
            return
        now = clock.now()
        checkpoint = notes.Checkpoint(
            origin=self._origin,
            size=self._tree.size,
            root=self._tree.root(),
            at=microseconds(now),
            rows=self._rows,
        )
        note = notes.sign(checkpoint, self._signer, self._key)
        with connections[self._alias].cursor() as cursor:
            cursor.execute(
                "INSERT INTO oplog_checkpoint (size, root, at, note) VALUES (%s, %s, %s, %s)",
                [checkpoint.size, checkpoint.root, now, note],
            )

    def _fetch(self, statement: str, parameters: list[Any] | dict[str, Any]) -> list[Any]:
        with connections[self._alias].cursor() as cursor:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())


@dataclass(frozen=True, kw_only=True)
class LogState:
    """How far a log is sealed, as anybody may ask at any time."""

    segments: int
    waiting: int
    lag_seconds: float


def state(alias: str) -> LogState:
    """Segments, entries that wait for the sealer, and for how long the oldest one does."""
    last = "SELECT count(*) OVER (), last_xid::text, last_id FROM oplog_segment ORDER BY last_xid DESC, last_id DESC LIMIT 1"  # fmt: skip
    with connections[alias].cursor() as cursor:
        cursor.execute(last)
        segments, xid, number = cursor.fetchone() or (0, "0", 0)
        cursor.execute(_WAITING, {"xid": xid, "id": number})
        waiting, oldest = cursor.fetchone() or (0, None)
    lag = (clock.now() - oldest).total_seconds() if oldest else 0.0
    return LogState(segments=segments, waiting=waiting, lag_seconds=max(0.0, lag))


@contextmanager
def sealer(alias: str, *, origin: str, signer: str, key: Ed25519PrivateKey) -> Iterator[Sealer]:
    """The one sealer of a log, for as long as the block runs; STATE_CONFLICT while another one holds the lock."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [_LOCK])
        if cursor.fetchone() != (True,):
            raise _another(alias)
    try:
        yield Sealer(alias, origin=origin, signer=signer, key=key)
    finally:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [_LOCK])


def read_segments(alias: str, since: int = 0) -> list[Segment]:
    """The segments of a log from number `since` on."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_SEGMENTS, [since])
        return [_segment(row) for row in itertools.chain.from_iterable(iter(cursor.fetchmany, []))]


def values(segment: Segment) -> list[Any]:
    """The values of a segment's row."""
    first, last = segment.first, segment.last
    places = [str(first[0]), first[1], str(last[0]), last[1]]
    return [
        segment.seg, segment.month, segment.n, *places, segment.root, segment.prev, moment(segment.sealed_at),
    ]  # fmt: skip


def _segment(row: tuple[Any, ...]) -> Segment:
    seg, month, n, first_xid, first_id, last_xid, last_id, root, prev, sealed_at = row
    return Segment(
        seg=seg,
        month=month,
        n=n,
        first=(first_xid, first_id),
        last=(last_xid, last_id),
        root=bytes(root),
        prev=bytes(prev),
        sealed_at=microseconds(sealed_at),
    )


def _another(alias: str) -> TodokeError:
    return TodokeError(ErrorCode.STATE_CONFLICT, detail=f"{alias} は別の封印処理が動いています")
