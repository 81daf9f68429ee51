"""秘匿の反映: who is protected, by whatever source, is marked where people are found, and wards go where cases are counted.

Called in the transaction of whatever brought the news: a register, the special persons' list, numbers for new cases, or an
overview laid out of an older decision. Nobody is un-marked in a case: a protection that ends is seen by the next decision.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from todoke.engine import duck, postgres
from todoke.systems.benefits.models import Source
from todoke.systems.benefits.rules.articles.forming import SpecialKind

ALIAS: Final = "benefits"
PROTECTED: Final = """(
    SELECT resident_code FROM {entries} WHERE protected UNION SELECT resident_code FROM benefits_shielded
)"""
"""Everybody who is protected, by a register or by the list."""
# Whoever lives with a protected person now is hidden, too: their address is the same. Not so whoever was left: a person who
# fled and is still registered in the old household does not make a secret of where the others live. Joins, no subquery for
# each person: a renewed table has no index yet
HIDE: Final = """
WITH shelter AS (
    SELECT DISTINCT r.household_code
    FROM {residents} r LEFT JOIN (
        SELECT resident_code, bool_or(e.protected) AS listed,
            min(e.household_code) FILTER (WHERE e.side = 'base') AS base_household
        FROM {entries} e JOIN {residents} p USING (resident_code) WHERE p.protected GROUP BY 1
    ) e USING (resident_code)
    WHERE r.protected AND (e.listed IS TRUE OR e.base_household IS DISTINCT FROM r.household_code)
)
UPDATE {residents} SET hidden = NOT hidden
WHERE hidden <> (protected OR household_code IN (SELECT household_code FROM shelter))
"""
_LIST: Final = f"""
SELECT resident_code, max(noted_on) AS noted_on FROM read_parquet($path) WHERE kind = '{SpecialKind.EVACUEE}' GROUP BY 1
"""
_MARK: Final = f"""
UPDATE benefits_resident r SET protected = NOT r.protected, hidden = r.hidden OR NOT r.protected
FROM (
    SELECT x.id FROM benefits_resident x
    LEFT JOIN {PROTECTED.format(entries="benefits_registerentry")} p USING (resident_code)
    WHERE x.protected <> (p.resident_code IS NOT NULL)
) changed WHERE changed.id = r.id
"""
_CASES: Final = """
UPDATE benefits_case c SET protected = true, ward_code = ''
FROM benefits_resident r WHERE r.hidden AND r.resident_code = c.payee_resident_code AND NOT c.protected
"""
_HOUSEHOLDS: Final = """
CREATE TEMPORARY TABLE uncovered ON COMMIT DROP AS
SELECT DISTINCT j.id, j.run_id, j.ward_code, j.outcome, j.reason_code, d.members
FROM (SELECT DISTINCT run_id FROM benefits_judged_count) u CROSS JOIN benefits_resident r
JOIN benefits_registerentry e ON e.side IN ('base', 'latest') AND e.resident_code = r.resident_code
CROSS JOIN LATERAL unnest(ARRAY[r.resident_code, e.household_code]
    || ARRAY(SELECT e.household_code || '-' || part FROM generate_series(2, 9) part)) AS key
JOIN benefits_judged_household j ON j.run_id = u.run_id AND j.household_key = key AND j.ward_code <> ''
JOIN benefits_decision d ON d.run_id = j.run_id AND d.household_key = j.household_key
    AND d.payee_resident_code = r.resident_code
WHERE r.hidden
"""
_HOUSEHOLDS_COVERED: Final = (
    "UPDATE benefits_judged_household SET ward_code = '' WHERE id IN (SELECT id FROM uncovered)",
    """
    INSERT INTO benefits_judged_count AS c (run_id, ward_code, outcome, reason_code, households, persons)
    SELECT run_id, ward, outcome, reason_code, sum(households), sum(persons) FROM (
        SELECT run_id, '' AS ward, outcome, reason_code, 1 AS households, members AS persons FROM uncovered
        UNION ALL SELECT run_id, ward_code, outcome, reason_code, -1, -members FROM uncovered
    ) moved GROUP BY 1, 2, 3, 4
    ON CONFLICT (run_id, ward_code, outcome, reason_code) DO UPDATE SET
        (households, persons) = (c.households + excluded.households, c.persons + excluded.persons)
    """,
    "DELETE FROM benefits_judged_count WHERE households = 0",
    "DROP TABLE uncovered",
)
_MISSING: Final = """
UPDATE benefits_missing_status m SET ward_code = '', asked = '' FROM benefits_resident r
WHERE r.hidden AND r.resident_code = m.resident_code AND (m.ward_code, m.asked) <> ('', '')
"""
_MISSING_COUNTED: Final = (
    "DELETE FROM benefits_missing_count",
    """
    INSERT INTO benefits_missing_count (run_id, asked, status, persons, households, oldest)
    SELECT run_id, asked, status, count(*), count(DISTINCT household_key), min(since)
    FROM benefits_missing_status GROUP BY 1, 2, 3
    """,
)


class Shielding:
    """Part of whichever action brings the news, in its transaction and by its permission."""

    @staticmethod
    def take_list(source: Source, sealed: Path) -> None:
        """The persons of a new edition of the special persons' list, in place of those of the one before."""
        with duck.connect() as connection:
            rows = duck.table(connection, _LIST, {"path": str(sealed)})
        postgres.execute(ALIAS, "DELETE FROM benefits_shielded")
        postgres.join_whole_tables(ALIAS)
        postgres.stage(ALIAS, "fled", rows)
        postgres.execute(
            ALIAS,
            "INSERT INTO benefits_shielded (resident_code, source_id, noted_on)"
            " SELECT resident_code, %s, noted_on FROM fled",
            [source.pk],
        )
        postgres.execute(ALIAS, _MARK)
        postgres.execute(ALIAS, HIDE.format(residents="benefits_resident", entries="benefits_registerentry"))
        Shielding.cover()

    @staticmethod
    def cover() -> None:
        """No ward and no place asked of whoever is hidden: cases, judged households, missing statuses, and their counts."""
        postgres.execute(ALIAS, _CASES)
        postgres.execute(ALIAS, _HOUSEHOLDS)
        for statement in _HOUSEHOLDS_COVERED:
            postgres.execute(ALIAS, statement)
        if postgres.execute(ALIAS, _MISSING):
            for statement in _MISSING_COUNTED:
                postgres.execute(ALIAS, statement)
