"""取込の取りやめ, by whoever sees that it is the wrong file; the edition in use stays."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from todoke.access.permissions import Actor, Permission, one_of, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.flows import IMPORT, ImportState
from todoke.systems.benefits.queries.imports import standing as reads
from todoke.workflow.runner import move, of

ALIAS = "benefits"


def cancel_file(*, import_id: int, reason: str, by: Actor) -> None:
    """End an open import and delete its files. Errors: RECORD_INVALID without a reason; STATE_CONFLICT once it has ended."""
    require(by, one_of(by, Permission.BENEFITS_IMPORT_CONFIRM, Permission.BENEFITS_IMPORT))
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="取りやめる理由がありません")
    with transaction.atomic(using=ALIAS):
        row = reads.one(import_id)
        subject = f"import {import_id} cancelled"
        also = {"reason": reason.strip()[:200], "path": ""}
        move(
            ALIAS, IMPORT, of(IMPORT, [import_id]), to=ImportState.CANCELLED, by=by, subject=subject,
            persons=0, also=also,
        )  # fmt: skip
        record(ALIAS, by=by, verb="benefits:source:cancel", subject=subject)
    for path in (row.path, row.table_path, row.differences_path):
        if path:
            Path(path).unlink(missing_ok=True)
