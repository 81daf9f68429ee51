"""保存期間を過ぎた記録の削除: a month as a whole, or the personal part of one entry; two people, and a record that stays.

One asks, another confirms; that they differ is a constraint of the database, whose functions refuse to work without
the record. What is kept for ever: the segments (roots), the checkpoints, the records. Who may ask and who may confirm
is checked by the caller.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, connections, transaction

from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog import entry, merkle, months, sealing
from todoke.oplog.deletions import DROPPED, ERASED, FIRST, Deletion, Erasure
from todoke.oplog.entry import TEXTS, microseconds, moment
from todoke.oplog.record import record
from todoke.oplog.segments import month_of
from todoke.oplog.who import Who

DROP_REQUESTED = "oplog:month:request_drop"
ERASURE_REQUESTED = "oplog:entry:request_erasure"


def request_drop(alias: str, *, month: date, legal_basis: str, by: Who) -> tuple[int, bytes]:
    """Ask for the deletion of a month; returns its number of entries and its root.

    Errors: STATE_CONFLICT for a month that is not over or not wholly sealed, NOT_FOUND for one without entries,
    ALREADY_DONE for one already asked for.
    """
    if month >= month_of(clock.now() - timedelta(days=1)):
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="終わっていない月の記録は削除できません")
    n, root = _extent(alias, month)
    try:
        with transaction.atomic(using=alias):
            _insert(
                alias,
                "oplog_drop_request",
                {
                    "month": month,
                    "n": n,
                    "root": root,
                    "legal_basis": legal_basis,
                    "requested_by": by.staff_id,
                    "requested_at": clock.now(),
                },
            )
            record(alias, by=by, verb=DROP_REQUESTED, subject=f"month:{month:%Y-%m} root:{root.hex()}")
    except IntegrityError:
        raise TodokeError(ErrorCode.ALREADY_DONE, detail=f"{month:%Y-%m} の削除の申請") from None
    return n, root


def confirm_drop(alias: str, *, month: date, by: Who) -> int:
    """Confirm, and delete the month's entries; returns how many. A killed deletion is ended by `finish_drops`.

    Errors: NOT_FOUND without a request, SAME_PERSON, ALREADY_DONE, STATE_CONFLICT when the month has changed since.
    """
    asked = _one(alias, "SELECT n, root, legal_basis, requested_by, requested_at FROM oplog_drop_request WHERE month = %s", [month])  # fmt: skip
    if asked is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"{month:%Y-%m} の削除の申請")
    n, root, legal_basis, requested_by, requested_at = asked
    if requested_by == by.staff_id:
        raise TodokeError(ErrorCode.SAME_PERSON)
    earlier = read_deletions(alias)
    if any(one.month == month for one in earlier):
        raise TodokeError(ErrorCode.ALREADY_DONE, detail=f"{month:%Y-%m} の記録の削除")
    if _extent(alias, month) != (n, bytes(root)):
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="申請の後に記録の数または根が変わっています")
    deletion = Deletion(
        number=len(earlier),
        month=month,
        n=n,
        root=bytes(root),
        legal_basis=legal_basis,
        requested_by=requested_by,
        requested_at=microseconds(requested_at),
        confirmed_by=by.staff_id,
        confirmed_at=microseconds(clock.now()),
        prev=earlier[-1].digest() if earlier else FIRST,
    )
    with transaction.atomic(using=alias):
        times = {name: moment(getattr(deletion, name)) for name in ("requested_at", "confirmed_at")}
        _insert(alias, "oplog_deletion", {**vars(deletion), **times})
        record(alias, by=by, verb=DROPPED, subject=deletion.subject())
    # the record is committed first: should we die now, the month stands until the next `finish_drops`
    return _drop(alias, month)


def finish_drops(alias: str) -> int:
    """Delete the months whose record stands but whose deletion was interrupted; entries deleted."""
    return sum(_drop(alias, one.month) for one in read_deletions(alias))


def request_erasure(alias: str, *, operation_id: int, legal_basis: str, by: Who) -> None:
    """Ask that the personal part of one entry be destroyed. Errors: NOT_FOUND, ALREADY_DONE."""
    found = _one(alias, "SELECT at FROM oplog_operation WHERE id = %s AND salt IS NOT NULL", [operation_id])
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="個人に関する部分のある記録")
    try:
        with transaction.atomic(using=alias):
            _insert(
                alias,
                "oplog_erasure_request",
                {
                    "operation_id": operation_id,
                    "operation_at": found[0],
                    "legal_basis": legal_basis,
                    "requested_by": by.staff_id,
                    "requested_at": clock.now(),
                },
            )
            record(alias, by=by, verb=ERASURE_REQUESTED, subject=f"operation:{operation_id}")
    except IntegrityError:
        raise TodokeError(ErrorCode.ALREADY_DONE, detail="この記録の消去の申請") from None


def confirm_erasure(alias: str, *, operation_id: int, by: Who) -> None:
    """Confirm, and destroy salt, index and detail of one entry; its leaf still proves the public part.

    Errors: NOT_FOUND without a request, SAME_PERSON, ALREADY_DONE, LOG_DAMAGED when the entry does not match its leaf.
    """
    columns = "operation_at, legal_basis, requested_by, requested_at"
    asked = _one(
        alias, f"SELECT {columns} FROM oplog_erasure_request WHERE operation_id = %s", [operation_id]
    )
    if asked is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="消去の申請")
    at, legal_basis, requested_by, requested_at = asked
    if requested_by == by.staff_id:
        raise TodokeError(ErrorCode.SAME_PERSON)
    committed = _commitment(alias, operation_id, at)
    erasure = Erasure(
        operation_id=operation_id,
        operation_at=microseconds(at),
        legal_basis=legal_basis,
        requested_by=requested_by,
        requested_at=microseconds(requested_at),
        confirmed_by=by.staff_id,
        confirmed_at=microseconds(clock.now()),
    )
    times = ("operation_at", "requested_at", "confirmed_at")
    with transaction.atomic(using=alias):
        moments = {name: moment(getattr(erasure, name)) for name in times}
        _insert(alias, "oplog_erasure", {**vars(erasure), **moments})
        record(alias, by=by, verb=ERASED, subject=erasure.subject())
        if _one(alias, "SELECT oplog_erase(%s, %s)", [operation_id, committed]) != (True,):
            raise TodokeError(ErrorCode.ALREADY_DONE, detail="この記録の消去")


def read_deletions(alias: str) -> list[Deletion]:
    """Every deletion of a log, in order."""
    names = ("number", "month", "n", "root", "legal_basis", "requested_by", "requested_at", "confirmed_by", "confirmed_at", "prev")  # fmt: skip
    found = _all(alias, f"SELECT {', '.join(names)} FROM oplog_deletion ORDER BY number")
    return [Deletion(**_plain(names, row)) for row in found]


def read_erasures(alias: str) -> list[Erasure]:
    """Every erasure of a log."""
    names = ("operation_id", "operation_at", "legal_basis", "requested_by", "requested_at", "confirmed_by", "confirmed_at")  # fmt: skip
    found = _all(alias, f"SELECT {', '.join(names)} FROM oplog_erasure ORDER BY operation_id")
    return [Erasure(**_plain(names, row)) for row in found]


def _drop(alias: str, month: date) -> int:
    found = _one(alias, "SELECT oplog_drop_month(%s)", [month])
    months.forget(alias, month)
    return int(found[0]) if found else 0


def _extent(alias: str, month: date) -> tuple[int, bytes]:
    """How many entries a month has, and the root over its segments; all of them must be sealed."""
    mine = [segment for segment in sealing.read_segments(alias) if segment.month == month]
    sealed = sum(segment.n for segment in mine)
    where = "at >= %s AND at < %s"
    start = months.start_of(month)
    found = _one(
        alias, f"SELECT count(*) FROM oplog_operation WHERE {where}", [start, months.next_start(month)]
    )
    if found == (0,) and not sealed:
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"{month:%Y-%m} の記録")
    if found != (sealed,):
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="封印されていない、または失われた記録があります")
    return sealed, merkle.root([segment.leaf() for segment in mine])


def _commitment(alias: str, operation_id: int, at: datetime) -> bytes:
    columns = ", ".join(("persons", *TEXTS, "object_index", "detail", "salt", "leaf"))
    row = _one(alias, f"SELECT {columns} FROM oplog_operation WHERE id = %s AND at = %s", [operation_id, at])
    if row is None or row[-2] is None:
        raise TodokeError(ErrorCode.ALREADY_DONE, detail="この記録の消去")
    persons, texts = row[0], tuple(row[1 : 1 + len(TEXTS)])
    index, detail, salt, leaf = (None if part is None else bytes(part) for part in row[1 + len(TEXTS) :])
    committed = entry.commitment(salt or b"", index, detail)
    if entry.leaf(entry.public(microseconds(at), persons, True, texts), committed) != leaf:
        raise TodokeError(ErrorCode.LOG_DAMAGED, log=alias, reason=f"記録 {operation_id}")
    return committed


def _plain(names: tuple[str, ...], row: tuple[Any, ...]) -> dict[str, Any]:
    """Bytes as bytes, times as µs."""
    return {
        name: bytes(value)
        if isinstance(value, memoryview)
        else microseconds(value)
        if name.endswith("_at")
        else value
        for name, value in zip(names, row, strict=True)
    }


def _all(alias: str, statement: str, parameters: list[Any] | None = None) -> list[Any]:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _one(alias: str, statement: str, parameters: list[Any]) -> tuple[Any, ...] | None:
    found = _all(alias, statement, parameters)
    return found[0] if found else None


def _insert(alias: str, table: str, values: dict[str, Any]) -> None:
    places = ", ".join(["%s"] * len(values))
    with connections[alias].cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", list(values.values()))
