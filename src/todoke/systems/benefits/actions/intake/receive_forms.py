"""受付: forms that came back, one per case whatever the route; the others are kept with the reason why not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, one_of, require
from todoke.engine import postgres, snapshots
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits import codecs
from todoke.systems.benefits.rules.intake.answers import PAPER_ROUTES
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"
_TAKERS = (
    Permission.BENEFITS_RECEIVE,
    Permission.BENEFITS_IMPORT_CONFIRM,
    Permission.BENEFITS_IMPORT_CONTINUE,
)
"""Whoever confirms an import as its second person ends it, too; one that was stopped, the house."""

# One arrival a case whatever the route: a sheet that was scanned before keeps its own (unique constraint).
_ARRIVE = """
INSERT INTO benefits_arrival (
    programme, case_id, channel, source, received_on, before_state, arrived_at, arrived_by
)
SELECT DISTINCT ON (c.id) %(programme)s, c.id, 'file', %(sha256)s, f.received_on, c.state, %(now)s, %(by)s
FROM returned_forms f
JOIN benefits_case c ON c.programme = %(programme)s AND c.household_key = f.household_code
WHERE c.state IN ('numbered', 'printed')
ORDER BY c.id, f.received_on, f.source_row
ON CONFLICT (case_id) WHERE undone_at IS NULL DO NOTHING
"""
# The first form of a case counts: by date received, then by place in the file. What is keyed from paper belongs to the
# sheet that was scanned; an electronic form of the same household is a second one.
_TAKE = """
INSERT INTO benefits_application (
    programme, case_id, household_key, received_on, route, declines, declared_supporter_taxed, bank_code, branch_code,
    account_type, account_number, account_holder_kana, refusal, source_sha256, source_row, received_at, received_by
)
SELECT %(programme)s, c.id, f.household_code, f.received_on, f.route, f.declines, f.declared_supporter_taxed,
    f.bank_code, f.branch_code, f.account_type, f.account_number, f.account_holder_kana,
    CASE WHEN c.id IS NULL THEN 'no_case'
        WHEN EXISTS (SELECT FROM benefits_application a WHERE a.case_id = c.id AND a.refusal = '')
            OR r.channel = 'scan' AND f.route <> ALL(%(paper)s)
            OR row_number() OVER (
                PARTITION BY c.id, r.channel = 'scan' AND f.route <> ALL(%(paper)s)
                ORDER BY f.received_on, f.source_row
            ) > 1 THEN 'duplicate'
        ELSE '' END,
    %(sha256)s, f.source_row, %(now)s, %(by)s
FROM returned_forms f
LEFT JOIN benefits_case c ON c.programme = %(programme)s AND c.household_key = f.household_code
LEFT JOIN benefits_arrival r ON r.case_id = c.id AND r.undone_at IS NULL
ORDER BY f.source_row
"""
_MOVE = """
UPDATE benefits_case c SET state = 'received', state_at = %(now)s, state_by = %(by)s
FROM benefits_application a
WHERE a.source_sha256 = %(sha256)s AND a.refusal = '' AND a.case_id = c.id AND c.state IN ('numbered', 'printed')
"""
_COUNT = """
SELECT count(*), count(*) FILTER (WHERE refusal = ''), count(*) FILTER (WHERE refusal = 'duplicate'),
    count(*) FILTER (WHERE refusal = 'no_case')
FROM benefits_application WHERE source_sha256 = %(sha256)s
"""


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What a file of returned forms came to."""

    rows: int
    accepted: int
    duplicates: int
    no_case: int


def receive_forms(*, programme: Programme, file: Path, by: Actor) -> Intake:
    """Take in a whole file of returned forms, or nothing. The same file again changes nothing and counts the same.

    Raises InputRefused with every bad row, and NOT_FOUND when no case of the programme was numbered.
    """
    require(by, Permission.BENEFITS_RECEIVE)
    forms, sha256 = codecs.read_returned_forms(file), snapshots.file_sha256(file)
    return receive_table(programme=programme, forms=forms, sha256=sha256, by=by)


def receive_table(*, programme: Programme, forms: pa.Table, sha256: str, by: Actor) -> Intake:
    """The same for forms that are read and checked already, from the file with that SHA-256."""
    require(by, one_of(by, *_TAKERS))
    values: dict[str, Any] = {
        "programme": programme.code,
        "sha256": sha256,
        "paper": list(PAPER_ROUTES),
        "now": clock.now(),
        "by": by.staff_id,
    }
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('benefits:receive', 0))")
        cursor.execute("SELECT FROM benefits_case WHERE programme = %(programme)s LIMIT 1", values)
        if cursor.fetchone() is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="付番済みの世帯")
        cursor.execute(_COUNT, values)
        if cursor.fetchone()[0] == 0:
            _take(forms, values, programme=programme, by=by)
        cursor.execute(_COUNT, values)
        rows, accepted, duplicates, no_case = cursor.fetchone()
    return Intake(rows=rows, accepted=accepted, duplicates=duplicates, no_case=no_case)


def _take(forms: pa.Table, values: dict[str, Any], *, programme: Programme, by: Actor) -> None:
    postgres.join_whole_tables(ALIAS)
    postgres.stage(ALIAS, "returned_forms", forms)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_ARRIVE, values)
        cursor.execute(_TAKE, values)
        cursor.execute(_MOVE, values)
    subject = f"programme {programme.code} file {str(values['sha256'])[:16]}"
    record(ALIAS, by=by, verb="benefits:application:receive", subject=subject, persons=forms.num_rows)
