"""Which engine: DuckDB here unless somebody says Spark, and says where."""

from __future__ import annotations

from todoke.engine.duck import DuckEngine
from todoke.engine.spark import SparkEngine
from todoke.engine.statement import Engine
from todoke.kernel.errors import ErrorCode, TodokeError

NAMES = ("duckdb", "spark")


def engine(name: str, master: str | None = None) -> Engine:
    """The engine of that name; USAGE_INVALID for Spark without its master, or a master without Spark."""
    if (name == "spark") != (master is not None):
        detail = "--engine spark と --master spark://ホスト:ポート は、両方を指定してください"
        raise TodokeError(ErrorCode.USAGE_INVALID, detail=detail, command="todoke decide")
    return SparkEngine(master=master) if master is not None else DuckEngine()
