"""Reads of the register of paper: how many sheets lie in a box, what a person scanned today."""

from __future__ import annotations

from datetime import datetime, time

from todoke.engine import postgres
from todoke.kernel import clock

ALIAS = "benefits"
_COUNTS = """
SELECT
    (SELECT count(*) FROM benefits_paper p JOIN benefits_box b ON b.id = p.box_id
     WHERE b.label = %(box)s AND p.state = 'held'),
    (SELECT count(*) FROM benefits_paper p
     WHERE p.registered_by = %(by)s AND p.registered_at >= %(since)s AND p.state <> 'cancelled')
"""


def counts(box: str, staff_id: str) -> tuple[int, int]:
    """Sheets in the box; sheets that the person scanned today."""
    midnight = datetime.combine(clock.today(), time(), clock.JAPAN)
    ((held, own),) = postgres.fetch(ALIAS, _COUNTS, {"box": box, "by": staff_id, "since": midnight})
    return int(held), int(own)


def box_exists(label: str) -> bool:
    """Whether the box is in use."""
    return bool(postgres.fetch(ALIAS, "SELECT 1 FROM benefits_box WHERE label = %s", [label]))
