"""照会状況表: how the questions of an order stand, per provider; and whether they are all there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final, NamedTuple

from todoke.contracts.information import TAX_ITEMS
from todoke.engine import postgres
from todoke.systems.inquiry.flows import QueryState
from todoke.systems.inquiry.rules.matrix_columns import Column, Completeness, Side, column, side
from todoke.systems.inquiry.rules.second_round import TAXED_ELSEWHERE

ALIAS = "inquiry"
_ELSEWHERE: Final = (
    f"coalesce(q.item_values[{TAX_ITEMS.index('taxed_elsewhere') + 1}] = '{TAXED_ELSEWHERE}', false)"
)


def _case(results: Mapping[tuple[str, bool], str]) -> str:
    """An SQL expression over question `q`; NULL for a state that is not named."""
    whens = []
    for state in dict.fromkeys(state for state, _ in results):
        elsewhere, here = results[state, True], results[state, False]
        if elsewhere != here:
            whens.append(f"WHEN q.state = '{state}' AND {_ELSEWHERE} THEN '{elsewhere}'")
        whens.append(f"WHEN q.state = '{state}' THEN '{here}'")
    return f"(CASE {' '.join(whens)} END)"


_COLUMNS: Final = {
    (state, elsewhere): column(state, elsewhere=elsewhere)
    for state in QueryState.values
    for elsewhere in (True, False)
}
COLUMN_SQL: Final = _case({key: found.value for key, found in _COLUMNS.items()})
_SIDE_SQL: Final = _case({key: side(found).value for key, found in _COLUMNS.items()})
FAILED_SQL: Final = f"{_SIDE_SQL} = '{Side.FAILED}'"
"""Only what failed may be asked again."""
ERROR_SQL: Final = "coalesce(nullif(q.error, ''), q.state)"
"""エラー理由 of a failed question; a refusal by the provider's officers has none but its state."""

_OF_ORDER: Final = "FROM inquiry_query q JOIN inquiry_subject s ON s.id = q.subject_id"
_MATRIX = f"""
SELECT q.provider, {COLUMN_SQL}, count(*) {_OF_ORDER}
WHERE s.order_id = %s AND q.current GROUP BY 1, 2 ORDER BY 1, 2
"""
_ERRORS = f"""
SELECT {ERROR_SQL}, count(*) {_OF_ORDER}
WHERE s.order_id = %s AND q.current AND {FAILED_SQL} AND q.provider LIKE %s GROUP BY 1 ORDER BY 2 DESC, 1
"""
# What was asked is the receipt that benefits got, and the different persons who were asked about a second time:
# neither looks at states, attempts, or which attempt counts.
_COMPLETENESS = f"""
SELECT o.order_id,
       o.asked + (SELECT count(DISTINCT q.subject_id) {_OF_ORDER} WHERE s.order_id = o.order_id AND q.round = 2),
       coalesce(c.answered, 0), coalesce(c.failed, 0), coalesce(c.waiting, 0)
FROM inquiry_order o LEFT JOIN (
    SELECT s.order_id,
           count(*) FILTER (WHERE {_SIDE_SQL} = '{Side.ANSWERED}') AS answered,
           count(*) FILTER (WHERE {_SIDE_SQL} = '{Side.FAILED}') AS failed,
           count(*) FILTER (WHERE {_SIDE_SQL} = '{Side.WAITING}') AS waiting
    {_OF_ORDER} WHERE q.current AND s.order_id = ANY(%(orders)s) GROUP BY 1
) c USING (order_id)
WHERE o.order_id = ANY(%(orders)s)
"""


class Row(NamedTuple):
    """One provider (or all): how many questions stand in each column."""

    provider: str
    counts: Mapping[Column, int]

    @property
    def drafted(self) -> int:
        """作成: all that were ever made; the sum of the columns."""
        return sum(self.counts.values())

    @property
    def sent(self) -> int:
        """送信: handed to 統合番号連携システム."""
        return self.drafted - self.counts[Column.UNSENT]

    @property
    def accepted(self) -> int:
        """受付: taken on there."""
        return self.sent - self.counts[Column.REJECTED]


class Matrix(NamedTuple):
    """Rows by provider, and their sums."""

    rows: list[Row]
    total: Row


def matrix(order_id: str) -> Matrix:
    """照会状況表 of an order; only attempts that count. A state without a column is left out: see `completeness`."""
    found: dict[str, dict[Column, int]] = defaultdict(lambda: dict.fromkeys(Column, 0))
    total = dict.fromkeys(Column, 0)
    for provider, name, count in postgres.fetch(ALIAS, _MATRIX, [order_id]):
        if name is not None:
            found[provider][Column(name)] += count
            total[Column(name)] += count
    return Matrix([Row(provider, counts) for provider, counts in found.items()], Row("", total))


def completeness(*order_ids: str) -> dict[str, Completeness]:
    """照会 = 回答 + エラー + 待ち of each order."""
    rows = postgres.fetch(ALIAS, _COMPLETENESS, {"orders": list(order_ids)})
    return {order_id: Completeness(*counts) for order_id, *counts in rows}


def error_counts(order_id: str, *, provider: str = "") -> dict[str, int]:
    """How many questions failed by エラー理由 (at one provider)."""
    return dict(postgres.fetch(ALIAS, _ERRORS, [order_id, provider or "%"]))
