"""The judging as one statement of PostgreSQL, its tables loaded, indexed and analysed before; and the ORM loop's tables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pgpq
import psycopg
import pyarrow.parquet as pq

from todoke.sites.demonstration.bench_decide.ours import FILES

_STATEMENT = """
WITH noted AS (
    SELECT resident_code, bool_or(protected) AS protected, bool_or(died) AS died, bool_or(aided) AS aided,
        max(answered) AS answered
    FROM (
        SELECT resident_code, protected, left_reason IS NOT DISTINCT FROM '死亡' AS died, false AS aided, NULL AS answered
        FROM latest WHERE protected OR left_reason = '死亡'
        UNION ALL SELECT resident_code, true, false, false, NULL FROM base WHERE protected
        UNION ALL SELECT resident_code, false, false, true, NULL FROM assistance
        WHERE kind = '生活保護' AND valid_from <= '2021-01-01' AND coalesce(valid_to >= '2021-01-01', true)
        UNION ALL SELECT resident_code, false, false, false, status FROM answers
    ) t GROUP BY resident_code
),
evidence AS (
    SELECT b.resident_code, b.household_code || CASE WHEN n.protected THEN '-1' ELSE '' END AS household_key, b.is_head,
        b.birth_date, coalesce(n.died, false) AS died, t.supporter IS NOT NULL AS dependant, t.supporter_taxed,
        n.answered, t.treaty_exempt, t.income_levy, t.per_capita_levy, t.levy_waived,
        CASE WHEN n.aided THEN 'livelihood_aid' WHEN t.declared THEN 'tax_record'
            WHEN b.moved_in_on >= '2021-01-02' THEN 'inquiry' WHEN b.birth_date >= '2003-01-03' THEN 'minor'
            WHEN t.supporter IS NOT NULL THEN 'dependant' ELSE 'none' END AS source
    FROM base b LEFT JOIN noted n USING (resident_code)
    LEFT JOIN tax t ON t.resident_code = b.resident_code AND t.tax_year = '2021'
),
status AS MATERIALIZED (
    SELECT resident_code, household_key, is_head, birth_date, died, dependant, supporter_taxed, source,
        CASE WHEN source IN ('livelihood_aid', 'minor', 'dependant') THEN '非課税'
            WHEN source = 'inquiry' THEN coalesce(answered, '未照会') WHEN source = 'none' THEN '未申告'
            WHEN treaty_exempt THEN '租税条約免除' WHEN income_levy > 0 THEN '所得割課税'
            WHEN per_capita_levy > 0 THEN '均等割のみ課税'
            WHEN income_levy IS NULL OR per_capita_levy IS NULL THEN '未申告'
            WHEN levy_waived THEN '減免' ELSE '非課税' END AS status
    FROM evidence
),
kept AS (INSERT INTO persons SELECT resident_code, household_key, status, source FROM status),
placed AS (
    SELECT *, CASE WHEN status IN ('所得割課税', '均等割のみ課税') THEN 0 WHEN status = '租税条約免除' THEN 1
        WHEN status NOT IN ('非課税', '減免') THEN 2 END AS place
    FROM status
),
household AS (
    SELECT household_key, count(*)::smallint AS members, min(place) AS place,
        bool_and(dependant AND coalesce(supporter_taxed, false)) AS dependants_only,
        bool_and(dependant) AND bool_or(supporter_taxed IS NULL) AS needs_declaration, bool_and(died) AS all_died,
        bool_or(died) AS some_died, count(*) FILTER (WHERE is_head) AS heads,
        min(resident_code) FILTER (WHERE is_head) AS head,
        string_agg(resident_code || '=' || status, '|' ORDER BY resident_code) FILTER (WHERE place = 0) AS names_0,
        string_agg(resident_code || '=' || status, '|' ORDER BY resident_code) FILTER (WHERE place = 1) AS names_1,
        string_agg(resident_code || '=' || status, '|' ORDER BY resident_code) FILTER (WHERE place = 2) AS names_2
    FROM placed GROUP BY household_key
),
odd AS (
    SELECT s.*, coalesce(l.is_head, false) AS head_now FROM status s LEFT JOIN latest l USING (resident_code)
    WHERE s.household_key IN (SELECT household_key FROM household WHERE some_died OR heads <> 1)
),
payee AS (
    SELECT household_key, (array_agg(died ORDER BY NOT is_head, birth_date, resident_code))[1] AS gone,
        (array_agg(resident_code ORDER BY NOT is_head, birth_date, resident_code))[1] AS first_choice,
        (array_agg(resident_code ORDER BY died, NOT head_now, birth_date, resident_code))[1] AS successor
    FROM odd GROUP BY household_key
),
judged AS (
    SELECT h.*, y.*, CASE WHEN place = 0 THEN 'TAXED' WHEN place = 1 THEN 'TREATY' WHEN place = 2 THEN 'UNKNOWN'
        WHEN dependants_only THEN 'DEPENDANTS_ONLY' WHEN members = 1 AND all_died THEN 'DIED' ELSE 'EXEMPT' END AS reason,
        h.household_key AS key
    FROM household h LEFT JOIN payee y ON y.household_key = h.household_key
)
INSERT INTO households
SELECT key, left(key, 10), CASE WHEN gone THEN successor ELSE coalesce(first_choice, head) END,
    CASE reason WHEN 'EXEMPT' THEN 'eligible' WHEN 'UNKNOWN' THEN 'undecided' ELSE 'ineligible' END, reason,
    concat_ws(':', reason, CASE place WHEN 0 THEN names_0 WHEN 1 THEN names_1 WHEN 2 THEN names_2 END), members,
    needs_declaration, length(key) > 10, CASE reason WHEN 'EXEMPT' THEN 100000 ELSE 0 END
