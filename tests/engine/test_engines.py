"""One statement, run by DuckDB and by Spark: the same rows in the same order, or no file at all."""

import hashlib
import struct
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.engine.clusters import cluster, need_pyspark
from todoke.engine import rows, spark
from todoke.engine.duck import DuckEngine
from todoke.engine.engines import engine
from todoke.engine.spark import SparkEngine
from todoke.engine.statement import Engine, Output, Statement, Step, Totals, unsealed
from todoke.kernel.errors import ErrorCode, TodokeError

STATEMENT = Statement(
    steps=(
        Step(name="counted", query="SELECT * FROM people LEFT JOIN marks USING (code)"),
        Step(
            name="judged",
            query="SELECT code, home, CASE WHEN mark IS NULL THEN 'なし' ELSE 'あり' END AS word FROM counted",
            kept=True,
        ),
    ),
    outputs=(
        Output(name="persons", query="SELECT code, word FROM judged", key="code"),
        Output(
            name="homes",
            query="SELECT home, count(*) AS members, CASE WHEN bool_or(word = 'あり') THEN home END AS marked FROM judged GROUP BY home",
            key="home",
        ),
    ),
    asked="SELECT count(*) AS people FROM people",
    written="SELECT count(*) AS homes, sum(members) AS members FROM homes",
    absent={"marks": {"code": "STRING", "mark": "BIGINT"}},
    words={"word": ("なし", "あり")},
)


def test_duckdb_writes_ordered_rows_and_their_totals(tmp_path: Path) -> None:
    files = people(tmp_path)
    totals = run(DuckEngine(), files, tmp_path)
    assert totals == {"people": 5000, "homes": 1667, "members": 5000}
    found = pq.read_table(tmp_path / "persons.parquet")
    assert found["code"].to_pylist() == sorted(found["code"].to_pylist())
    assert found.schema.field("word").type == pa.string()
    assert found["word"].to_pylist().count("あり") == 500


def test_a_relation_without_a_file_has_no_rows(tmp_path: Path) -> None:
    run(DuckEngine(), people(tmp_path) | {"marks": None}, tmp_path)
    assert set(pq.read_table(tmp_path / "persons.parquet")["word"].to_pylist()) == {"なし"}


def test_totals_that_are_refused_leave_no_file(tmp_path: Path) -> None:
    files, before = people(tmp_path), sorted(tmp_path.iterdir())

    def refuse(totals: Totals) -> None:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=str(totals["members"] - totals["people"]))

    with pytest.raises(TodokeError, match="（0）"):
        DuckEngine().run(STATEMENT, files, targets(tmp_path), refuse)
    assert sorted(tmp_path.iterdir()) == before


def test_a_word_that_is_none_of_the_column_is_an_error(tmp_path: Path) -> None:
    narrow = unsealed(STATEMENT.sealed().replace('あり"\n'.encode(), b'?"\n'))
    with pytest.raises(Exception, match="あり"):
        DuckEngine().run(narrow, people(tmp_path), targets(tmp_path), lambda _: None)


def test_spilling_changes_no_row(tmp_path: Path) -> None:
    """A million rows in 60 MB of memory: what does not fit goes to disk and is gone afterwards."""
    files = people(tmp_path, 1_000_000)
    digests = []
    for place, one in enumerate((DuckEngine(memory="60MB"), DuckEngine(memory="2GB"))):
        (tmp_path / str(place)).mkdir()
        one.run(STATEMENT, files, targets(tmp_path / str(place)), lambda _: None)
        digests.append(rows.digest(tmp_path / str(place) / "persons.parquet"))
        assert sorted(path.name for path in (tmp_path / str(place)).iterdir()) == [
            "homes.parquet",
            "persons.parquet",
        ]
    assert digests[0] == digests[1]


def test_a_statement_is_sealed_and_read_back() -> None:
    assert unsealed(STATEMENT.sealed()) == STATEMENT
    assert STATEMENT.sha256 == hashlib.sha256(STATEMENT.sealed()).hexdigest()
    with pytest.raises(TodokeError) as caught:
        unsealed(STATEMENT.sealed()[:-5])
    assert caught.value.code is ErrorCode.MESSAGE_INVALID


