"""Reads of 副本登録: files on their way, copies registered, backlog; and the place of the temporary files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models import Count, Min, QuerySet, Sum

from todoke.contracts import replica_digests
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.systems.linkage.flows.replicas import PieceState
from todoke.systems.linkage.models import ReplicaFile, ReplicaPiece

ALIAS = "linkage"
BACKLOG_AGE = timedelta(minutes=30)
"""How old the oldest unsent message may be; settings.TODOKE_BACKLOG_AGE replaces it."""
BACKLOG_COUNT = 200_000
"""How many records may wait to be sent; settings.TODOKE_BACKLOG_COUNT replaces it."""

BACKLOG = (PieceState.WAITING, PieceState.SENT)
"""States of a piece that nobody has answered for yet."""

_EDITIONS = """
SELECT fiscal_year, count(*) FILTER (WHERE state = 'registered'), count(*) FILTER (WHERE state IN ('sent', 'leaving')),
       count(*) FILTER (WHERE state = 'refused'), max(registered_at)
FROM linkage_registeredcopy GROUP BY 1 ORDER BY 1
"""
_WAITING = """
SELECT coalesce(sum(records), 0), min(since) FROM (
    SELECT p.rows AS records, f.received_at AS since
    FROM linkage_replicapiece p JOIN linkage_replicafile f ON f.id = p.file_id WHERE p.state IN ('waiting', 'sent')
    UNION ALL
    SELECT 1, b.submitted_at
    FROM linkage_query q JOIN linkage_querybatch b ON b.batch_id = q.batch_id WHERE q.state IN ('accepted', 'sent')
) w
"""
_SUM = replica_digests.sum_sql("c.digest", "c.integrated_number")
_COPIES = f"""
SELECT person_id AS integrated_number, fiscal_year, digest,
       {replica_digests.bucket_sql("x", replica_digests.DEPTH)} AS bucket
FROM linkage_registeredcopy, LATERAL (SELECT person_id AS integrated_number) x
WHERE state = 'registered' OR digest IS NOT NULL AND state IN ('sent', 'refused')
"""


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One 年度: how many copies stand in which state, and when the newest was registered."""

    fiscal_year: int
    registered: int
    under_way: int
    refused: int
    newest: datetime | None

    @property
    def age_days(self) -> int | None:
        """Whole days since the newest registration."""
        return (clock.now() - self.newest).days if self.newest else None


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """What waits to be sent or to be answered for: records, since when, and whether that is too much."""

    records: int
    oldest: datetime | None
    too_old: bool
    too_many: bool

    @property
    def alarming(self) -> bool:
        return self.too_old or self.too_many


def editions() -> list[Edition]:
    """Every 年度 of which anything was ever registered."""
    names = ("fiscal_year", "registered", "under_way", "refused", "newest")
    return [Edition(**dict(zip(names, row, strict=True))) for row in postgres.fetch(ALIAS, _EDITIONS)]


def backlog() -> Backlog:
    """The backlog of registrations and queries towards the intermediary, in numbers."""
    ((records, oldest),) = postgres.fetch(ALIAS, _WAITING)
    age: timedelta = getattr(settings, "TODOKE_BACKLOG_AGE", BACKLOG_AGE)
    limit: int = getattr(settings, "TODOKE_BACKLOG_COUNT", BACKLOG_COUNT)
    return Backlog(
        records=int(records),
        oldest=oldest,
        too_old=oldest is not None and clock.now() - oldest > age,
        too_many=records > limit,
    )


def open_pieces() -> list[tuple[str, int, datetime]]:
    """(state, rows, since when the oldest) of the pieces that the intermediary has not answered for."""
    pieces = ReplicaPiece.objects.using(ALIAS).filter(state__in=BACKLOG)
    found = pieces.values_list("state").annotate(Sum("rows"), Min("file__received_at"))
    return [(state, rows, oldest) for state, rows, oldest in found.order_by("state")]