FROM judged"""
_TARGETS = """
CREATE UNLOGGED TABLE persons (resident_code text, household_key text, status text, source text);
CREATE UNLOGGED TABLE households (household_key text, base_household_code text, payee_resident_code text, outcome text,
    reason_code text, reasons text, members smallint, needs_declaration boolean, protected boolean, amount_yen bigint)"""
ORDERS = {"persons": "resident_code", "households": "household_key"}


def load(address: str, data: Path) -> tuple[float, int]:
    """Fresh tables with the files' rows, indexed as a register is, and statistics. What it cost, as for `decide`."""
    with psycopg.connect(address) as connection:
        for name in FILES:
            _fill(connection, name, pq.read_table(data / f"{name}.parquet"))
            connection.execute(f"CREATE INDEX ON {name} (resident_code)")
        connection.execute("CREATE INDEX ON base (household_code)")
        connection.execute(_TARGETS)
        filling = _cost(connection.info.backend_pid)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        counting = _cost(connection.info.backend_pid)
    return filling[0] + counting[0], max(filling[1], counting[1])


def decide(address: str) -> tuple[float, int]:
    """Run the one statement: CPU seconds of the server's process, and its highest memory in MiB (shared buffers included)."""
    with psycopg.connect(address) as connection:
        connection.execute("SET work_mem = '64MB'")
        connection.execute("TRUNCATE persons, households")
        connection.execute(_STATEMENT)
        return _cost(connection.info.backend_pid)


def fetch(address: str, out: Path) -> tuple[float, int]:
    """Write the rows as the other sides do. What it cost, as for `decide`."""
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(address) as connection, connection.cursor() as cursor:
        for name, key in ORDERS.items():
            cursor.execute(f'SELECT * FROM {name} ORDER BY {key} COLLATE "C"')
            pq.write_table(cursor.fetch_arrow_table(), out / f"{name}.parquet", compression="zstd")
        cursor.execute("SELECT pg_backend_pid()")
        return _cost(int(cursor.fetchall()[0][0]))


def _fill(connection: psycopg.Connection[Any], name: str, rows: Any) -> None:  # noqa: ANN401 - an Arrow table
    encoder = pgpq.ArrowToPostgresBinaryEncoder(rows.schema)
    columns = ", ".join(f"{column.name} {column.data_type.ddl()}" for column in encoder.schema().columns)
    connection.execute(f"CREATE UNLOGGED TABLE {name} ({columns})")
    with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(encoder.write_header())
        for batch in rows.to_batches(max_chunksize=50_000):
            copy.write(encoder.write_batch(batch))
        copy.write(encoder.finish())


def _cost(pid: int) -> tuple[float, int]:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    peak = next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), peak
