"""国外転入者の一覧: persons whom no municipality of Japan can be asked about (前住所コード 99999)."""

from __future__ import annotations

import csv
from pathlib import Path

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record

ALIAS = "inquiry"
_ABROAD = """
SELECT resident_code, ward_code, previous_municipality FROM inquiry_subject
WHERE order_id = %s AND standing = 'abroad' ORDER BY position
"""


def write_abroad_list(*, order_id: str, out: Path, by: Actor) -> Path:
    """`out`/inquiry/abroad-<order>.csv: 住基個人コード, 現住所区コード, 前住所コード."""
    require(by, Permission.INQUIRY_OPERATE)
    path = out / "inquiry" / f"abroad-{order_id}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(_ABROAD, [order_id])
        rows = cursor.fetchall()
        subject = f"order {order_id}"
        record(ALIAS, by=by, verb="inquiry:abroad:write", subject=subject, persons=len(rows))
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("resident_code", "ward_code", "previous_municipality"))
        writer.writerows(rows)
    unfinished.replace(path)
    return path
