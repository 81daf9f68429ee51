"""支払単位 for the screens of the treasury: every batch with who did what, its file and where it stands."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import connections

from todoke.kernel.errors import ErrorCode, TodokeError

ALIAS = "benefits"
_BATCHES = """
SELECT b.programme, b.number, b.payments, b.total_yen, b.transfer_on, b.prepared_at, b.prepared_by,
    r.released_at, r.released_by, f.name AS file, f.folder, f.sha256, f.written_at, f.written_by,
    h.taken_at, h.taken_by, x.asked_at AS cancel_asked_at, x.confirmed_at AS cancelled_at, x.confirmed_by AS cancelled_by
FROM benefits_payment_batch b
LEFT JOIN benefits_batch_release r ON r.batch_id = b.id LEFT JOIN benefits_bank_file f ON f.batch_id = b.id
LEFT JOIN benefits_file_handover h ON h.file_id = f.id
LEFT JOIN benefits_batch_cancellation x ON x.batch_id = b.id AND x.state <> 'withdrawn'
"""
_LIST = f"{_BATCHES} ORDER BY b.transfer_on DESC, b.programme, b.number DESC"
_ONE = f"{_BATCHES} WHERE b.programme = %s AND b.number = %s"
_AMOUNTS = """
SELECT t.amount_yen, count(*) FROM benefits_transfer t JOIN benefits_payment_batch b ON b.id = t.batch_id
WHERE b.programme = %s AND b.number = %s GROUP BY t.amount_yen ORDER BY t.amount_yen
"""
_DOERS = """
SELECT DISTINCT unnest(ARRAY[a.examined_by, a.approved_by])
FROM benefits_transfer t JOIN benefits_payment_batch b ON b.id = t.batch_id
JOIN benefits_payment p ON p.id = t.payment_id JOIN benefits_approval a ON a.case_id = p.case_id
WHERE b.programme = %s AND b.number = %s
"""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One batch and its road to the bank; what has not happened yet is None."""

    programme: str
    number: int
    payments: int
    total_yen: int
    transfer_on: date
    prepared_at: datetime
    prepared_by: str
    released_at: datetime | None
    released_by: str | None
    file: str | None
    folder: str | None
    sha256: str | None
    written_at: datetime | None
    written_by: str | None
    taken_at: datetime | None
    taken_by: str | None
    cancel_asked_at: datetime | None
    cancelled_at: datetime | None
    cancelled_by: str | None

    @property
    def people(self) -> list[str]:
        """Everybody who acted on the batch itself."""
        acts = (self.prepared_by, self.released_by, self.written_by, self.taken_by, self.cancelled_by)
        return [person for person in acts if person]


def listed() -> list[Batch]:
    """Every batch, the newest day first."""
    return _read(_LIST, [])


def one(programme: str, number: int) -> Batch:
    """The batch; NOT_FOUND otherwise."""
    found = _read(_ONE, [programme, number])
    if not found:
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"支払単位 {number}")
    return found[0]


def amounts(programme: str, number: int) -> list[tuple[int, int]]:
    """(yen, count) of the batch's transfers: 件数 × 金額, from the smallest amount."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_AMOUNTS, [programme, number])
        return list(cursor.fetchall())


def doers(programme: str, number: int) -> frozenset[str]:
    """Who examined or approved anything in the batch: they may not release it."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_DOERS, [programme, number])
        return frozenset(person for (person,) in cursor.fetchall())


def folder(programme: str) -> Path:
    """Where bank files lie that the screens write, for this account alone."""
    path = Path(settings.TODOKE_DATA_FOLDER) / "benefits" / "payments" / programme
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.chmod(path, 0o700)
    return path


def _read(statement: str, parameters: list[str | int]) -> list[Batch]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        return [Batch(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
