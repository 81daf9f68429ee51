"""Reads of file imports: where one stands, what was found in it, which edition is in use, what share may change unseen."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connections
from django.db.models import QuerySet

from todoke.contracts.residents import SnapshotKind
from todoke.engine import duck, snapshots
from todoke.kernel.errors import BadRow, ErrorCode, TodokeError
from todoke.systems.benefits import needs
from todoke.systems.benefits.flows import ImportState
from todoke.systems.benefits.models import FileImport, ImportLimit, ImportTotal, Shielded, Source
from todoke.systems.benefits.queries.deciding.judging import answers
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.deciding.judging import Inputs
from todoke.systems.benefits.rules.imports import completeness, differences, reading
from todoke.systems.benefits.rules.imports.differences import Page
from todoke.systems.benefits.rules.imports.kinds import KINDS, ImportKind

ALIAS: Final = "benefits"
OPEN: Final = (ImportState.RECEIVED, ImportState.CHECKED, ImportState.PROPOSED, ImportState.CONFIRMED)
REGISTERS: Final = {
    ImportKind.REGISTER_BASE: SnapshotKind.BASE,
    ImportKind.REGISTER_LATEST: SnapshotKind.LATEST,
}


def folder() -> Path:
    """Where files lie while their import is open, for this account alone."""
    path = Path(settings.TODOKE_DATA_FOLDER) / "benefits" / "imports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.chmod(path, 0o700)
    return path


def one(import_id: int) -> FileImport:
    """The import; NOT_FOUND otherwise."""
    found = FileImport.objects.using(ALIAS).filter(pk=import_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"取込番号 {import_id}")
    return found


def every() -> QuerySet[FileImport]:
    """All imports, the newest first."""
    return FileImport.objects.using(ALIAS).order_by("-pk")


def open_one(kind: ImportKind, programme: str) -> FileImport | None:
    """The import of that kind that has not ended."""
    return every().filter(kind=kind, programme=programme, state__in=OPEN).first()


def taken(kind: ImportKind, programme: str) -> QuerySet[FileImport]:
    """Imports that became an edition, the newest first."""
    return every().filter(kind=kind, programme=programme, state=ImportState.TAKEN)


def alone(kind: ImportKind, programme: str) -> None:
    """One import of a kind at a time, until the transaction ends."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"benefits:import:{kind}:{programme}"]
        )


def in_use(kind: ImportKind, programme: str = "") -> tuple[str, str] | None:
    """Digest and path of the edition that decisions (of that programme) use; None before the first, and for kinds that only add."""
    if kind in REGISTERS:
        register = needs.newest_register(REGISTERS[kind])
        return (register.sha256, register.path) if register else None
    source = newest(kind, programme)
    return (source.sha256, source.path) if source else None


def newest(kind: ImportKind, programme: str = "") -> Source | None:
    """The edition that was taken last, of a kind that is kept here."""
    rows = Source.objects.using(ALIAS).filter(kind=kind, programme=programme)
    return rows.order_by("-id").first()


def stale(of: FileImport) -> bool:
    """Whether another edition has come into use since the comparison: an import that cannot be taken any more."""
    kind = ImportKind(of.kind)
    if KINDS[kind].adds or of.state not in (ImportState.CHECKED, ImportState.PROPOSED, ImportState.CONFIRMED):
        return False
    known = in_use(kind, of.programme)
    return (known[0] if known else "") not in (of.before_sha256, of.table_sha256)


def next_step(of: FileImport) -> ImportState | None:
    """Where the house takes it without another person: to its check, or into use. None: it waits for a person, or has ended."""
    if of.state == ImportState.RECEIVED:
        return ImportState.CHECKED
    taken = of.state == ImportState.CONFIRMED or (of.state == ImportState.PROPOSED and not of.needs_second)
    return ImportState.TAKEN if taken else None


def edition(sha256: str, path: str) -> Path:
    """The sealed file, as it was sealed."""
    return snapshots.check(Path(path), sha256)


def limit(kind: ImportKind) -> int:
    """Percent of rows that one person may change alone: what was set last, else the kind's own."""
    found = ImportLimit.objects.using(ALIAS).filter(kind=kind).order_by("-id").first()
    return found.percent if found else KINDS[kind].percent


def limits() -> list[tuple[ImportKind, int, ImportLimit | None]]:
    """Every kind with its share in force and who set it."""
    newest = {row.kind: row for row in ImportLimit.objects.using(ALIAS).order_by("id")}
    return [
        (kind, newest[kind].percent if kind in newest else KINDS[kind].percent, newest.get(kind))
        for kind in ImportKind
    ]


def totals(of: FileImport) -> list[ImportTotal]:
    """Control totals in their order."""
    return list(ImportTotal.objects.using(ALIAS).filter(file_import=of).order_by("place"))


def write_faults(rows: Iterable[BadRow], out: Path) -> int:
    """The bad rows of a refused file, beside it; how many."""
    columns: dict[str, list[Any]] = {"row": [], "column": [], "shown": [], "rule": []}
    for bad in rows:
        for name, values in columns.items():
            values.append(getattr(bad, name))
    table = pa.table(columns)
    pq.write_table(table, out, compression="zstd")
    return table.num_rows


