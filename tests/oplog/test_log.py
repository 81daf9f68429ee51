"""The operation log stands or falls with the operation, and nobody can change it."""

import psycopg
import pytest
from django.db import DatabaseError, connections, transaction

from tests.oplog.support import owner
from todoke.oplog.entry import Outcome
from todoke.oplog.models import Operation
from todoke.oplog.person import Person
from todoke.oplog.record import record, record_many, record_refusal
from todoke.oplog.who import Who

BY = Who(
    staff_id="c001",
    organisation="給付課",
    session_id="s1",
    terminal="t01",
    duty="給付金",
    purpose="窓口での問合せ",
)
DECIDE = "benefits:decision:decide"


@pytest.mark.usefixtures("databases")
def test_an_entry_is_written_only_inside_the_operation() -> None:
    with pytest.raises(RuntimeError):
        record("benefits", by=BY, verb=DECIDE, subject="x")
    with pytest.raises(RuntimeError):
        record_many("benefits", by=BY, verb=DECIDE, subject="x", about=[])


@pytest.mark.usefixtures("databases")
def test_an_operation_undone_leaves_no_entry() -> None:
    with transaction.atomic(using="benefits"):
        record("benefits", by=BY, verb=DECIDE, subject="x")
        transaction.set_rollback(True, using="benefits")
    assert not Operation.objects.using("benefits").exists()


@pytest.mark.usefixtures("databases")
def test_a_refusal_stays_when_the_operation_is_undone() -> None:
    with transaction.atomic(using="benefits"):
        record_refusal("benefits", by=BY, verb=DECIDE, subject="x")
        transaction.set_rollback(True, using="benefits")
    record_refusal("benefits", by=BY, verb=DECIDE, subject="y", outcome=Outcome.FAILED)
    assert list(Operation.objects.using("benefits").values_list("subject", "outcome").order_by("id")) == [
        ("x", "refused"),
        ("y", "failed"),
    ]


@pytest.mark.usefixtures("databases")
def test_an_entry_names_who_from_where_and_what_for() -> None:
    with transaction.atomic(using="benefits"):
        record("benefits", by=BY, verb=DECIDE, subject="x", persons=3, permit_id="p1")
    found = Operation.objects.using("benefits").get()
    assert (found.actor, found.organisation, found.session_id, found.terminal) == (
        "c001",
        "給付課",
        "s1",
        "t01",
    )
    assert (found.duty, found.purpose, found.verb, found.subject) == ("給付金", "窓口での問合せ", DECIDE, "x")
    assert (found.persons, found.outcome, found.permit_id) == (3, "done", "p1")


def test_a_person_s_number_is_nowhere_in_the_database(databases) -> None:
    with transaction.atomic(using="benefits"):
        record("benefits", by=BY, verb=DECIDE, subject="x", about=Person("resident_code", "98765432109"), detail="氏名 架空太郎")  # fmt: skip
        people = [Person("resident_code", f"9876543{n:04}") for n in range(3000)]
        assert record_many("benefits", by=BY, verb=DECIDE, subject="list", about=people) == 3000
    dump_it = "COPY (SELECT * FROM oplog_operation) TO STDOUT"
    with connections["benefits"].cursor() as cursor, cursor.copy(dump_it) as copy:
        dump = b"".join(bytes(part) for part in copy)
    assert dump.count(b"\n") == 3001
    assert b"9876543" not in dump
    assert "架空".encode() not in dump


@pytest.mark.parametrize(
    "change",
    ["UPDATE oplog_operation SET actor = 'x'", "DELETE FROM oplog_operation", "TRUNCATE oplog_operation"],
)
@pytest.mark.parametrize("alias", ["benefits", "linkage", "intermediary_14100", "directory_city"])
def test_an_entry_cannot_be_changed_or_removed(databases, server, alias: str, change: str) -> None:
    """The app role may not; for the owner, who may do everything, the table itself refuses."""
    with transaction.atomic(using=alias):
        record(alias, by=BY, verb=DECIDE, subject="x", persons=3)
    with pytest.raises(DatabaseError, match="permission denied"), connections[alias].cursor() as cursor:
        cursor.execute(change)
    with owner(databases, server, alias) as connection:
        (part,) = connection.execute("SELECT tableoid::regclass::text FROM oplog_operation").fetchone()
        for table in ("oplog_operation", part):
            with pytest.raises(psycopg.errors.CheckViolation, match="append-only"):
                connection.execute(change.replace("oplog_operation", table))
