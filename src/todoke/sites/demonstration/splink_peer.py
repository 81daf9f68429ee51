"""Splink on the labelled set, with our blocking rules and levels of agreement: the peer of `bench matching`.

Splink is no part of the product. It is imported only here, and only when it is installed (dependency group `peers`).
"""

from __future__ import annotations

import importlib
import logging
import re
import time
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Final

import duckdb
import pyarrow as pa

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.linkage.rules.blocking import BLOCKING_RULES, CANDIDATES_SHOWN, LEVELS, Attribute, Level
from todoke.systems.linkage.rules.match_forms import FORMS

LINKED_FROM: Final = 0.95
"""The probability from which Splink's best candidate is counted as a link."""
_SEED = 1
_RANKED = f"""
WITH ranked AS (
  SELECT query, person, match_probability,
         row_number() OVER (PARTITION BY query ORDER BY match_probability DESC, person) AS rank
  FROM (SELECT substr(least(unique_id_l, unique_id_r), 3)::INT AS query,
               substr(greatest(unique_id_l, unique_id_r), 3) AS person, match_probability FROM {{this}})
)
SELECT query, rank::INT AS rank, person, rank = 1 AND match_probability >= {LINKED_FROM} AS identical
FROM ranked WHERE rank <= {CANDIDATES_SHOWN}
"""


def need() -> str:
    """Splink's version; SETUP_MISSING without it."""
    if find_spec("splink") is None:
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail="比較対象の Splink がありません",
            todo="uv pip install --group peers を実行するか、--no-peer を付けてください。",
        )
    return str(_module("splink").__version__)


def run(register: Path, queries: Path) -> tuple[dict[str, float], pa.Table]:
    """Seconds by step, and Splink's candidates: query, rank, person, identical (here: linked by probability)."""
    splink = _module("splink")
    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect(config={"threads": 2})
    api = splink.DuckDBAPI(connection=connection)
    seconds: dict[str, float] = {}
    begun = time.perf_counter()
    for table, path, key, prefix in (("asked", queries, "query", "a:"), ("known", register, "person", "b:")):
        connection.execute(
            f"CREATE TABLE {table} AS SELECT '{prefix}' || {key} AS unique_id, {', '.join(FORMS)}"
            f" FROM read_parquet('{path}')"
        )
    frames = [api.register(name, dataset_display_name=name) for name in ("asked", "known")]
    rules = [splink.block_on(*rule.columns) for rule in BLOCKING_RULES]
    linker = splink.Linker(frames, _settings(rules), log_level="ERROR")
    begun = _lap(seconds, "load", begun)
    linker.training.estimate_probability_two_random_records_match(rules, recall=0.95)
    begun = _lap(seconds, "lambda", begun)
    linker.training.estimate_u_using_random_sampling(seed=_SEED)
    begun = _lap(seconds, "u", begun)
    for columns in (("name", "birth_date"), ("birth_date", "address")):
        linker.training.estimate_parameters_using_expectation_maximisation(splink.block_on(*columns))
    begun = _lap(seconds, "EM", begun)
    pairs = linker.inference.predict()
    found: pa.Table = pairs.query_sql(_RANKED).as_pyarrow_table()
    _lap(seconds, "predict", begun)
    return seconds, found


def _lap(seconds: dict[str, float], step: str, begun: float) -> float:
    now = time.perf_counter()
    seconds[step] = now - begun
    return now


def _module(name: str) -> ModuleType:
    """Imported by name, so that types are checked alike whether it is installed or not."""
    return importlib.import_module(name)


def _settings(rules: list[object]) -> object:
    comparisons = _module("splink.comparison_library")
    return _module("splink").SettingsCreator(
        link_type="link_only",
        comparisons=[
            comparisons.CustomComparison(_levels(attribute), output_column_name=str(attribute))
            for attribute in Attribute
        ],
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
    )


def _levels(attribute: Attribute) -> list[object]:
    """Our levels in Splink's words; both conditions of one level are one level there, too."""
    levels = _module("splink.comparison_level_library")
    conditions: dict[Level, list[str]] = {}
    for condition, level in LEVELS[attribute]:
        conditions.setdefault(level, []).append(condition)
    absent = levels.CustomLevel(_both_sides(conditions[Level.ABSENT][0]), label_for_charts="absent")
    made: list[object] = [absent.configure(is_null_level=True)]
    for level in (Level.EQUAL, Level.NEAR):
        if level in conditions:
            sql = " OR ".join(f"({_both_sides(condition)})" for condition in conditions[level])
            made.append(levels.CustomLevel(sql, label_for_charts=str(level)))
    return [*made, levels.ElseLevel()]


def _both_sides(condition: str) -> str:
    """q.name = r.name → name_l = name_r; every condition is symmetric."""
    return re.sub(r"\br\.(\w+)", r"\1_r", re.sub(r"\bq\.(\w+)", r"\1_l", condition))
