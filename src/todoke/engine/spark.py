"""Spark: a cluster of machines, for a prefecture or the country. Optional: `pip install todoke[spark]`, and Java 17.

Workers read the sealed files under the paths that the driver gives, so these lie on storage that all of them mount.
"""

from __future__ import annotations

import importlib
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from todoke.engine import duck
from todoke.engine.statement import Check, Statement, Totals
from todoke.kernel.errors import ErrorCode, TodokeError

_ANSWER_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class SparkEngine:
    """`master`: spark://host:port of a standalone cluster, or local[n] for one machine. Other settings come from
    spark-defaults.conf of SPARK_CONF_DIR, as everywhere."""

    master: str
    name: str = "spark"

    @property
    def version(self) -> str:
        """PySpark's own; SETUP_MISSING without it."""
        return str(_pyspark().__version__)

    def run(
        self, statement: Statement, files: Mapping[str, Path | None], out: Mapping[str, Path], check: Check
    ) -> Totals:
        """See Engine. The workers judge; the last sorting and writing is the driver's, so that files are alike."""
        parts = next(iter(out.values())).parent / ".spark"
        with _session(self.master) as session:
            for name, path in files.items():
                if path is not None:
                    session.read.parquet(str(path)).createOrReplaceTempView(name)
            for name, query in statement.relations(files).items():
                session.sql(query).createOrReplaceTempView(name)
            for step in statement.steps:
                rows = session.sql(step.query)
                (rows.persist() if step.kept else rows).createOrReplaceTempView(step.name)
            for output in statement.outputs:
                session.sql(output.query).write.mode("overwrite").parquet(str(parts / output.name))
            asked = {name: int(n) for name, n in session.sql(statement.asked).first().asDict().items()}
        try:
            return _gather(statement, parts, out, lambda written: check(asked | written)) | asked
        finally:
            shutil.rmtree(parts, ignore_errors=True)


def _gather(statement: Statement, parts: Path, out: Mapping[str, Path], check: Check) -> Totals:
    with duck.connect(memory="2GB", spill=parts / ".spill") as connection:
        connection.execute("SET preserve_insertion_order = false")
        duck.name_words(connection, statement)
        rows = {
            one.name: f"SELECT * FROM read_parquet('{duck.quoted(parts / one.name)}/*.parquet')"
            for one in statement.outputs
        }
        return duck.write(connection, statement, rows, out, check)


@contextmanager
def _session(master: str) -> Iterator[Any]:
    builder = _pyspark().sql.SparkSession.builder.master(master).appName("todoke decide")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.session.timeZone": "UTC",
        # wrong casts and overflows are errors, as in DuckDB
        "spark.sql.ansi.enabled": "true",
    }
    if master.startswith("spark://"):
        here = _our_address(master)
        settings |= {"spark.driver.host": here, "spark.driver.bindAddress": here}
    for name, value in settings.items():
        builder = builder.config(name, value)
    if shutil.which("java") is None:
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail="Spark を動かす Java がありません",
            todo="Java 17 以上を入れてから、もう一度実行してください。",
        )
    session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()


def _our_address(master: str) -> str:
    """Our own address as the cluster sees it; UNAVAILABLE when nobody answers there (Spark would try for a minute)."""
    found = urlsplit(master.split(",", maxsplit=1)[0])
    try:
        with socket.create_connection((found.hostname or "", found.port or 7077), _ANSWER_SECONDS) as line:
            return str(line.getsockname()[0])
    except OSError as error:
        raise TodokeError(ErrorCode.UNAVAILABLE, what=f"Spark（{master}）") from error


def _pyspark() -> Any:  # noqa: ANN401 - optional, so imported by name: types are checked alike with and without it
    if find_spec("pyspark") is None:
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail="Spark で判定するための pyspark がありません",
            todo="「pip install 'todoke[spark]'」で入れるか、--engine duckdb で実行してください。",
        )
    importlib.import_module("pyspark.sql")
    return importlib.import_module("pyspark")