def files() -> QuerySet[ReplicaFile]:
    """Files as they came in, newest first, with the number of their pieces that are open."""
    return ReplicaFile.objects.using(ALIAS).annotate(piece_count=Count("pieces")).order_by("-pk")


def progress(file: ReplicaFile) -> dict[str, int]:
    """Rows of a file by the state of their piece, and what the intermediary said to them."""
    found: dict[str, int] = {
        "waiting": 0,
        "sent": 0,
        "settled": 0,
        "refused_rows": 0,
        "registered": 0,
        "replaced": 0,
        "deleted": 0,
    }
    for piece in ReplicaPiece.objects.using(ALIAS).filter(file=file):
        name = {"registered": "settled", "refused": "refused_rows"}.get(piece.state, piece.state)
        found[name] += piece.rows
        for count in ("registered", "replaced", "deleted"):
            found[count] += getattr(piece, count)
    return found


def piece_path(file: int, number: int) -> Path:
    """Where the temporary file of a piece lies."""
    folder: Path = settings.TODOKE_DATA_FOLDER / "linkage" / "replicas"
    return folder / f"{file}-{number}.sealed"


def is_gone(path: Path) -> bool:
    """Delete a temporary file, and look whether it is gone from its folder, also after a power cut."""
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return not path.exists()


def remove_strays() -> int:
    """Temporary files of receipts that were undone: no row knows them and no key opens them. Under the lock only."""
    folder = piece_path(0, 0).parent
    if not folder.is_dir():
        return 0
    known = {f"{file}-{number}.sealed" for file, number in ReplicaPiece.objects.using(ALIAS).filter(deleted_at__isnull=True).values_list("file_id", "number")}  # fmt: skip
    strays = [path for path in folder.iterdir() if path.name not in known]
    return sum(is_gone(path) for path in strays)


def one_receipt_at_a_time() -> None:
    """Wait for any other receipt of masters, until this transaction ends."""
    _lock("receive")


def one_sending_at_a_time() -> None:
    """Wait for any other sending of replicas, until this transaction ends: pieces leave in their order."""
    _lock("send")


def _lock(what: str) -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"linkage:replicas:{what}"])


def copy_totals() -> dict[int, tuple[int, bytes]]:
    """年度 → (count, digest) of the copies that the city believes to be registered."""
    query = f"SELECT c.fiscal_year, count(*), {_SUM} FROM ({_COPIES}) c GROUP BY 1"
    return {year: (count, bytes(digest)) for year, count, digest in postgres.fetch(ALIAS, query)}


def copy_buckets(fiscal_year: int, prefixes: list[str], depth: int) -> dict[str, tuple[int, bytes]]:
    """Prefix → (count, digest), of the buckets below these."""
    query = f"""
    SELECT left(c.bucket, %(depth)s), count(*), {_SUM} FROM ({_COPIES}) c
    WHERE c.fiscal_year = %(year)s AND left(c.bucket, %(length)s) = ANY(%(prefixes)s) GROUP BY 1
    """
    found = postgres.fetch(ALIAS, query, _below(fiscal_year, prefixes) | {"depth": depth})
    return {prefix: (count, bytes(digest)) for prefix, count, digest in found}


def copy_digests(fiscal_year: int, prefixes: list[str]) -> dict[str, bytes]:
    """統合番号 → digest, below these prefixes."""
    query = f"""
    SELECT c.integrated_number, c.digest FROM ({_COPIES}) c
    WHERE c.fiscal_year = %(year)s AND left(c.bucket, %(length)s) = ANY(%(prefixes)s)
    """
    return {
        number: bytes(digest)
        for number, digest in postgres.fetch(ALIAS, query, _below(fiscal_year, prefixes))
    }


def _below(fiscal_year: int, prefixes: list[str]) -> dict[str, Any]:
    return {"year": fiscal_year, "prefixes": prefixes, "length": len(prefixes[0])}
