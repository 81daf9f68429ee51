"""住民の異動: register and changes in, register and history out; one set of SQL for the daily file and for a whole register.

A change is the whole record after it. Everything else follows: what it was before, whether that can be, which household
came out of which. Relations: before (the register), change (serial, kind, changed_on, the register's columns).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa

from todoke.engine import duck
from todoke.records.layouts.city_inputs_v2021 import RESIDENTS
from todoke.records.layouts.resident_changes_v2026 import ARRIVALS, CORRECTED, DEPARTURES
from todoke.systems.residents.rules.compared import COMPARED

COLUMNS: Final = tuple(RESIDENTS.names)
_IMAGE: Final = "{" + ", ".join(f"'{name}': {name}" for name in COLUMNS) + "}"
_LISTED: Final = ", ".join(COLUMNS)

_IMAGES: Final = f"""
CREATE TEMP TABLE image AS
SELECT *, lag(image) OVER (PARTITION BY resident_code ORDER BY serial) AS prior,
    lead(serial) OVER (PARTITION BY resident_code ORDER BY serial) IS NULL AS last
FROM (
    SELECT 0 AS serial, '' AS kind, NULL::DATE AS changed_on, resident_code, {_IMAGE} AS image
    FROM before SEMI JOIN change USING (resident_code)
    UNION ALL
    SELECT serial, kind, changed_on, resident_code, {_IMAGE} FROM change
)
"""
_AFTER: Final = f"""
CREATE TEMP TABLE after AS
SELECT {_LISTED} FROM before ANTI JOIN change USING (resident_code)
UNION ALL
SELECT {", ".join(f"image.{name}" for name in COLUMNS)} FROM image WHERE last AND serial > 0
"""
_TOUCHED: Final = """
CREATE TEMP TABLE touched AS
SELECT DISTINCT household_code FROM (
    SELECT image.household_code AS household_code FROM image WHERE serial > 0
    UNION ALL SELECT prior.household_code FROM image WHERE prior IS NOT NULL
)
"""
_HISTORY: Final = """
SELECT serial, kind, changed_on, resident_code,
    prior.household_code AS household_before, image.household_code AS household_after,
    prior.ward_code AS ward_before, image.ward_code AS ward_after,
    prior.address AS address_before, image.address AS address_after,
    prior.name_kanji AS name_before, image.name_kanji AS name_after,
    prior.is_head AS head_before, image.is_head AS head_after,
    image.previous_municipality, image.left_on, image.left_reason
FROM image WHERE serial > 0 ORDER BY serial
"""

_ARRIVED, _DEPARTED = (", ".join(f"'{kind}'" for kind in kinds) for kinds in (ARRIVALS, DEPARTURES))
_FAULTS: Final = f"""
SELECT serial, 'resident_code' AS cell, resident_code AS shown, rule FROM (
    SELECT serial, resident_code, CASE
        WHEN kind IN ({_ARRIVED}) AND prior IS NOT NULL AND prior.left_on IS NULL THEN '既に登録されている人です'
        WHEN kind NOT IN ({_ARRIVED}) AND prior IS NULL THEN '登録のない人です'
        WHEN kind NOT IN ({_ARRIVED}, '{CORRECTED}') AND prior.left_on IS NOT NULL THEN '既に消除された人です'
    END AS rule FROM image WHERE serial > 0
) WHERE rule IS NOT NULL
UNION ALL
SELECT serial, 'left_on', '', '消除日は、死亡・転出の行だけに入れます' FROM image
WHERE serial > 0 AND kind NOT IN ({_DEPARTED}, '{CORRECTED}') AND image.left_on IS NOT NULL
UNION ALL
SELECT serial, 'changed_on', changed_on::VARCHAR, '異動日が、ファイルの時点より後の日です' FROM image
WHERE serial > 0 AND changed_on > $as_of
UNION ALL
SELECT max(i.serial), 'is_head', h.household_code, '異動の後の世帯に、世帯主がちょうど一人いません'
FROM image i JOIN (
    SELECT household_code FROM after SEMI JOIN touched USING (household_code) WHERE left_on IS NULL
    GROUP BY household_code HAVING count(*) FILTER (is_head) <> 1
) h ON h.household_code IN (i.image.household_code, i.prior.household_code)
WHERE i.serial > 0 GROUP BY h.household_code
ORDER BY 1
"""

# Who lives in a household: still registered. A head who has died or left is none any more.
_HOUSES: Final = """
CREATE TEMP TABLE house AS
SELECT household_code, coalesce(b.people, 0) AS people_before, coalesce(a.people, 0) AS people_after, b.head AS head_before,
    a.head AS head_after
FROM touched
LEFT JOIN (SELECT household_code, count(*) AS people, any_value(resident_code) FILTER (is_head) AS head
    FROM before SEMI JOIN touched USING (household_code) WHERE left_on IS NULL GROUP BY 1) b USING (household_code)
LEFT JOIN (SELECT household_code, count(*) AS people, any_value(resident_code) FILTER (is_head) AS head
    FROM after SEMI JOIN touched USING (household_code) WHERE left_on IS NULL GROUP BY 1) a USING (household_code)