def faults(
    of: FileImport, *, rule: str = "", offset: int = 0, limit: int = 1000
) -> tuple[int, list[dict[str, Any]]]:
    """One page of the bad rows of a refused file, in the order of the file, and how many there are."""
    if not of.faults_path or not Path(of.faults_path).is_file():
        return 0, []
    where, values = "($rule = '' OR rule = $rule)", {"rule": rule}
    with duck.connect() as connection:
        connection.execute(
            "CREATE TEMP VIEW fault AS SELECT * FROM read_parquet('" + _quoted(of.faults_path) + "')"
        )
        counted = connection.execute(f"SELECT count(*) FROM fault WHERE {where}", values).fetchall()
        query = f"SELECT * FROM fault WHERE {where} ORDER BY row LIMIT {int(limit)} OFFSET {int(offset)}"
        rows = duck.table(connection, query, values).to_pylist()
    return int(counted[0][0]), rows


def fault_groups(of: FileImport) -> list[dict[str, Any]]:
    """The bad rows by column and rule, with count, first and last row; the most frequent first."""
    if not of.faults_path or not Path(of.faults_path).is_file():
        return []
    query = f"""
        SELECT "column", rule, count(*) AS count, min(row) AS first, max(row) AS last
        FROM read_parquet('{_quoted(of.faults_path)}') GROUP BY 1, 2 ORDER BY 3 DESC, 4
    """
    with duck.connect() as connection:
        return duck.table(connection, query).to_pylist()


def _quoted(path: str) -> str:
    return path.replace("'", "''")


def sealed(of: FileImport) -> Path | None:
    """The typed rows of a checked import: its own file while it is open, then the edition's; None when neither is there."""
    if of.table_path and Path(of.table_path).is_file():
        return Path(of.table_path)
    return _history(of, of.table_sha256)


def difference_page(of: FileImport, *, change: str, column: str, code: str, offset: int, limit: int) -> Page:
    """One page of the list of differences against the edition that the file was compared with."""
    kind = ImportKind(of.kind)
    known = in_use(kind, of.programme)
    before = Path(known[1]) if known and known[0] == of.before_sha256 else _history(of, of.before_sha256)
    if not of.differences_path or not Path(of.differences_path).is_file():
        return Page(total=0, rows=[])
    return differences.page(
        kind, Path(of.differences_path), before=before, after=sealed(of), change=change,
        column=column, code=code, offset=offset, limit=limit,
    )  # fmt: skip


def _history(of: FileImport, sha256: str) -> Path | None:
    """An edition of before, by its bytes."""
    rows = Source.objects.using(ALIAS).filter(kind=of.kind, programme=of.programme, sha256=sha256)
    found = rows.first() if sha256 else None
    return Path(found.path) if found else None


def protected(codes: Iterable[str]) -> frozenset[str]:
    """Which of these residents are under 支援措置 in either register that there is, or fled by the list."""
    wanted = list(codes)
    listed = Shielded.objects.using(ALIAS).filter(resident_code__in=wanted)
    found = set(listed.values_list("resident_code", flat=True))
    for kind in REGISTERS:
        known = in_use(kind)
        if known is not None and wanted:
            query = "SELECT resident_code FROM read_parquet($path) WHERE protected AND list_contains($codes, resident_code)"
            with duck.connect() as connection:
                rows = connection.execute(query, {"path": known[1], "codes": wanted}).fetchall()
            found |= {code for (code,) in rows}
    return frozenset(found)


def standing(programme: str, *, tax: Path | None = None) -> Path | None:
    """Everybody's tax status as it would be judged now, or with another tax edition; None without both registers."""
    base, latest = in_use(ImportKind.REGISTER_BASE), in_use(ImportKind.REGISTER_LATEST)
    special = in_use(ImportKind.SPECIAL_PERSONS)
    if base is None or latest is None:
        return None
    evidence = Inputs(
        base=edition(*base),
        latest=edition(*latest),
        tax=tax or _edition_or_nothing(ImportKind.TAX),
        assistance=_edition_or_nothing(ImportKind.ASSISTANCE),
        answers=snapshots.write(answers(programme), folder(), "answers").path,
        special=edition(*special) if special else None,
    )
    return completeness.standing(programmes.find(programme), evidence, folder())


def _edition_or_nothing(kind: ImportKind) -> Path:
    known = in_use(kind)
    if known is not None:
        return edition(*known)
    empty = {name: pa.array([], pa.string()) for name in reading.LAYOUTS[kind].names}
    return snapshots.write(reading.typed(pa.table(empty), kind), folder(), f"no-{kind}").path


def unanswered(programme: str, *, tax: Path | None = None) -> int | None:
    """How many persons of the register have no tax answer; None without registers."""
    found = standing(programme, tax=tax)
    return None if found is None else completeness.unknown(found)
