"""日ごとの件数の控え: the kept counts are those of forms and approvals, however they came, and adding up changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.systems.benefits.world import CODE, World, decide, rows, walk
from todoke.systems.benefits import queries

KEPT = """
SELECT programme, what, day, sum(cases)::bigint FROM benefits_day_tally GROUP BY 1, 2, 3 HAVING sum(cases) <> 0 ORDER BY 1, 2, 3
"""
COUNTED = """
SELECT c.programme, 'approved', (a.approved_at AT TIME ZONE 'Asia/Tokyo')::date, count(*)
FROM benefits_approval a JOIN benefits_case c ON c.id = a.case_id GROUP BY 1, 2, 3
UNION ALL SELECT programme, 'received', received_on, count(*) FROM benefits_application
WHERE refusal = '' AND correction = 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


@pytest.mark.usefixtures("databases")
def test_the_kept_counts_are_those_of_forms_and_approvals(tmp_path: Path) -> None:
    decide(dict.fromkeys(range(6), "eligible"))
    walk(World(tmp_path, size=6).serve(), tmp_path)
    assert rows(KEPT) == rows(COUNTED) != []
    assert {what for _, what, _, _ in rows(KEPT)} == {"received", "approved"}
    rows("SELECT benefits_day_tally_add_up()")
    assert rows(KEPT) == rows(COUNTED)
    approved = rows("SELECT count(*) FROM benefits_approval")
    assert queries.approved_lately(CODE) == approved[0][0] > 0
    received = rows("SELECT count(*) FROM benefits_application WHERE refusal = '' AND correction = 0")
    assert sum(count for _, count in queries.received_by_week(CODE)) == received[0][0]