"""
_LINEAGE: Final = """
WITH went AS (
    SELECT prior.household_code AS household_code, image.household_code AS successor_code, changed_on, resident_code
    FROM image WHERE serial > 0 AND prior IS NOT NULL AND prior.left_on IS NULL AND image.left_on IS NULL
        AND prior.household_code <> image.household_code
),
gone AS (
    SELECT resident_code, prior.household_code AS household_code, image.left_reason AS left_reason, changed_on
    FROM image WHERE serial > 0 AND image.left_on IS NOT NULL AND prior IS NOT NULL AND prior.left_on IS NULL
),
headed AS (SELECT image.household_code AS household_code, max(changed_on) AS changed_on FROM image WHERE serial > 0 GROUP BY 1)
SELECT w.household_code, w.successor_code, w.changed_on AS happened_on, count(*) AS members,
    CASE WHEN f.people_after > 0 AND t.people_before = 0 THEN 'split'
        WHEN f.people_after > 0 THEN 'joined'
        WHEN t.people_before = 0 AND count(*) = f.people_before THEN 'renumbered'
        WHEN t.people_before = 0 THEN 'split'
        ELSE 'merged' END AS reason,
    any_value(f.head_before) AS former_head, any_value(t.head_after) AS new_head
FROM went w JOIN house f USING (household_code) JOIN house t ON t.household_code = w.successor_code
GROUP BY w.household_code, w.successor_code, w.changed_on, f.people_after, f.people_before, t.people_before
UNION ALL
SELECT h.household_code, h.household_code, headed.changed_on, h.people_after,
    CASE WHEN g.left_reason = '死亡' THEN 'head_died' WHEN g.resident_code IS NOT NULL OR w.resident_code IS NOT NULL
        THEN 'head_left' ELSE 'new_head' END,
    h.head_before, h.head_after
FROM house h JOIN headed USING (household_code)
LEFT JOIN (SELECT DISTINCT ON (resident_code) * FROM gone) g ON g.resident_code = h.head_before
LEFT JOIN (SELECT DISTINCT resident_code FROM went) w ON w.resident_code = h.head_before
WHERE h.people_before > 0 AND h.people_after > 0 AND h.head_before <> h.head_after
UNION ALL
SELECT h.household_code, NULL, max(g.changed_on), count(*), 'ended', any_value(h.head_before), NULL
FROM house h JOIN gone g USING (household_code)
WHERE h.people_before > 0 AND h.people_after = 0 AND h.household_code NOT IN (SELECT household_code FROM went)
GROUP BY h.household_code
ORDER BY 1, 3, 5, 2
"""


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Rows of the change file that cannot be: serial, cell, value and the rule in Japanese."""

    rows: tuple[tuple[int, str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class History:
    """The register after the changes, by resident code; the changes with what was before; the steps of lineage."""

    after: pa.Table
    changed: pa.Table
    changes: pa.Table
    lineage: pa.Table


def apply(before: pa.Table, change: pa.Table, as_of: object) -> History | Faults:
    """The register with the changes of a daily file, or every row that cannot be."""
    with duck.connect(memory="4GB") as connection:
        _open(connection, before, change)
        faults = connection.execute(_FAULTS, {"as_of": as_of}).fetchall()
        return Faults(rows=tuple(faults)) if faults else _history(connection)


def compare(before: pa.Table, after: pa.Table, as_of: object) -> History:
    """What a whole register changes in the one before; the days of the changes are not known, so all have its day."""
    with duck.connect(memory="4GB") as connection:
        connection.register("new", after)
        connection.register("old", before)
        ours, theirs = (", ".join(f"{t}.{name}" for name in COLUMNS) for t in ("o", "n"))
        change = duck.table(
            connection,
            f"SELECT row_number() OVER (ORDER BY n.resident_code) AS serial, '{COMPARED}' AS kind,"
            f" $as_of::DATE AS changed_on, {theirs} FROM new n LEFT JOIN old o USING (resident_code)"
            f" WHERE o.resident_code IS NULL OR ({ours}) IS DISTINCT FROM ({theirs})",
            {"as_of": as_of},
        )
        _open(connection, before, change)
        return _history(connection)


def _open(connection: duckdb.DuckDBPyConnection, before: pa.Table, change: pa.Table) -> None:
    connection.register("before", before)
    connection.register("change", change)
    for statement in (_IMAGES, _AFTER, _TOUCHED, _HOUSES):
        connection.execute(statement)


def _history(connection: duckdb.DuckDBPyConnection) -> History:
    changed = f"SELECT {_LISTED} FROM after SEMI JOIN change USING (resident_code) ORDER BY resident_code"
    return History(
        after=duck.table(connection, f"SELECT {_LISTED} FROM after ORDER BY resident_code"),
        changed=duck.table(connection, changed),
        changes=duck.table(connection, _HISTORY),
        lineage=duck.table(connection, _LINEAGE),
    )
