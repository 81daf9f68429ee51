"""振込ファイルの受渡し: the file leaves the screen once, into the hands of the treasurer who is named for ever after."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.clock import wareki
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"

_FILE = """
SELECT f.id, f.folder, f.name, f.sha256, b.payments, h.taken_by, h.taken_at
FROM benefits_bank_file f JOIN benefits_payment_batch b ON b.id = f.batch_id
LEFT JOIN benefits_file_handover h ON h.file_id = f.id
WHERE b.programme = %s AND b.number = %s
FOR UPDATE OF b
"""
_KEEP = "INSERT INTO benefits_file_handover (file_id, taken_at, taken_by) VALUES (%s, %s, %s)"


def take_bank_file(*, programme: Programme, number: int, by: Actor) -> tuple[str, bytes]:
    """Name and content of a batch's bank file, once: 天栄村 (2020) brought one file to the bank twice.

    Errors: NOT_FOUND without a file, ALREADY_DONE (who and when), INPUT_MISSING or INPUT_CHANGED when the file on
    the disk is not the one that was written; then nothing is handed over.
    """
    require(by, Permission.BENEFITS_RELEASE)
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(_FILE, [programme.code, number])
        row = cursor.fetchone()
        if row is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what=f"支払単位 {number} の振込ファイル")
        file, folder, name, digest, payments, taken_by, taken_at = row
        if taken_by:
            at = taken_at.astimezone(clock.JAPAN)
            detail = (
                f"{name} は {wareki(at.date())} {at:%H:%M} に {taken_by} が受け取り済み。"
                "銀行に届いていないときは、受け取った職員と銀行に受付の有無を確かめてください"
            )
            raise TodokeError(ErrorCode.ALREADY_DONE, detail=detail)
        path = Path(folder) / name
        if not path.is_file():
            raise TodokeError(ErrorCode.INPUT_MISSING, file=name)
        data = path.read_bytes()
        if sha256(data).hexdigest() != digest:
            raise TodokeError(ErrorCode.INPUT_CHANGED, file=name)
        cursor.execute(_KEEP, [file, clock.now(), by.staff_id])
        subject = f"batch {programme.code} {number} sha256 {digest}"
        record(ALIAS, by=by, verb="benefits:payment:take", subject=subject, persons=payments)
    return name, data
