"""人事情報の差分: what a file of the personnel department or of a contractor would change. Set-based, whole or nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

from django.db import connections

from todoke.kernel import clock
from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records.csv_input import read_checked
from todoke.records.layouts.personnel_v2022 import CONTRACTOR, PERSONNEL

_COLUMNS: Final = ("row", *PERSONNEL.names)
_STAGE = f"""
CREATE TEMPORARY TABLE feed ON COMMIT DROP AS
SELECT row, staff_id, name, kana, organisation, section, employer, nullif(contract, '') AS contract,
       hired_on::date, moved_on::date, nullif(left_on, '')::date AS left_on
FROM unnest(%s::int[], {", ".join(["%s::text[]"] * len(PERSONNEL.names))})
     AS file ({", ".join(_COLUMNS)})
"""
_ADDED, _LEFT, _MOVED, _SAME = "added", "left", "moved", "same"

DIFFERENCES = f"""
SELECT f.row, f.staff_id, CASE
         WHEN f.left_on IS NOT NULL AND p.left_on IS DISTINCT FROM f.left_on THEN '{_LEFT}'
         WHEN p.staff_id IS NULL OR (p.left_on IS NOT NULL AND f.left_on IS NULL) THEN '{_ADDED}'
         WHEN (p.organisation, p.section, p.contract_id) IS DISTINCT FROM (f.organisation, f.section, f.contract)
           THEN '{_MOVED}'
         WHEN (p.name, p.kana, p.left_on) IS DISTINCT FROM (f.name, f.kana, f.left_on) THEN 'renamed'
         ELSE '{_SAME}' END AS change,
       coalesce(p.section, ''), f.section, f.moved_on, f.left_on
FROM feed f LEFT JOIN access_staff p USING (staff_id)
ORDER BY f.row
"""

# A row is bad for the first of these reasons that holds; each names the column to look at.
_BAD_ROWS = f"""
SELECT row, bad.column_name, bad.shown, bad.rule FROM feed f
LEFT JOIN access_staff p USING (staff_id) LEFT JOIN access_contract c ON c.number = f.contract
LEFT JOIN access_contract m ON m.number = c.prime_id
CROSS JOIN LATERAL (SELECT * FROM (VALUES
    (f.staff_id !~ '^[a-z][a-z0-9]{{2,15}}$', 'staff_id', f.staff_id, '英小文字で始まる3～16文字の英小文字・数字でなければなりません'),
    (f.employer = '{CONTRACTOR}' AND c.number IS NULL, 'contract', coalesce(f.contract, ''), '登録された委託契約ではありません'),
    (f.employer <> '{CONTRACTOR}' AND f.contract IS NOT NULL, 'contract', f.contract, '職員の行には契約番号を書けません'),
    (c.number IS NOT NULL AND f.left_on IS NULL AND f.hired_on NOT BETWEEN c.valid_from AND c.valid_until,
     'hired_on', f.hired_on::text, '委託契約の期間外です'),
    (m.number IS NOT NULL AND NOT m.subcontracting_permitted, 'contract', f.contract, '再委託が許可されていません'),
    (f.left_on < f.hired_on, 'left_on', f.left_on::text, '開始日より前です'),
    (f.moved_on < f.hired_on, 'moved_on', f.moved_on::text, '開始日より前です'),
    (p.staff_id IS NOT NULL AND (p.employer = 'contractor') <> (f.employer = '{CONTRACTOR}'),
     'employer', f.employer, '同じIDの人の雇用が名簿と違います。別のIDにしてください'),
    (p.staff_id IS NOT NULL AND p.hired_on <> f.hired_on AND p.left_on IS NULL,
     'hired_on', f.hired_on::text, '名簿の開始日と違います。別の人であれば別のIDにしてください')
  ) AS reasons (holds, column_name, shown, rule) WHERE holds LIMIT 1) AS bad
ORDER BY row
"""


class Change(Enum):
    """What happens to one person."""

    ADDED = _ADDED
    MOVED = _MOVED
    LEFT = _LEFT
    RENAMED = "renamed"
    SAME = _SAME


TITLES: Final = {
    Change.ADDED: "追加",
    Change.MOVED: "異動",
    Change.LEFT: "退職・終了",
    Change.RENAMED: "氏名の変更",
    Change.SAME: "変更なし",
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One row of the file against the directory. No name: the ID says who."""

    row: int
    staff_id: str
    change: Change
    before: str
    after: str
    moved_on: Any
    left_on: Any


@dataclass(frozen=True, kw_only=True)
class Differences:
    """A whole file against the directory. `digest` (SHA-256 of the file) is what `apply_feed` wants to see again.

    `unlisted`: people at work whom the file does not name; nothing happens to them.
    """

    digest: str
    rows: tuple[Difference, ...]
    unlisted: int

    def count(self, change: Change) -> int:
        return sum(row.change is change for row in self.rows)


def stage(alias: str, file: Path) -> str:
    """Check the file and lay it down as the temporary table `feed`, in the caller's transaction; its SHA-256.

    Raises INPUT_MISSING, InputRefused with every bad row, whether of form or against contracts and directory.
    """
    table = read_checked(file, PERSONNEL)
    columns: list[Any] = [list(range(2, table.num_rows + 2))]
    columns += [table[name].to_pylist() for name in PERSONNEL.names]
    with connections[alias].cursor() as cursor:
        cursor.execute(_STAGE, columns)
        cursor.execute(_BAD_ROWS)
        bad = [
            BadRow(file=file.name, row=row, column=column, shown=shown or "", rule=rule)
            for row, column, shown, rule in cursor.fetchall()
        ]
    if bad:
        raise InputRefused(file.name, bad)
    return hashlib.sha256(file.read_bytes()).hexdigest()


def compare(alias: str, digest: str) -> Differences:
    """The staged file against the directory."""
    with connections[alias].cursor() as cursor:
        cursor.execute(DIFFERENCES)
        rows = tuple(
            Difference(
                row=row,
                staff_id=staff,
                change=Change(change),
                before=old,
                after=new,
                moved_on=moved,
                left_on=left,
            )
            for row, staff, change, old, new, moved, left in cursor.fetchall()
        )
        cursor.execute(
            "SELECT count(*) FROM access_staff p WHERE (left_on IS NULL OR left_on > %s)"
            " AND NOT EXISTS (SELECT FROM feed f WHERE f.staff_id = p.staff_id)",
            [clock.today()],
        )
        (unlisted,) = cursor.fetchone() or (0,)
    return Differences(digest=digest, rows=rows, unlisted=unlisted)


def refuse_other(file: Path, digest: str, found: str) -> None:
    """INPUT_CHANGED unless it is the very file whose differences were shown."""
    if digest != found:
        raise TodokeError(ErrorCode.INPUT_CHANGED, file=file.name)
