"""住民情報の取込 (take): a sealed register of 住民記録システム becomes the one that this system keeps; only what differs is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.residents import SnapshotKind, SnapshotRef
from todoke.engine import postgres, snapshots
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.benefits import needs
from todoke.systems.benefits.models import Register
from todoke.systems.benefits.rules import search_forms

ALIAS = "benefits"
COLUMNS: Final = (
    "resident_code", "household_code", "is_head", "relationship", "name_kanji", "name_kana", "sex", "birth_date",
    "postal_code", "address", "ward_code", "moved_in_on", "previous_municipality", "left_on", "left_reason",
    "nationality", "protected",
)  # fmt: skip
_CHUNK: Final = 200_000


@dataclass(frozen=True, kw_only=True)
class Taken:
    """How the register that was kept differs from the one before: 追加, 変更, 消滅, 変化なし."""

    rows: int
    added: int
    changed: int
    gone: int

    @property
    def same(self) -> int:
        """Rows that stand as they stood."""
        return self.rows - self.added - self.changed


_LISTED = ", ".join(COLUMNS)
_OURS = ", ".join(f"e.{column}" for column in COLUMNS)
_THEIRS = ", ".join(f"a.{column}" for column in COLUMNS)
_DIFFERING = f"""
CREATE TEMPORARY TABLE differing ON COMMIT DROP AS
SELECT coalesce(a.resident_code, e.resident_code) AS resident_code,
    CASE WHEN e.resident_code IS NULL THEN 'added' WHEN a.resident_code IS NULL THEN 'gone' ELSE 'changed' END AS how
FROM arriving a
FULL JOIN (SELECT * FROM benefits_registerentry WHERE side = %s) e ON e.resident_code = a.resident_code
WHERE e.resident_code IS NULL OR a.resident_code IS NULL OR ({_THEIRS}) IS DISTINCT FROM ({_OURS})
"""
_REMOVE = """
DELETE FROM benefits_registerentry e USING differing d
WHERE e.side = %s AND e.resident_code = d.resident_code AND d.how <> 'added'
"""
_INSERT = f"""
INSERT INTO benefits_registerentry (side, {_LISTED})
SELECT %s, {_THEIRS} FROM arriving a JOIN differing d USING (resident_code) WHERE d.how <> 'gone'
"""
# The latest register says how a person is found; the one of the base date for those who are not in it
_PREFERRED = """
SELECT DISTINCT ON (e.resident_code) e.resident_code, e.side, e.household_code, e.birth_date, e.name_kanji,
    coalesce(e.name_kana, ''), e.address
FROM benefits_registerentry e JOIN differing d USING (resident_code) ORDER BY e.resident_code, e.side DESC
"""
_STALE = """
INSERT INTO differing SELECT resident_code, 'edition' FROM benefits_resident WHERE edition <> %s
AND resident_code NOT IN (SELECT resident_code FROM differing)
"""
_KEYS = "household_code, birth_date, name_key, given_key, kana_key, given_kana_key, address_key, town_key, edition"
_KEEP = f"""
INSERT INTO benefits_resident AS r (resident_code, register, protected, hidden, {_KEYS})
SELECT k.resident_code, k.register, p.resident_code IS NOT NULL, p.resident_code IS NOT NULL,
    {", ".join(f"k.{key}" for key in _KEYS.split(", "))}
FROM keyed k LEFT JOIN (SELECT DISTINCT resident_code FROM benefits_registerentry WHERE protected) p USING (resident_code)
ON CONFLICT (resident_code) DO UPDATE SET (register, protected, hidden, {_KEYS}) =
    (excluded.register, excluded.protected, excluded.hidden, {", ".join(f"excluded.{key}" for key in _KEYS.split(", "))})
