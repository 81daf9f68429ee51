"""付番 as SQL (PostgreSQL): serial, and 給付管理番号 with its check digit, for the households that the query `fresh` finds.

`fresh` has the columns of benefits_decision and ward_code; numbers go by household key. The check digit is
identifiers.luhn written as SQL; a test compares the two.
"""

from __future__ import annotations

from typing import Final

LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('benefits:number', 0))"


def numbered(fresh: str) -> str:
    """The common table expressions that end in `doubled`: everything of `fresh`, serial, body and total."""
    return f"""
WITH chosen AS ({fresh}), fresh AS (
    SELECT c.*, (SELECT coalesce(max(serial), 0) FROM benefits_case WHERE programme = %(code)s)
        + row_number() OVER (ORDER BY c.household_key) AS serial FROM chosen c
), bodies AS (
    SELECT *, %(prefix)s || lpad(serial::text, 9, '0') AS body FROM fresh
), doubled AS (
    SELECT b.*, digits.total FROM bodies b, LATERAL (
        SELECT sum(CASE WHEN place %% 2 = 0 THEN (2 * digit) / 10 + (2 * digit) %% 10 ELSE digit END) AS total
        FROM (SELECT place, substr(b.body, place, 1)::int AS digit FROM generate_series(1, 12) place) each_digit
    ) digits
)"""


NUMBER: Final = "body || ((10 - total %% 10) %% 10)"
