"""Arrow tables go in and come out unchanged, on a real server with a system's own role."""

import datetime as dt

import pyarrow as pa
from django.db import connections, transaction

from todoke.engine import postgres
from todoke.oplog import months

ROWS = pa.table(
    {
        "at": pa.array([dt.datetime(2021, 12, 10, tzinfo=dt.UTC)] * 2, pa.timestamp("us", "UTC")),
        "actor": ["s001", "s002"],
        "verb": ["benefits:decision:decide"] * 2,
        "subject": ["𠮷野", ""],
        "persons": pa.array([1, 2**40], pa.int64()),
        "leaf": [bytes(32)] * 2,
    }
)


def test_rows_are_the_same_after_a_round_trip(databases) -> None:
    months.ensure("benefits", ROWS["at"][0].as_py())
    with transaction.atomic(using="benefits"):
        assert postgres.copy_in("benefits", "oplog_operation", ROWS) == 2
    found = postgres.read(
        "benefits", "SELECT at, actor, verb, subject, persons, leaf FROM oplog_operation ORDER BY actor"
    )
    assert found.to_pylist() == ROWS.to_pylist()


def test_a_staged_table_that_was_dropped_is_made_again(databases) -> None:
    """Some actions drop it to stage again in the same transaction, and the next message stages it once more."""
    rows = ROWS.select(["actor", "persons"])
    for _ in range(2):
        with transaction.atomic(using="inquiry"), connections["inquiry"].cursor() as cursor:
            for _ in range(2):
                postgres.stage("inquiry", "staged_again", rows)
                cursor.execute("SELECT count(*) FROM staged_again")
                assert cursor.fetchone() == (rows.num_rows,)
                cursor.execute("DROP TABLE staged_again")


def test_staged_rows_can_be_joined_and_go_with_the_transaction(databases) -> None:
    with connections["inquiry"].cursor() as cursor:
        with transaction.atomic(using="inquiry"):
            postgres.stage("inquiry", "staged", ROWS.select(["actor", "persons"]))
            cursor.execute("SELECT sum(persons) FROM staged")
            assert cursor.fetchone() == (1 + 2**40,)
        cursor.execute("SELECT count(*) FROM pg_temp.staged")
        assert cursor.fetchone() == (0,)


def test_what_is_to_be_planned_once_is_planned_once() -> None:
    """Django forbids prepared statements unless told otherwise, and psycopg then ignores the wish without a word."""
    for number in range(3):
        assert postgres.prepared("linkage", "SELECT %s::int + 1", [number]) == ([(number + 1,)], 1)
    kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"
    assert postgres.fetch("linkage", kept, ["%::int + 1%"]) == [(1,)]
