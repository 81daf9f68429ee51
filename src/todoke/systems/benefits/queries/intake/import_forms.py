"""How returned forms of a file would be received: new, received before, or without a case. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connections, transaction

from todoke.engine import postgres
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records.ragged import pc
from todoke.systems.benefits.rules.intake.answers import PAPER_ROUTES

ALIAS = "benefits"
# As receive_forms decides: the first form of a case counts, by date received, then by place in the file
_STANDING = """
SELECT f.source_row, f.household_code,
    CASE WHEN c.id IS NULL THEN 'no_case'
        WHEN EXISTS (SELECT FROM benefits_application a WHERE a.case_id = c.id AND a.refusal = '')
            OR r.channel = 'scan' AND f.route <> ALL(%(paper)s)
            OR row_number() OVER (
                PARTITION BY c.id, r.channel = 'scan' AND f.route <> ALL(%(paper)s)
                ORDER BY f.received_on, f.source_row
            ) > 1 THEN 'duplicate'
        ELSE 'added' END
FROM checked_forms f
LEFT JOIN benefits_case c ON c.programme = %(programme)s AND c.household_key = f.household_code
LEFT JOIN benefits_arrival r ON r.case_id = c.id AND r.undone_at IS NULL
ORDER BY f.source_row
"""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Counts, and every form with what would become of it."""

    new: int
    duplicates: int
    no_case: int
    forms: pa.Table


def need_cases(programme: str) -> None:
    """NOT_FOUND while no case of the programme is numbered."""
    query = "SELECT 1 FROM benefits_case WHERE programme = %s LIMIT 1"
    if not postgres.fetch(ALIAS, query, [programme]):
        raise TodokeError(ErrorCode.NOT_FOUND, what="付番済みの世帯")


def standing(programme: str, forms: pa.Table) -> Standing:
    """What would become of each form if they were received now."""
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        postgres.join_whole_tables(ALIAS)
        postgres.stage(
            ALIAS, "checked_forms", forms.select(["household_code", "received_on", "route", "source_row"])
        )
        cursor.execute(_STANDING, {"programme": programme, "paper": list(PAPER_ROUTES)})
        rows = cursor.fetchall()
    numbers, households, changes = zip(*rows, strict=True) if rows else ((), (), ())
    columns = {
        "household_code": pa.array(households, pa.string()),
        "source_row": pa.array(numbers, pa.int32()),
        "change": pa.array(changes, pa.string()),
    }
    counts = {entry["values"]: entry["counts"] for entry in pc.value_counts(columns["change"]).to_pylist()}
    return Standing(
        new=counts.get("added", 0),
        duplicates=counts.get("duplicate", 0),
        no_case=counts.get("no_case", 0),
        forms=pa.table(columns),
    )


def write(known: Standing, out: Path) -> None:
    """The list of differences of a file of forms, in the shape of that of editions."""
    empty = pa.array([[]] * known.forms.num_rows, pa.list_(pa.string()))
    pq.write_table(known.forms.append_column("columns", empty), out, compression="zstd")
