"""件数の控え: the kept counts are those of the cases, whoever moves them, and nobody waits for anybody."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from django.db import connections

from tests.systems.benefits.asking_city import rows as sql
from tests.systems.benefits.world import CLERK, CODE, decide
from todoke.kernel import clock
from todoke.sites.database.postgres import Server
from todoke.sites.instance import Instance
from todoke.systems.benefits import jobs, queries
from todoke.systems.benefits.queries.figures import counts
from todoke.systems.benefits.rules.cases.case_state import CaseState

KEPT = """
SELECT programme, ward_code, state, since, sum(cases)::bigint FROM benefits_case_tally GROUP BY 1, 2, 3, 4
HAVING sum(cases) <> 0 ORDER BY 1, 2, 3, 4
"""
COUNTED = """
SELECT programme, ward_code, state, (state_at AT TIME ZONE 'Asia/Tokyo')::date, count(*) FROM benefits_case
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
MOVE = "UPDATE benefits_case SET state = 'printed', state_at = now(), state_by = 'c001' WHERE serial = %s"


@pytest.fixture
def app(databases: Instance, server: Server, tmp_path: Path) -> str:
    """Eight numbered cases; where the app role connects."""
    decide(dict.fromkeys(range(8), "eligible"))
    jobs.number_cases(CODE, by=CLERK)
    assert sql(KEPT) == sql(COUNTED) != []
    return server.address.uri(databases.account("benefits"))


def serials() -> list[int]:
    return [serial for (serial,) in sql("SELECT serial FROM benefits_case ORDER BY 1")]


def test_single_and_bulk_moves_count_and_those_taken_back_do_not(app: str) -> None:
    first, second, *others = serials()
    with psycopg.connect(app) as one:
        one.execute(MOVE, [first])
        one.rollback()
    assert sql(KEPT) == sql(COUNTED)
    with psycopg.connect(app) as one:
        one.execute(MOVE, [second])
        one.execute(
            "UPDATE benefits_case SET state = 'printed', state_at = now(), state_by = 'c001' WHERE serial = ANY(%s)",
            [others],
        )
    assert sql(KEPT) == sql(COUNTED)
    assert queries.case_counts(CODE).by_state() == {CaseState.NUMBERED: 1, CaseState.PRINTED: 7}


def test_two_who_move_cases_of_one_ward_do_not_wait_and_adding_up_loses_nothing(app: str) -> None:
    first, second, third, *_ = serials()
    with psycopg.connect(app) as one, psycopg.connect(app) as other, psycopg.connect(app) as adding:
        for connection in (one, other, adding):
            connection.execute("SET lock_timeout = '200ms'")
        one.execute(MOVE, [first])
        other.execute(MOVE, [second])
        adding.execute("SELECT benefits_case_tally_add_up()")
        one.execute("SELECT benefits_case_tally_add_up()")  # passes over the rows that `adding` holds
        other.execute(MOVE, [third])
        for connection in (other, adding, one):
            connection.commit()
            assert sql(KEPT) == sql(COUNTED)
        adding.execute("SELECT benefits_case_tally_add_up()")
    assert sql(KEPT) == sql(COUNTED)
    assert sql("SELECT count(*) FROM benefits_case_tally") == [(len(sql(COUNTED)),)]


def test_counting_reads_no_case(app: str) -> None:
    with connections["benefits"].cursor() as cursor:
        cursor.execute("EXPLAIN " + counts._CASES, {"programme": CODE, "today": clock.today()})
        plan = "".join(line for (line,) in cursor.fetchall())
    assert "benefits_case_tally" in plan
    assert "on benefits_case " not in plan
