"""The judging of r3-nontaxable as one would write it by hand for DuckDB, with every trick of that dialect that paid.

Run as a script: DATA OUT. Knows nothing of the house: no programmes, no rules as classes, no seals, no other engine.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

_STATUSES = ["所得割課税", "均等割のみ課税", "非課税", "減免", "租税条約免除", "未申告", "未照会", "照会中", "提供者確認中", "回答なし", "回答エラー", "他市町村課税"]  # fmt: skip
_SOURCES = ["livelihood_aid", "tax_record", "inquiry", "minor", "dependant", "none"]
_REASONS = ["TAXED", "TREATY", "UNKNOWN", "DEPENDANTS_ONLY", "DIED", "EXEMPT"]
_OUTCOMES = ["eligible", "ineligible", "undecided"]
_STATUS = """
CREATE TEMP TABLE status AS
WITH noted AS (
    SELECT resident_code, bool_or(protected) AS protected, bool_or(died) AS died, bool_or(aided) AS aided,
        any_value(answered) AS answered
    FROM (
        SELECT resident_code, protected, left_reason = '死亡' AS died, false AS aided, NULL::status_word AS answered
        FROM read_parquet('{data}/latest.parquet') WHERE protected OR left_reason = '死亡'
        UNION ALL SELECT resident_code, true, false, false, NULL FROM read_parquet('{data}/base.parquet') WHERE protected
        UNION ALL SELECT resident_code, false, false, true, NULL FROM read_parquet('{data}/assistance.parquet')
        WHERE kind = '生活保護' AND valid_from <= DATE '2021-01-01' AND coalesce(valid_to >= DATE '2021-01-01', true)
        UNION ALL SELECT resident_code, false, false, false, status::status_word FROM read_parquet('{data}/answers.parquet')
    ) GROUP BY resident_code
),
evidence AS (
    SELECT b.*, coalesce(n.protected, false) AS hidden, coalesce(n.died, false) AS died, n.answered,
        t.* EXCLUDE (resident_code, supporter), t.supporter IS NOT NULL AS dependant,
        CASE WHEN n.aided THEN 1 WHEN t.declared THEN 2 WHEN b.moved_in_on >= DATE '2021-01-02' THEN 3
            WHEN b.birth_date >= DATE '2003-01-03' THEN 4 WHEN t.supporter IS NOT NULL THEN 5 ELSE 6 END AS source
    FROM (SELECT resident_code, household_code, is_head, birth_date, moved_in_on FROM read_parquet('{data}/base.parquet')) b
    LEFT JOIN noted n USING (resident_code)
    LEFT JOIN (
        SELECT resident_code, declared, income_levy, per_capita_levy, levy_waived, treaty_exempt, supporter, supporter_taxed
        FROM read_parquet('{data}/tax.parquet') WHERE tax_year = '2021'
    ) t USING (resident_code)
),
numbered AS (
    SELECT *, CASE source WHEN 2 THEN
            CASE WHEN treaty_exempt THEN 4 WHEN income_levy > 0 THEN 0 WHEN per_capita_levy > 0 THEN 1
                WHEN income_levy IS NULL OR per_capita_levy IS NULL THEN 5 WHEN levy_waived THEN 3 ELSE 2 END
            WHEN 3 THEN coalesce(enum_code(answered), 6) WHEN 6 THEN 5 ELSE 2 END AS number
    FROM evidence
)
SELECT resident_code, CASE WHEN hidden THEN household_code || '-1' ELSE household_code END AS household_key, is_head,
    birth_date, died, dependant, supporter_taxed, enum_range(NULL::source_word)[source]::source_word AS source,
    enum_range(NULL::status_word)[number + 1]::status_word AS status,
    CASE WHEN number <= 1 THEN 0 WHEN number = 4 THEN 1 WHEN number >= 5 THEN 2 END::TINYINT AS place
