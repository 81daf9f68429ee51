"""回答の突合 (import_answers): match the four attributes, read the tax status, keep every answer as it came."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.people import BasicAttributes
from todoke.contracts.residents import SnapshotKind
from todoke.engine import duck, postgres, snapshots
from todoke.kernel import clock
from todoke.kernel.errors import BadRow, InputRefused
from todoke.oplog.record import record
from todoke.systems.benefits import codecs, needs
from todoke.systems.benefits.models import AnswerImport
from todoke.systems.benefits.rules import answer_status
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"
_ATTRIBUTES = """
SELECT l.resident_code, l.name_kanji, l.sex, l.birth_date, l.address
FROM read_parquet(?) l SEMI JOIN answer USING (resident_code)
"""
_READ = """
SELECT resident_code, integrated_number, ward_code, inquiry_kind, error_reason AS error, {status} AS status,
    tax_year, gross_income, total_income, income_levy, per_capita_levy, taxed_elsewhere, taxing_municipality,
    income_levy_reason, per_capita_levy_reason
FROM (
    SELECT * REPLACE (
        gross_income::BIGINT AS gross_income, total_income::BIGINT AS total_income,
        income_levy::BIGINT AS income_levy, per_capita_levy::BIGINT AS per_capita_levy
    ), matched FROM answer LEFT JOIN matching USING (resident_code)
) ORDER BY resident_code
"""


@dataclass(frozen=True, kw_only=True)
class Matched:
    """How many answers came, and how many persons by the status that was read."""

    records: int
    statuses: dict[str, int]


def import_answers(*, programme: Programme, round_name: str, files: Sequence[Path], by: Actor) -> Matched:
    """Take in all answer files of a round, or none of them. The same files again change nothing.

    Raises InputRefused: a person twice, or one that is not in the register.
    """
    require(by, Permission.BENEFITS_IMPORT)
    answers = codecs.read_answers(files)
    _refuse_twice(answers, files[0].name)
    read = _statuses(answers, programme)
    folder = Path(settings.TODOKE_DATA_FOLDER) / "benefits"
    seal = snapshots.write(read.select(["resident_code", "status"]), folder, f"answers-{round_name}")
    digest = hashlib.sha256("".join(snapshots.file_sha256(file) for file in files).encode()).hexdigest()
    with transaction.atomic(using=ALIAS):
        imported, created = AnswerImport.objects.using(ALIAS).get_or_create(
            programme=programme.code,
            sha256=digest,
            defaults={
                "round": round_name,
                "path": str(seal.path),
                "sealed_sha256": seal.sha256,
                "records": read.num_rows,
                "imported_at": clock.now(),
                "imported_by": by.staff_id,
            },
        )
        if created:
            ids = pa.repeat(pa.scalar(imported.pk, pa.int64()), read.num_rows)
            postgres.copy_in(ALIAS, "benefits_answer", read.append_column("imported_id", ids))
            subject = f"answers {programme.code} {digest[:16]}"
            record(
                ALIAS, by=by.staff_id, verb="benefits:answer:import", subject=subject, persons=read.num_rows
            )
    return Matched(records=read.num_rows, statuses=_counted(read))


def _counted(read: pa.Table) -> dict[str, int]:
    rows = read.group_by("status").aggregate([([], "count_all")]).to_pylist()
    return {row["status"]: row["count_all"] for row in rows}


def _refuse_twice(answers: pa.Table, file: str) -> None:
    seen: set[str | None] = set()
    bad: list[BadRow] = []
    for line, code in enumerate(answers["resident_code"].to_pylist(), start=1):
        if code in seen:
            bad.append(
                BadRow(
                    file=file,
                    row=line,
                    column="個人コード",
                    shown="(伏せています)",
                    rule="同じ人の回答が二つあります",
                )
            )
        seen.add(code)
    if bad:
        raise InputRefused(file, bad)


def _statuses(answers: pa.Table, programme: Programme) -> pa.Table:
    with duck.connect() as connection:
        connection.register("answer", answers)
        connection.register("matching", _matching(connection, answers))
        query = _READ.format(status=answer_status.expression(programme.tax_year))
        return duck.table(connection, query)


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
    return pa.table({"resident_code": codes, "matched": matched})
