"""Reads of the register for siblings and screens; set-based."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections

from todoke.contracts.people import BasicAttributes
from todoke.contracts.residents import (
    LineageReason,
    LineageStep,
    Movement,
    Origin,
    SnapshotKind,
    SnapshotRef,
)
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.residents.models import Change, ChangeFile, Lineage, Snapshot
from todoke.systems.residents.rules.families import families
from todoke.systems.residents.rules.lineage_reasons import DESCENT

ALIAS = "residents"

_ORIGINS = """
SELECT r.resident_code, r.ward_code, coalesce(r.previous_municipality, ''), r.name_kanji, r.sex, r.birth_date, r.address
FROM (SELECT DISTINCT unnest(%s::text[]) AS resident_code) wanted
JOIN residents_resident r USING (resident_code)
ORDER BY r.resident_code
"""

# The family by descent in both directions, then every step that begins or ends in it
_LINEAGE = """
WITH RECURSIVE family (household_code) AS (
    SELECT unnest(%(codes)s::text[])
    UNION
    SELECT CASE WHEN l.household_code = f.household_code THEN l.successor_code ELSE l.household_code END
    FROM family f JOIN residents_lineage l ON f.household_code IN (l.household_code, l.successor_code)
    WHERE l.reason = ANY(%(descent)s)
)
SELECT l.household_code, coalesce(l.successor_code, ''), l.happened_on, l.reason, l.members, coalesce(l.former_head, ''),
    coalesce(l.new_head, '')
FROM residents_lineage l
WHERE l.household_code IN (SELECT household_code FROM family) OR l.successor_code IN (SELECT household_code FROM family)
ORDER BY l.happened_on, l.id
"""


def newest_snapshot(kind: SnapshotKind) -> SnapshotRef:
    """The newest sealed register of a kind, by date and then by import; NOT_FOUND when there is none."""
    found = known_snapshot(kind)
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="住民記録のスナップショット")
    return found


def known_snapshot(kind: SnapshotKind) -> SnapshotRef | None:
    """The same; None when there is none."""
    row = Snapshot.objects.using(ALIAS).filter(kind=kind).order_by("-as_of", "-imported_at").first()
    return None if row is None else reference(row)


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
        sealed_at=row.imported_at,
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


def last_serial() -> int | None:
    """The serial of the last change that was taken in; None before the first."""
    newest = ChangeFile.objects.using(ALIAS).order_by("-last_serial").first()
    return newest.last_serial if newest else None


def taken_file(sha256: str) -> ChangeFile | None:
    """The daily file of that content, if it was taken in."""
    return ChangeFile.objects.using(ALIAS).filter(sha256=sha256).first()


def snapshot_named(snapshot_id: str) -> SnapshotRef:
    """The snapshot of that name."""
    return reference(Snapshot.objects.using(ALIAS).get(snapshot_id=snapshot_id))


def steps_of(snapshot_id: str) -> int:
    """How many steps of lineage led to that snapshot."""
    return Lineage.objects.using(ALIAS).filter(snapshot_id=snapshot_id).count()


def lineage(household_codes: Sequence[str]) -> list[LineageStep]:
    """Every step of the families of these households, by day."""
    with connections[ALIAS].cursor() as cursor:
        descent = [reason.value for reason in DESCENT]
        cursor.execute(_LINEAGE, {"codes": list(household_codes), "descent": descent})
        return [
            LineageStep(
                household_code=code, successor_code=successor, happened_on=day, reason=LineageReason(reason),
                members=members, former_head=former, new_head=new,
            )
            for code, successor, day, reason, members, former, new in cursor
        ]  # fmt: skip


def families_of(household_codes: Sequence[str]) -> dict[str, str]:
    """Each of these households → the name of its family; one query for a whole city."""
    descent = [reason.value for reason in DESCENT]
    steps = Lineage.objects.using(ALIAS).filter(reason__in=descent).order_by("pk")
    pairs = ((step.household_code, step.successor_code) for step in steps if step.successor_code)
    return families(pairs, household_codes)


def movements(resident_codes: Sequence[str]) -> list[Movement]:
    """The changes of these residents, oldest first."""
    rows = Change.objects.using(ALIAS).filter(resident_code__in=list(resident_codes))
    return [
        Movement(
            resident_code=row.resident_code, kind=row.kind, changed_on=row.changed_on,
            household_before=row.household_before or "", household_after=row.household_after,
            ward_before=row.ward_before or "", ward_after=row.ward_after,
            address_before=row.address_before or "", address_after=row.address_after,
            name_before=row.name_before or "", name_after=row.name_after,
            previous_municipality=row.previous_municipality or "", left_on=row.left_on,
        )
        for row in rows.order_by("changed_on", "serial", "pk")
    ]  # fmt: skip
