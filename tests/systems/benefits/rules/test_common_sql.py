"""The expression keeps to words that DuckDB and Spark SQL share, for every programme there is."""

import re

import pytest

from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.deciding import decision_sql
from todoke.systems.benefits.rules.programme import Programme

_STRANGERS = (
    "qualify",
    "exclude",
    "semi join",
    "anti join",
    "::",
    "ilike",
    "struct",
    "unnest",
    "lambda",
    "[",
    "//",
)
_NOT_FUNCTIONS = {"as", "in", "when", "and", "or", "not", "from", "on", "over", "select", "with", "where", "then", "is", "by", "else", "filter", "join", "using"}  # fmt: skip


def _texts(programme: Programme) -> str:
    statement = decision_sql.statement(programme)
    parts = [one.query for one in (*statement.steps, *statement.outputs)] + [
        statement.asked,
        statement.written,
    ]
    return re.sub(r"'[^']*'", "''", re.sub(r"--.*", "", "\n".join(parts)).lower())


@pytest.mark.parametrize("programme", programmes.every(), ids=lambda one: one.code)
def test_no_function_outside_the_closed_list(programme: Programme) -> None:
    called = set(re.findall(r"\b([a-z_][a-z_0-9]*)\s*\(", _texts(programme))) - _NOT_FUNCTIONS
    tables = set(re.findall(r"\b([a-z_][a-z_0-9]*) as \(", _texts(programme)))
    assert called - tables <= decision_sql.FUNCTIONS
    assert len(called & decision_sql.FUNCTIONS) > 5


@pytest.mark.parametrize("programme", programmes.every(), ids=lambda one: one.code)
def test_no_dialect(programme: Programme) -> None:
    assert [word for word in _STRANGERS if word in _texts(programme)] == []