FROM numbered"""
_HOUSEHOLD = """
CREATE TEMP TABLE household AS
SELECT household_key, count(*)::SMALLINT AS members, min(place) AS place, bool_and(dependant) AS all_dependants,
    bool_and(dependant AND coalesce(supporter_taxed, false)) AS dependants_only, bool_and(died) AS all_died,
    bool_or(died) AS some_died, bool_or(NOT dependant OR supporter_taxed IS NULL) AS some_unknown,
    count(*) FILTER (is_head) AS heads, min(resident_code) FILTER (is_head) AS head
FROM status GROUP BY household_key"""
_NAMED = """
CREATE TEMP TABLE named AS
SELECT household_key, place, count(*) AS persons, any_value(resident_code) AS who, any_value(status) AS who_is
FROM status WHERE place IS NOT NULL GROUP BY ALL"""
_DECISION = """
WITH several AS (
    SELECT household_key, place, array_to_string(list_sort(list(resident_code || '=' || status)), '|') AS names
    FROM status SEMI JOIN (FROM named WHERE persons > 1) USING (household_key, place) GROUP BY ALL
),
payee AS (
    SELECT household_key, arg_min(died, ROW(NOT s.is_head, s.birth_date, resident_code)) AS gone,
        arg_min(resident_code, ROW(NOT s.is_head, s.birth_date, resident_code)) AS first_choice,
        arg_min(resident_code, ROW(died, NOT coalesce(l.is_head, false), s.birth_date, resident_code)) AS successor
    FROM (FROM status SEMI JOIN (FROM household WHERE some_died OR heads <> 1) USING (household_key)) s
    LEFT JOIN read_parquet('{data}/latest.parquet') l USING (resident_code) GROUP BY household_key
),
judged AS (
    SELECT h.*, coalesce(names, who || '=' || who_is) AS names, gone, first_choice, successor,
        CASE WHEN place = 0 THEN 'TAXED' WHEN place = 1 THEN 'TREATY' WHEN place = 2 THEN 'UNKNOWN'
            WHEN dependants_only THEN 'DEPENDANTS_ONLY' WHEN members = 1 AND all_died THEN 'DIED' ELSE 'EXEMPT' END AS reason
    FROM household h LEFT JOIN named USING (household_key, place) LEFT JOIN several USING (household_key, place)
    LEFT JOIN payee USING (household_key)
)
SELECT household_key, left(household_key, 10) AS base_household_code,
    CASE WHEN gone THEN successor ELSE coalesce(first_choice, head) END AS payee_resident_code,
    (CASE reason WHEN 'EXEMPT' THEN 'eligible' WHEN 'UNKNOWN' THEN 'undecided' ELSE 'ineligible' END)::outcome_word AS outcome,
    reason::reason_word AS reason_code, CASE WHEN place IS NULL THEN reason ELSE reason || ':' || names END AS reasons,
    members, all_dependants AND some_unknown AS needs_declaration, length(household_key) > 10 AS protected,
    CASE reason WHEN 'EXEMPT' THEN 100000 ELSE 0 END::BIGINT AS amount_yen
FROM judged ORDER BY household_key"""
_FORM = "FORMAT PARQUET, PARQUET_VERSION V2, COMPRESSION ZSTD, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 64, ROW_GROUP_SIZE 32768"


def main(data: str, out: str) -> None:
    """Write persons.parquet and households.parquet."""
    spill = Path(out) / ".spill"
    connection = duckdb.connect(
        config={
            "threads": 2,
            "memory_limit": "2GB",
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
        }
    )
    for name, words in (
        ("status", _STATUSES), ("source", _SOURCES), ("reason", _REASONS), ("outcome", _OUTCOMES),
    ):  # fmt: skip
        listed = ", ".join(f"'{word}'" for word in words)
        connection.execute(f"CREATE TYPE {name}_word AS ENUM ({listed})")
    connection.execute(_STATUS.format(data=data))
    persons = "SELECT resident_code, household_key, status, source FROM status ORDER BY resident_code"
    connection.execute(f"COPY ({persons}) TO '{out}/persons.parquet' ({_FORM})")
    connection.execute(_HOUSEHOLD)
    connection.execute(_NAMED)
    connection.execute(f"COPY ({_DECISION.format(data=data)}) TO '{out}/households.parquet' ({_FORM})")


if __name__ == "__main__":
    main(*sys.argv[1:3])
