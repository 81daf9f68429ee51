"""候補の検索: for each query the persons who may be meant, best first, and whether all four attributes agree.

One SQL expression over forms of comparison (`match_forms`), for one query and for 300,000 alike. The answer is a list
for a person to judge: `identical` says that all four agree with exactly one person; nothing here links anybody.
"""

from __future__ import annotations

from typing import Final

import duckdb
import pyarrow as pa

from todoke.engine import duck
from todoke.systems.linkage.rules.blocking import (
    BLOCKING_RULES,
    CANDIDATES_SHOWN,
    LEVELS,
    POINTS,
    Attribute,
    BlockingRule,
    Level,
)
from todoke.systems.linkage.rules.match_forms import FORMS

_FORMS: Final = ", ".join(FORMS)


def find(
    connection: duckdb.DuckDBPyConnection, *, queries: str, register: str, shown: int = CANDIDATES_SHOWN
) -> pa.Table:
    """Candidates of every query, by query and rank. `queries` and `register` are relations (a table, a file reader).

    Both have FORMS; a query has `query` (integer), a person `person` (統合番号). Columns of the result: query,
    rank (from 1), person, points, name_level, sex_level, birth_date_level, address_level, identical.
    """
    return duck.table(connection, _FIND.format(queries=queries, register=register, shown=shown))


def _block(rule: BlockingRule) -> str:
    equal = " AND ".join(f"q.{column} = r.{column}" for column in rule.columns)
    return f"SELECT q.query, r.* FROM queries q JOIN register r ON {equal}"


def _level(attribute: Attribute) -> str:
    cases = " ".join(f"WHEN {condition} THEN '{level}'" for condition, level in LEVELS[attribute])
    return f"CASE {cases} ELSE '{Level.DIFFERS}' END AS {attribute}_level"


def _points(attribute: Attribute) -> str:
    cases = " ".join(f"WHEN '{level}' THEN {points}" for level, points in POINTS[attribute].items())
    return f"CASE {attribute}_level {cases} END"


_ALL_EQUAL = " AND ".join(f"{attribute}_level = '{Level.EQUAL}'" for attribute in Attribute)
_FIND = f"""
WITH queries AS (SELECT query, {_FORMS} FROM {{queries}}),
register AS (SELECT person, {_FORMS} FROM {{register}}),
pairs AS (
  SELECT query, person, any_value(COLUMNS(* EXCLUDE (query, person)))
  FROM ({" UNION ALL ".join(_block(rule) for rule in BLOCKING_RULES)}) GROUP BY query, person
),
compared AS (
  SELECT q.query, r.person, {", ".join(_level(attribute) for attribute in Attribute)}
  FROM pairs r JOIN queries q USING (query)
),
weighed AS (
  SELECT *, {" + ".join(_points(attribute) for attribute in Attribute)} AS points, {_ALL_EQUAL} AS all_equal
  FROM compared
),
ranked AS (
  SELECT *, row_number() OVER (PARTITION BY query ORDER BY points DESC, person) AS rank,
         count(*) FILTER (all_equal) OVER (PARTITION BY query) AS equals
  FROM weighed
)
SELECT query, rank::INT AS rank, person, points::INT AS points,
       {", ".join(f"{attribute}_level" for attribute in Attribute)}, all_equal AND equals = 1 AS identical
FROM ranked WHERE rank <= {{shown}} ORDER BY query, rank
"""
