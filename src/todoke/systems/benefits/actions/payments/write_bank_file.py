"""総合振込ファイルの作成: the one output of a released batch, checked to the yen before it is recorded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.clock import wareki
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits import codecs
from todoke.systems.benefits.queries.payments import stopped
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"

_BATCH = """
SELECT b.id, b.payments, b.total_yen, b.transfer_on, r.id IS NOT NULL, f.written_by, f.written_at
FROM benefits_payment_batch b
LEFT JOIN benefits_batch_release r ON r.batch_id = b.id LEFT JOIN benefits_bank_file f ON f.batch_id = b.id
WHERE b.programme = %s AND b.number = %s
FOR UPDATE OF b
"""
_TRANSFERS = """
SELECT c.case_number, t.bank_code, t.branch_code, t.account_type, t.account_number, t.account_holder_kana,
    t.amount_yen
FROM benefits_transfer t
JOIN benefits_payment p ON p.id = t.payment_id JOIN benefits_case c ON c.id = p.case_id
WHERE t.batch_id = $1
ORDER BY c.case_number
"""
_KEEP = """
INSERT INTO benefits_bank_file (batch_id, name, sha256, payments, total_yen, written_at, written_by, folder)
VALUES (%(batch)s, %(name)s, %(sha256)s, %(payments)s, %(total_yen)s, %(now)s, %(by)s, %(folder)s)
"""
_MOVE = """
UPDATE benefits_case c SET state = 'ordered', state_at = %(now)s, state_by = %(by)s
FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id
WHERE t.batch_id = %(batch)s AND c.id = p.case_id
"""


@dataclass(frozen=True, kw_only=True)
class WrittenBankFile:
    """The file as it lies on the disk."""

    path: Path
    sha256: str
    payments: int
    total_yen: int


def write_bank_file(
    *, programme: Programme, office: PayingOffice, number: int, out: Path, by: Actor
) -> WrittenBankFile:
    """Write `transfer-0001.txt` for a released batch, once and never again.

    Killed between the file and its record, the same call finishes with the same bytes. Errors: NOT_FOUND,
    STATE_CONFLICT (not released; to be given up; somebody came
    under protection; another file of that name; totals differ), ALREADY_DONE (2022 a town paid twice
    from one batch because a second output was possible: facts/benefit.md §3).
    """
    require(by, Permission.BENEFITS_RELEASE)
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(_BATCH, [programme.code, number])
        row = cursor.fetchone()
        if row is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what=f"支払単位 {number}")
        batch, payments, total_yen, transfer_on, released, written_by, written_at = row
        if written_by:
            raise TodokeError(ErrorCode.ALREADY_DONE, detail=_already(number, written_by, written_at))
        if not released:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"支払単位 {number} は確定されていません")
        stopped.refuse(batch)
        transfers = postgres.read(ALIAS, _TRANSFERS, (batch,))
        data = codecs.bank_file(transfers, office=office, transfer_on=transfer_on)
        path = out / f"transfer-{number:04d}.txt"
        _write(path, data, approved=(payments, total_yen))
        values = {
            "batch": batch,
            "name": path.name,
            "sha256": sha256(data).hexdigest(),
            "payments": payments,
            "total_yen": total_yen,
            "folder": str(out.resolve()),
            "now": clock.now(),
            "by": by.staff_id,
        }
        postgres.join_whole_tables(ALIAS)
        cursor.execute(_KEEP, values)
        cursor.execute(_MOVE, values)
        subject = f"batch {programme.code} {number} sha256 {values['sha256']}"
        record(ALIAS, by=by, verb="benefits:payment:output", subject=subject, persons=payments)
    return WrittenBankFile(path=path, sha256=sha256(data).hexdigest(), payments=payments, total_yen=total_yen)


def _already(number: int, by: str, at: datetime) -> str:
    """Who made the file and when, and what to do instead of making it again."""
    when = f"{wareki(at.astimezone(clock.JAPAN).date())} {at.astimezone(clock.JAPAN):%H:%M}"
    return (
        f"支払単位 {number} の振込ファイルは {when} に {by} が作成済み。"
        "銀行に届いていないときは、作成した職員と銀行に受付の有無を確かめてください"
    )


def _write(path: Path, data: bytes, *, approved: tuple[int, int]) -> None:
    """The whole file under its name, or nothing. What lies on the disk is read again, and its records and trailer
    must agree with the count and the yen that were approved. A file of another content is left alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if codecs.bank_file_totals(unfinished.read_bytes(), file=path.name) != approved:
        raise TodokeError(
            ErrorCode.STATE_CONFLICT, detail="振込ファイルの合計が確定した支払総額と一致しません"
        )
    if path.is_file() and path.read_bytes() != data:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"{path.name} が既にあり、内容が異なります")
    unfinished.replace(path)
