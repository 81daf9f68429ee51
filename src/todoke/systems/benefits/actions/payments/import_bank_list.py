"""金融機関・店舗コードの一覧の取込: a dated edition, taken whole or refused whole."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.oplog.record import record
from todoke.records.csv_input import parse, refuse_broken_rules
from todoke.records.layouts.bank_branches_v2026 import BRANCHES
from todoke.systems.benefits.models import BankList

pc: Any = pyarrow.compute
ALIAS = "benefits"
_STRAYS = """
SELECT g.source_row FROM given_branches g
WHERE g.successor_bank <> '' AND NOT EXISTS (
    SELECT FROM given_branches s WHERE s.bank_code = g.successor_bank AND s.branch_code = g.successor_branch)
ORDER BY g.source_row
"""
_TAKE = """
INSERT INTO benefits_bank_branch (
    edition_id, bank_code, branch_code, bank_name, branch_name, valid_from, valid_until, successor_bank, successor_branch
)
SELECT %(edition)s, bank_code, branch_code, bank_name, branch_name, nullif(valid_from, '')::date,
    nullif(valid_until, '')::date, successor_bank, successor_branch
FROM given_branches ORDER BY source_row
"""


def import_bank_list(*, file: Path, as_of: date, by: Actor) -> BankList:
    """Take an edition. Errors: InputRefused with every bad row (a successor that the list does not hold is one),
    ALREADY_DONE for the same content, STATE_CONFLICT for an edition older than the one in use."""
    require(by, Permission.BENEFITS_BANK_LIST)
    if not file.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=file.name)
    data = file.read_bytes()
    digest, rows = sha256(data).hexdigest(), parse(file.name, data, BRANCHES)
    refuse_broken_rules(file.name, rows, BRANCHES)
    if not rows.num_rows:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="店舗が1件もありません")
    rows = rows.append_column("source_row", pa.array(range(2, rows.num_rows + 2), pa.int32()))
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        known = BankList.objects.using(ALIAS)
        if known.filter(sha256=digest).exists():
            raise TodokeError(ErrorCode.ALREADY_DONE, detail="同じ内容の一覧を取込済み")
        newest = known.order_by("as_of").last()
        if newest and newest.as_of > as_of:
            raise TodokeError(
                ErrorCode.STATE_CONFLICT, detail=f"使用中の一覧（{newest.as_of} 現在）より古い一覧です"
            )
        postgres.join_whole_tables(ALIAS)
        postgres.stage(ALIAS, "given_branches", rows)
        cursor.execute(_STRAYS)
        if strays := cursor.fetchall():
            rule = "承継先の店舗がこの一覧にありません"
            raise InputRefused(
                file.name,
                [
                    BadRow(file=file.name, row=row, column="successor_branch", shown="", rule=rule)
                    for (row,) in strays
                ],
            )
        made = known.create(
            as_of=as_of, name=file.name, sha256=digest, branches=rows.num_rows, imported_at=clock.now(),
            imported_by=by.staff_id,
        )  # fmt: skip
        cursor.execute(_TAKE, {"edition": made.pk})
        record(ALIAS, by=by, verb="benefits:bank_list:import", subject=f"bank list {made.pk} as of {as_of}", persons=0)  # fmt: skip
    return made
