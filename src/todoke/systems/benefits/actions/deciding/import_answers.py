"""回答の突合 (import_answers): match the four attributes, read the tax status, keep every answer as it came."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from django.conf import settings
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.people import BasicAttributes
from todoke.contracts.residents import SnapshotKind
from todoke.engine import duck, postgres, snapshots
from todoke.kernel import clock
from todoke.kernel.errors import BadRow, InputRefused
from todoke.oplog.record import record
from todoke.systems.benefits import codecs, needs, queries
from todoke.systems.benefits.models import AnswerImport, InquiryOrder
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.tax import answer_status

ALIAS = "benefits"
_ATTRIBUTES = """
SELECT l.resident_code, l.name_kanji, l.sex, l.birth_date, l.address
FROM read_parquet(?) l SEMI JOIN answer USING (resident_code)
"""
_READ = """
SELECT a.* EXCLUDE (file, row), {reading}
FROM answer a LEFT JOIN matching USING (resident_code) ORDER BY resident_code
"""
_FAULTS = """
SELECT file, row, CASE WHEN p.resident_code IS NULL THEN 'individual' ELSE 'twice' END AS fault
FROM (SELECT *, row_number() OVER (PARTITION BY resident_code ORDER BY file, row) AS nth FROM answer) a
LEFT JOIN read_parquet(?) p USING (resident_code)
WHERE p.resident_code IS NULL OR nth > 1
UNION ALL
SELECT file, row, 'shared' FROM answer
WHERE integrated_number IN (SELECT integrated_number FROM answer GROUP BY ALL HAVING count(DISTINCT resident_code) > 1)
ORDER BY file, row
"""
# Persons from abroad are on a list of their own and in no answer file
_MISSING = "SELECT count(*) FROM read_parquet(?) p ANTI JOIN answer USING (resident_code) WHERE NOT p.abroad"
_RULES = {
    "individual": ("個人コード", "照会を依頼していない人の回答です"),
    "twice": ("個人コード", "同じ人の回答が二つあります"),
    "shared": ("統合番号", "同じ統合番号の回答が別の人にもあります"),
}


@dataclass(frozen=True, kw_only=True)
class Matched:
    """How many answers came, how many persons of the order have none, and persons by the status that was read."""

    records: int
    missing: int
    statuses: dict[str, int]


def import_answers(*, programme: Programme, round_name: str, files: Sequence[Path], by: Actor) -> Matched:
    """Take in all answer files of a round's order, or none of them. The same files again change nothing.

    A newer set replaces the older one as a whole. Raises NOT_FOUND before the round was ordered, and InputRefused:
    an unreadable field, a person twice or one who was not asked about, or a 統合番号 that two persons share.
    """
    require(by, Permission.BENEFITS_IMPORT)
    order = queries.inquiry_order(programme.code, round_name)
    answers = codecs.read_answers(files)
    read, missing = _read(answers, order, programme)
    folder = Path(settings.TODOKE_DATA_FOLDER) / "benefits"
    seal = snapshots.write(read, folder, f"answer-records-{round_name}")
    digest = hashlib.sha256("".join(snapshots.file_sha256(file) for file in files).encode()).hexdigest()
    with transaction.atomic(using=ALIAS):
        _alone(order)
        imported, created = AnswerImport.objects.using(ALIAS).get_or_create(
            order=order,
            sha256=digest,
            defaults={
                "path": str(seal.path),
                "sealed_sha256": seal.sha256,
                "records": read.num_rows,
                "missing": missing,
                "imported_at": clock.now(),
                "imported_by": by.staff_id,
            },
        )
        if created:
            _keep(imported, read, by)
    return Matched(records=read.num_rows, missing=missing, statuses=_counted(read))


def _alone(order: InquiryOrder) -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"answers:{order.order_id}"])


def _keep(imported: AnswerImport, read: pa.Table, by: Actor) -> None:
    ids = pa.repeat(pa.scalar(imported.pk, pa.int64()), read.num_rows)
    postgres.copy_in(ALIAS, "benefits_answer", read.append_column("imported_id", ids))
    subject = f"answers {imported.order_id} {imported.sha256[:16]}"
    record(ALIAS, by=by, verb="benefits:answer:import", subject=subject, persons=read.num_rows)


def _counted(read: pa.Table) -> dict[str, int]:
    rows = read.group_by("status").aggregate([([], "count_all")]).sort_by("status").to_pylist()
    return {row["status"]: row["count_all"] for row in rows}


def _read(answers: pa.Table, order: InquiryOrder, programme: Programme) -> tuple[pa.Table, int]:
    """The answers by resident code with `status` and `finding`, and how many persons have none."""
    asked = snapshots.check(Path(order.path), order.sha256)
    with duck.connect() as connection:
        connection.register("answer", answers)
        _refuse(connection, asked)
        connection.register("matching", _matching(connection, answers))
        ((missing,),) = connection.execute(_MISSING, [str(asked)]).fetchall()
        query = _READ.format(reading=answer_status.columns(programme.tax_year))
        return duck.table(connection, query), missing


def _refuse(connection: duckdb.DuckDBPyConnection, asked: Path) -> None:
    """InputRefused unless every answer belongs to exactly one person who was asked about."""
    bad = [
        BadRow(file=file, row=row, column=_RULES[fault][0], shown="（伏せています）", rule=_RULES[fault][1])
        for file, row, fault in connection.execute(_FAULTS, [str(asked)]).fetchall()
    ]
    if bad:
        raise InputRefused(bad[0].file, bad)


def _matching(connection: duckdb.DuckDBPyConnection, answers: pa.Table) -> pa.Table:
    """Per person whether linkage's four attributes of the 統合番号 agree with the register's of the 個人コード."""
    latest = needs.register(SnapshotKind.LATEST)
    path = snapshots.check(Path(latest.path), latest.sha256)
    registered = {
        code: BasicAttributes(name_kanji=name, sex=sex, birth_date=born, address=address)
        for code, name, sex, born, address in connection.execute(_ATTRIBUTES, [str(path)]).fetchall()
    }
    numbers = answers["integrated_number"].to_pylist()
    known = {
        person.integrated_number: person.attributes
        for person in needs.linkage().attributes(sorted({number for number in numbers if number}))
    }
    codes = answers["resident_code"].to_pylist()
    matched = [
        number in known and code in registered and known[number].agrees(registered[code])
        for number, code in zip(numbers, codes, strict=True)
    ]
    return pa.table({"resident_code": answers["resident_code"], "matched": pa.array(matched, pa.bool_())})
