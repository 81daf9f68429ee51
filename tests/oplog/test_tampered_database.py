"""The owner of the database, who can switch every guard off, changes the log itself; the export shows it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.oplog import honest
from tests.oplog.honest import ALIAS
from tests.oplog.support import owner, unguarded
from todoke.oplog import months
from todoke.oplog.faults import Reason

CASES = {
    "edit_who": ("UPDATE oplog_operation SET actor = 'z9' WHERE {row}", Reason.ROW_LEAF),
    "edit_when": ("UPDATE oplog_operation SET at = at + interval '1 second' WHERE {row}", Reason.ROW_LEAF),
    "edit_what": ("UPDATE oplog_operation SET verb = 'benefits:letter:print' WHERE {row}", Reason.ROW_LEAF),
    "edit_outcome": ("UPDATE oplog_operation SET outcome = 'refused' WHERE {row}", Reason.ROW_LEAF),
    "edit_leaf": ("UPDATE oplog_operation SET leaf = sha256('x') WHERE {row}", Reason.ROW_LEAF),
    "remove": ("DELETE FROM oplog_operation WHERE {row}", Reason.ROW_MISSING),
    "insert": (
        "INSERT INTO oplog_operation (id, xid, at, actor, organisation, session_id, terminal, duty, purpose, verb,"
        " subject, persons, object_type, outcome, permit_id, leaf) SELECT 1000000, xid, at,"
        " actor, organisation, session_id, terminal, duty, purpose, verb, subject, persons, object_type, outcome,"
        " permit_id, leaf FROM oplog_operation WHERE {row}",
        Reason.ROW_INSERTED,
    ),
    "lose_a_salt": (
        "UPDATE oplog_operation SET salt = NULL, object_index = NULL, commitment = sha256('x')"
        " WHERE id = (SELECT min(id) FROM oplog_operation WHERE salt IS NOT NULL)",
        Reason.ROW_LEAF,
    ),
    "cut_the_tail": (
        "DELETE FROM oplog_checkpoint WHERE size > 3; DELETE FROM oplog_mark WHERE seg >= 3;"
        " DELETE FROM oplog_operation WHERE id > (SELECT last_id FROM oplog_segment WHERE seg = 2);"
        " DELETE FROM oplog_segment WHERE seg >= 3",
        Reason.WITNESS_AHEAD,
    ),
    "remove_a_segment": (
        "DELETE FROM oplog_mark WHERE seg = 2; DELETE FROM oplog_segment WHERE seg = 2",
        Reason.SEGMENT_MISSING,
    ),
    "drop_a_month": ("DROP TABLE oplog_operation_2026_08", Reason.SEGMENT_ROWS),
    "drop_a_month_with_a_record_of_one_s_own": (
        "INSERT INTO oplog_drop_request SELECT month, sum(n), sha256('x'), 'x', 'z1', now() FROM oplog_segment"
        " WHERE month = '2026-08-01' GROUP BY month;"
        " INSERT INTO oplog_deletion SELECT 1, month, n, root, legal_basis, requested_by, requested_at, 'z2', now(),"
        " sha256('y') FROM oplog_drop_request WHERE month = '2026-08-01';"
        " SELECT oplog_drop_month('2026-08-01')",
        Reason.DELETION_UNLOGGED,
    ),
    "remove_the_deletion_record": ("DELETE FROM oplog_deletion", Reason.SEGMENT_ROWS),
    "edit_a_checkpoint": (
        "UPDATE oplog_checkpoint SET note = replace(note, 'rows 14', 'rows 15')",
        Reason.CHECKPOINT_SIGNATURE,
    ),
    "truncate": ("TRUNCATE oplog_operation", Reason.SEGMENT_ROWS),
}
_PARTS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'oplog_operation'::regclass"
TABLES = (
    "oplog_operation", "oplog_segment", "oplog_checkpoint", "oplog_deletion", "oplog_drop_request",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_criminal_owner_is_found_out(databases, server, name: str, tmp_path: Path) -> None:
    honest.build(databases)
    command, reason = CASES[name]
    row = "id = (SELECT min(id) + 3 FROM oplog_operation WHERE actor = 'c001' AND salt IS NULL)"
    with owner(databases, server, ALIAS) as connection, unguarded(connection, *TABLES):
        parts = connection.execute(_PARTS).fetchall()
        for (part,) in parts:
            connection.execute(f"ALTER TABLE {part} DISABLE TRIGGER USER")
        for statement in command.format(row=row).split("; "):
            connection.execute(sql.SQL(statement))
        for (part,) in parts:
            connection.execute(f"ALTER TABLE IF EXISTS {part} ENABLE TRIGGER USER")
    report = honest.export(databases, tmp_path).verify()
    months.forget(ALIAS, date(2026, 8, 1))  # should it be gone, the next test makes it again
    assert reason in [fault.reason for fault in report.faults], [str(fault) for fault in report.faults]


def test_the_owner_s_functions_want_the_record_of_two_people(databases, server) -> None:
    honest.build(databases)
    with owner(databases, server, ALIAS) as connection:
        for statement, refusal in (
            ("SELECT oplog_drop_month('2026-08-01')", "no deletion record of two people"),
            ("SELECT oplog_open_month('2026-07-01')", "was deleted and takes no more entries"),
            ("SELECT oplog_open_month('2199-01-01')", "no log is kept"),
            (
                "INSERT INTO oplog_deletion SELECT 9, month, n, root, legal_basis, requested_by, requested_at,"
                " requested_by, now(), sha256('') FROM oplog_drop_request",
                "oplog_deletion_check",
            ),
        ):
            with pytest.raises(psycopg.Error, match=refusal):
                connection.execute(statement)
        found = connection.execute("SELECT oplog_erase(min(id), sha256('')) FROM oplog_operation").fetchone()
        assert found == (False,)
