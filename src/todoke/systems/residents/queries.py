"""Reads of the register for siblings and screens; set-based."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections

from todoke.contracts.people import BasicAttributes
from todoke.contracts.residents import Origin, SnapshotKind, SnapshotRef
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.residents.models import Snapshot

ALIAS = "residents"

_ORIGINS = """
SELECT r.resident_code, r.ward_code, coalesce(r.previous_municipality, ''), r.name_kanji, r.sex, r.birth_date, r.address
FROM (SELECT DISTINCT unnest(%s::text[]) AS resident_code) wanted
JOIN residents_resident r USING (resident_code)
ORDER BY r.resident_code
"""


def newest_snapshot(kind: SnapshotKind) -> SnapshotRef:
    """The newest sealed register of a kind, by date and then by import; NOT_FOUND when there is none."""
    row = Snapshot.objects.using(ALIAS).filter(kind=kind).order_by("-as_of", "-imported_at").first()
    if row is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="住民記録のスナップショット")
    return reference(row)


def sealed_snapshot(kind: SnapshotKind, sha256: str) -> SnapshotRef:
    """The snapshot of that kind whose file has that hash, the newest if one file came under several dates; NOT_FOUND otherwise."""
    row = Snapshot.objects.using(ALIAS).filter(kind=kind, sha256=sha256).order_by("-as_of").first()
    if row is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="住民記録のスナップショット")
    return reference(row)


def reference(row: Snapshot) -> SnapshotRef:
    """The row as siblings see it."""
    return SnapshotRef(
        snapshot_id=row.snapshot_id,
        kind=SnapshotKind(row.kind),
        as_of=row.as_of,
        path=row.path,
        sha256=row.sha256,
        rows=row.rows,
    )


def origins(resident_codes: Sequence[str]) -> list[Origin]:
    """現住所区, 前住所コード and 4情報 by resident code, ordered by code; unknown codes are absent."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_ORIGINS, [list(resident_codes)])
        return [
            Origin(
                resident_code=code,
                ward_code=ward,
                previous_municipality=previous,
                attributes=BasicAttributes(name_kanji=name, sex=sex, birth_date=born, address=address),
            )
            for code, ward, previous, name, sex, born, address in cursor
        ]