"""
# Whoever lives with a protected person now is hidden, too: their address is the same
_HIDE = """
WITH shelter AS (SELECT DISTINCT household_code FROM benefits_resident WHERE protected)
UPDATE benefits_resident SET hidden = NOT hidden
WHERE hidden <> (household_code IN (SELECT household_code FROM shelter))
"""
_FORGET = """
DELETE FROM benefits_resident r USING differing d WHERE r.resident_code = d.resident_code
AND NOT EXISTS (SELECT FROM benefits_registerentry e WHERE e.resident_code = d.resident_code)
"""


def take_register(*, kind: SnapshotKind, by: Actor) -> Taken:
    """Take over the newest register of that kind. The same one again changes nothing.

    Errors: NOT_FOUND when there is none; INPUT_CHANGED when the sealed file is no longer what was imported.
    """
    require(by, _held(by))
    reference = needs.register(kind)
    arriving = pq.read_table(snapshots.check(Path(reference.path), reference.sha256), columns=list(COLUMNS))
    with transaction.atomic(using=ALIAS):
        postgres.execute(ALIAS, "SELECT pg_advisory_xact_lock(hashtextextended('benefits:register', 0))")
        _name(reference, by)
        postgres.stage(ALIAS, "arriving", arriving)
        taken = _replace(kind.value, reference.rows)
        _find_by(search_forms.home(settings.TODOKE_MUNICIPALITY))
        subject = f"{reference.snapshot_id} added {taken.added} changed {taken.changed} gone {taken.gone}"
        record(ALIAS, by=by, verb="benefits:register:take", subject=subject, persons=taken.rows)
    return taken


def _held(by: Actor) -> Permission:
    """Whoever confirms an import as its second person ends it, too."""
    imports = by.may(Permission.BENEFITS_IMPORT)
    return Permission.BENEFITS_IMPORT if imports else Permission.BENEFITS_IMPORT_CONFIRM


def _name(reference: SnapshotRef, by: Actor) -> None:
    Register.objects.using(ALIAS).update_or_create(
        side=reference.kind.value,
        defaults={
            "snapshot_id": reference.snapshot_id,
            "sha256": reference.sha256,
            "as_of": reference.as_of,
            "rows": reference.rows,
            "taken_at": clock.now(),
            "taken_by": by.staff_id,
        },
    )


def _replace(side: str, rows: int) -> Taken:
    """Bring the entries of one side to what arrives; rows that are equal are not touched."""
    postgres.join_whole_tables(ALIAS)
    postgres.execute(ALIAS, _DIFFERING, [side])
    postgres.execute(ALIAS, _REMOVE, [side])
    postgres.execute(ALIAS, _INSERT, [side])
    counted = dict(postgres.fetch(ALIAS, "SELECT how, count(*) FROM differing GROUP BY 1"))
    return Taken(
        rows=rows,
        added=counted.get("added", 0),
        changed=counted.get("changed", 0),
        gone=counted.get("gone", 0),
    )


def _find_by(home: tuple[str, ...]) -> None:
    """Make the keys of everybody who differs, or whose keys are of another edition of the rules."""
    postgres.execute(ALIAS, _STALE, [search_forms.EDITION])
    kept: list[pa.Table] = []
    chunk: list[tuple[object, ...]] = []
    for row in postgres.chunks(ALIAS, _PREFERRED, None, 50_000):
        chunk.append(row)
        if len(chunk) == _CHUNK:
            kept.append(_keyed(chunk, home))
            chunk = []
    kept.append(_keyed(chunk, home))
    postgres.stage(ALIAS, "keyed", pa.concat_tables(kept))
    postgres.execute(ALIAS, _KEEP)
    postgres.execute(ALIAS, _FORGET)
    postgres.execute(ALIAS, _HIDE)


_PREFERRED_SCHEMA = pa.schema(
    {name: pa.string() for name in ("resident_code", "register", "household_code")}
    | {"birth_date": pa.date32()}
    | {name: pa.string() for name in ("name_kanji", "name_kana", "address")}
)


def _keyed(rows: list[tuple[object, ...]], home: tuple[str, ...]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(_PREFERRED_SCHEMA)
    table = pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, _PREFERRED_SCHEMA, strict=True)],
        schema=_PREFERRED_SCHEMA,
    )
    keys = search_forms.of(table, home)
    edition = pa.repeat(search_forms.EDITION, table.num_rows)
    found = table.select(["resident_code", "register", "household_code", "birth_date"])
    for name in keys.column_names:
        found = found.append_column(name, keys[name])
    return found.append_column("edition", edition)
