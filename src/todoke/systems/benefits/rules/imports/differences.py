"""差分: two editions compared row by row, by their key — 追加, 変更, 変化なし, 消滅 — and control totals of both."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from todoke.engine import duck
from todoke.systems.benefits.rules.articles.forming import SpecialKind
from todoke.systems.benefits.rules.imports.kinds import KINDS, ImportKind
from todoke.systems.benefits.rules.programme import Standing


class Change(StrEnum):
    """How a row stands to the edition in use, or a form to the cases."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    DUPLICATE = "duplicate"
    NO_CASE = "no_case"

    @property
    def label(self) -> str:
        """As the screens say it."""
        return _TITLES[self]


_TITLES: Final = {
    Change.ADDED: "追加",
    Change.CHANGED: "変更",
    Change.REMOVED: "消滅",
    Change.DUPLICATE: "受付済（重複）",
    Change.NO_CASE: "該当する世帯なし",
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Counts of a comparison. `same` of both editions; added + changed + same are the rows of the new one."""

    added: int
    changed: int
    same: int
    removed: int

    @property
    def counted(self) -> int:
        """Rows that are not as they were."""
        return self.added + self.changed + self.removed


# A row's other columns go into the join as one number of 64 bits: that two different rows have the same one happens
# once in 2^64 comparisons. Which columns differ is then looked up for the changed rows alone.
_COMPARE = """
CREATE TEMP TABLE difference AS
SELECT {keys}, CASE WHEN o.content IS NULL THEN 'added' WHEN n.content IS NULL THEN 'removed' ELSE 'changed' END AS change
FROM (SELECT {keys}, hash({others}) AS content FROM read_parquet('{after}')) n
FULL JOIN (SELECT {keys}, hash({others}) AS content FROM read_parquet('{before}')) o USING ({keys})
WHERE n.content IS DISTINCT FROM o.content
"""
_DETAILED = """
COPY (
    SELECT {keys}, change, CAST([] AS VARCHAR[]) AS columns FROM difference WHERE change <> 'changed'
    UNION ALL
    SELECT {keys}, change, list_filter([{each}], lambda name: name IS NOT NULL) AS columns
    FROM (SELECT * FROM difference WHERE change = 'changed') d
    JOIN read_parquet('{after}') n USING ({keys}) JOIN read_parquet('{before}') o USING ({keys})
    ORDER BY change, {keys}
) TO '{out}' (FORMAT PARQUET, COMPRESSION ZSTD)
"""


def compare(kind: ImportKind, *, before: Path | None, after: Path, out: Path) -> Difference:
    """Write the rows that differ to `out` (key columns, change, columns that differ) and count them.

    Memory is bounded: what does not fit into a gigabyte is spilled beside `out`.
    """
    rows = rows_of(after)
    if before is None:
        return _first(kind, after, out, rows)
    words = _words(kind, before, after, out)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".spill-") as spill, duck.connect() as connection:
        connection.execute(f"SET temp_directory = '{_quoted(Path(spill))}'")
        connection.execute(_COMPARE.format(**words))
        connection.execute(_DETAILED.format(**words))
        found = dict(connection.execute("SELECT change, count(*) FROM difference GROUP BY 1").fetchall())
    added, changed = found.get("added", 0), found.get("changed", 0)
    return Difference(
        added=added, changed=changed, same=rows - added - changed, removed=found.get("removed", 0)
    )


def _first(kind: ImportKind, after: Path, out: Path, rows: int) -> Difference:
    """A first edition: every row is new, and none is listed."""
    known = pq.read_schema(after)
    fields = [known.field(name) for name in KINDS[kind].key]
    listed = [*fields, pa.field("change", pa.string()), pa.field("columns", pa.list_(pa.string()))]
    pq.write_table(pa.schema(listed).empty_table(), out)
    return Difference(added=rows, changed=0, same=0, removed=0)


def _words(kind: ImportKind, before: Path, after: Path, out: Path) -> dict[str, str]:
    key = KINDS[kind].key
    known = pq.read_schema(before).names
    others = [name for name in pq.read_schema(after).names if name not in key and name in known]
    each = ", ".join(f"CASE WHEN n.{name} IS DISTINCT FROM o.{name} THEN '{name}' END" for name in others)
    return {
        "keys": ", ".join(key), "others": ", ".join(others), "each": each,
        "before": _quoted(before), "after": _quoted(after), "out": _quoted(out),
    }  # fmt: skip


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def by_column(differences: Path) -> list[tuple[str, int]]:
    """How many changed rows differ in which column, the most frequent first."""
    query = """
        SELECT name, count(*) FROM (SELECT unnest(columns) AS name FROM read_parquet(?)) GROUP BY 1 ORDER BY 2 DESC, 1
    """
    with duck.connect() as connection:
        return connection.execute(query, [str(differences)]).fetchall()


@dataclass(frozen=True, kw_only=True)
class Page:
    """Rows of the list of differences: key values, change, and what stood and stands in the columns that differ."""

    total: int
    rows: list[dict[str, Any]]


_PAGE = """
SELECT * FROM read_parquet('{out}') WHERE {where} ORDER BY change, {keys} LIMIT {limit} OFFSET {offset}
"""


def page(
    kind: ImportKind, differences: Path, *, before: Path | None, after: Path | None, change: str, column: str,
    code: str, offset: int, limit: int,
) -> Page:  # fmt: skip
    """One page of the list, filtered by change, by column that differs and by the first key column."""
    words = {"keys": ", ".join(KINDS[kind].key), "out": _quoted(differences)}
    where = "($change = '' OR change = $change) AND ($column = '' OR list_contains(columns, $column))"
    where += f" AND ($code = '' OR {KINDS[kind].key[0]} = $code)"
    values = {"change": change, "column": column, "code": code}
    with duck.connect() as connection:
        counted = connection.execute(
            f"SELECT count(*) FROM read_parquet('{words['out']}') WHERE {where}", values
        ).fetchall()
        query = _PAGE.format(**words, where=where, limit=int(limit), offset=int(offset))
        found = duck.table(connection, query, values)
        rows = found.to_pylist()
        for side, path in (("old", before), ("new", after)):
            values_of = _values(connection, kind, path, found) if path is not None else {}
            for row in rows:
                row[side] = values_of.get(tuple(row[name] for name in KINDS[kind].key), {})
    return Page(total=counted[0][0], rows=rows)


def _values(
    connection: duckdb.DuckDBPyConnection, kind: ImportKind, path: Path, wanted: pa.Table
) -> dict[tuple[Any, ...], dict[str, Any]]:
    key = KINDS[kind].key
    connection.register("wanted", wanted.select(list(key)))
    query = f"SELECT t.* FROM read_parquet('{_quoted(path)}') t SEMI JOIN wanted USING ({', '.join(key)})"
    return {tuple(row[name] for name in key): row for row in duck.table(connection, query).to_pylist()}


TOTALS: Final[dict[ImportKind, tuple[tuple[str, str], ...]]] = dict.fromkeys((ImportKind.REGISTER_BASE, ImportKind.REGISTER_LATEST), (("人数", "count(*)"), ("世帯", "count(DISTINCT household_code)"), ("世帯主", "count(*) FILTER (is_head)"), ("支援措置", "count(*) FILTER (protected)"), ("消除者", "count(*) FILTER (left_on IS NOT NULL)"), ("転入日あり", "count(*) FILTER (moved_in_on IS NOT NULL)"))) | {
    ImportKind.TAX: (
        ("行", "count(*)"),
        ("人数", "count(DISTINCT resident_code)"),
        ("申告あり", "count(*) FILTER (declared)"),
        ("所得割あり", "count(*) FILTER (income_levy > 0)"),
        ("均等割だけ", "count(*) FILTER (income_levy = 0 AND per_capita_levy > 0)"),
        ("どちらもなし（申告あり）", "count(*) FILTER (declared AND income_levy = 0 AND per_capita_levy = 0)"),
        ("減免", "count(*) FILTER (levy_waived)"),
        ("租税条約免除", "count(*) FILTER (treaty_exempt)"),
        ("所得割額の合計（円）", "coalesce(sum(income_levy), 0)"),
        ("均等割額の合計（円）", "coalesce(sum(per_capita_levy), 0)"),
    ),
    ImportKind.ASSISTANCE: (
        ("行", "count(*)"),
        ("人数", "count(DISTINCT resident_code)"),
        ("生活保護", "count(*) FILTER (kind = '生活保護')"),
        ("児童扶養手当", "count(*) FILTER (kind = '児童扶養手当')"),
        ("障害", "count(*) FILTER (kind = '障害')"),
        ("介護", "count(*) FILTER (kind = '介護')"),
        ("終了日なし", "count(*) FILTER (valid_to IS NULL)"),
    ),
    ImportKind.SPECIAL_PERSONS: (
        ("行", "count(*)"),
        ("人数", "count(DISTINCT resident_code)"),
        *((f"{kind}", f"count(*) FILTER (kind = '{kind}')") for kind in SpecialKind),
    ),
    ImportKind.HARDSHIP_FIGURES: (
        ("人数", "count(*)"),
        ("収入の欄がすべてある人", "count(*) FILTER (salary + business + property + pension IS NOT NULL)"),
        ("最初の月（西暦年月）", "coalesce(min(month), 0)"),
        ("最後の月（西暦年月）", "coalesce(max(month), 0)"),
        ("給与収入の合計（円）", "coalesce(sum(salary), 0)"),
        ("事業収入の合計（円）", "coalesce(sum(business), 0)"),
    ),
    ImportKind.SHORTFALL_FIGURES: (
        ("人数", "count(*)"),
        ("欄がすべてある人", "count(*) FILTER (income_tax + income_levy_before + dependants IS NOT NULL)"),
        ("推計所得税額の合計（円）", "coalesce(sum(income_tax), 0)"),
        ("減税前の所得割額の合計（円）", "coalesce(sum(income_levy_before), 0)"),
    ),
    ImportKind.EARLIER_ROUNDS: (
        ("行", "count(*)"),
        ("世帯", "count(DISTINCT household_code)"),
        ("事業", "count(DISTINCT programme)"),
        *((f"{one}", f"count(*) FILTER (standing = '{one}')") for one in Standing),
        ("世帯主なし", "count(*) FILTER (head IS NULL)"),
    ),
    **dict.fromkeys((ImportKind.FORMS, ImportKind.SERVICE_APPLICATIONS), (("行", "count(*)"), ("世帯", "count(DISTINCT household_code)"), ("辞退", "count(*) FILTER (declines)"), ("扶養者課税の申出", "count(*) FILTER (declared_supporter_taxed)"), ("口座あり", "count(*) FILTER (account_number <> '')"))),
}  # fmt: skip
"""Control totals of a kind, in the order of the screen: name → SQL over the edition."""


def totals(kind: ImportKind, path: Path) -> dict[str, int]:
    """The control totals of an edition."""
    names, expressions = zip(*TOTALS[kind], strict=True)
    with duck.connect() as connection:
        row = connection.execute(
            f"SELECT {', '.join(expressions)} FROM read_parquet(?)", [str(path)]
        ).fetchall()
    return dict(zip(names, map(int, row[0]), strict=True))


def by_ward(path: Path) -> dict[str, int]:
    """Persons of a register by 現住所区."""
    with duck.connect() as connection:
        query = "SELECT ward_code, count(*) FROM read_parquet(?) GROUP BY 1 ORDER BY 1"
        return dict(connection.execute(query, [str(path)]).fetchall())


def strangers(path: Path, register: Path) -> int:
    """Rows whose person is not in the register."""
    query = """
        SELECT count(*) FROM read_parquet(?) t ANTI JOIN read_parquet(?) r USING (resident_code)
    """
    with duck.connect() as connection:
        found = connection.execute(query, [str(path), str(register)]).fetchall()
    return int(found[0][0])


def rows_of(path: Path) -> int:
    """How many rows a sealed file has."""
    return int(pq.read_metadata(path).num_rows)