def test_the_digest_is_of_values_and_not_of_bytes(tmp_path: Path) -> None:
    """As the module says: values and lengths of a column, then lines of columns."""
    table = pa.table({"code": ["1", "10"], "yen": [10, None], "paid": [True, False]})
    pq.write_table(table, tmp_path / "one.parquet", compression="zstd")
    pq.write_table(table, tmp_path / "two.parquet", compression="none", row_group_size=1)
    by_hand = [("code", b"110", (1, 2)), ("yen", b"10", (2, 0xFFFFFFFF)), ("paid", b"truefalse", (4, 5))]
    lines = "".join(
        f"{name} {hashlib.sha256(values).hexdigest()} {hashlib.sha256(struct.pack('<2I', *lengths)).hexdigest()}\n"
        for name, values, lengths in by_hand
    )
    assert rows.digest(tmp_path / "one.parquet") == hashlib.sha256(lines.encode()).hexdigest()
    assert rows.digest(tmp_path / "two.parquet") == rows.digest(tmp_path / "one.parquet")
    for name, other in (
        ("turned", table.take([1, 0])),
        ("cut otherwise", table.set_column(0, "code", pa.array(["11", "0"]))),
        ("empty for null", table.set_column(1, "yen", pa.array(["10", ""]))),
        ("fewer", table.slice(0, 1)),
    ):
        pq.write_table(other, tmp_path / f"{name}.parquet")
        assert rows.digest(tmp_path / f"{name}.parquet") != rows.digest(tmp_path / "one.parquet"), name


def test_spark_is_refused_plainly_where_it_cannot_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, master in (("spark", None), ("duckdb", "spark://127.0.0.1:7077")):
        with pytest.raises(TodokeError) as caught:
            engine(name, master)
        assert caught.value.code is ErrorCode.USAGE_INVALID
    with monkeypatch.context() as patch:
        patch.setattr(spark, "find_spec", lambda _: None)
        with pytest.raises(TodokeError, match="pip install") as caught:
            run(engine("spark", "local[1]"), people(tmp_path), tmp_path)
        assert caught.value.code is ErrorCode.SETUP_MISSING


def test_a_cluster_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    need_pyspark()
    with pytest.raises(TodokeError, match=r"127\.0\.0\.1:1") as caught:
        run(SparkEngine(master="spark://127.0.0.1:1"), people(tmp_path), tmp_path)
    assert caught.value.code is ErrorCode.UNAVAILABLE


@pytest.mark.slow
def test_a_cluster_of_two_workers_writes_the_same_rows(tmp_path: Path) -> None:
    need_pyspark()
    files = people(tmp_path)
    for name in ("duck", "spark"):
        (tmp_path / name).mkdir()
    totals = run(DuckEngine(), files, tmp_path / "duck")
    with cluster(tmp_path) as master:
        assert run(SparkEngine(master=master), files, tmp_path / "spark") == totals
        assert (tmp_path / "work0").is_dir()
        assert (tmp_path / "work1").is_dir()
        with pytest.raises(TodokeError):
            SparkEngine(master=master).run(STATEMENT, files, targets(tmp_path / "none"), _refuse)
    for name in ("homes", "persons"):
        one, other = tmp_path / "duck" / f"{name}.parquet", tmp_path / "spark" / f"{name}.parquet"
        assert rows.digest(one) == rows.digest(other)
        # Spark also says which columns are never null
        assert pq.read_schema(one).names == pq.read_schema(other).names
        assert pq.read_schema(one).types == pq.read_schema(other).types
    assert not (tmp_path / "none").exists() or not list((tmp_path / "none").iterdir())


def _refuse(totals: Totals) -> None:
    raise TodokeError(ErrorCode.STATE_CONFLICT, detail=str(totals))


def run(one: Engine, files: dict[str, Path | None], folder: Path) -> Totals:
    return one.run(STATEMENT, files, targets(folder), lambda _: None)


def targets(folder: Path) -> dict[str, Path]:
    return {name: folder / f"{name}.parquet" for name in ("persons", "homes")}


def people(folder: Path, count: int = 5000) -> dict[str, Path | None]:
    codes = [f"{number * 7919 % 9_999_991:010d}" for number in range(count)]
    homes = [f"{number // 3 * 104_729 % 9_999_991:010d}" for number in range(count)]
    pq.write_table(pa.table({"code": codes, "home": homes}), folder / "people.parquet")
    pq.write_table(
        pa.table({"code": codes[::10], "mark": list(range(0, count, 10))}), folder / "marks.parquet"
    )
    return {"people": folder / "people.parquet", "marks": folder / "marks.parquet"}
