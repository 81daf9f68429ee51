"""Precision and recall of a search on the labelled set, over all and by kind of query."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from todoke.engine import duck
from todoke.sample.matching import KINDS

_COUNTS = """
WITH offered AS (
  SELECT query, count(*) AS shown,
         bool_or(c.person IS NOT DISTINCT FROM t.person) AS within,
         bool_or(rank = 1 AND c.person IS NOT DISTINCT FROM t.person) AS first,
         bool_or(identical) AS linked, bool_or(identical AND c.person IS NOT DISTINCT FROM t.person) AS right_link
  FROM candidates c JOIN truth t USING (query) GROUP BY query
)
SELECT kind, count(*), count(t.person), count(shown), coalesce(sum(shown), 0), count(*) FILTER (first),
       count(*) FILTER (within), count(*) FILTER (linked), count(*) FILTER (right_link)
FROM truth t LEFT JOIN offered USING (query) GROUP BY kind ORDER BY kind
"""


@dataclass(frozen=True)
class Quality:
    """Counts of queries. `meant`: somebody of the register is meant; `offered`: at least one candidate came.

    `first` and `within`: the right person came first, or at all; `linked`, `right`: all four agree, and rightly.
    """

    kind: int
    queries: int
    meant: int
    offered: int
    shown: int
    first: int
    within: int
    linked: int
    right: int

    @property
    def title(self) -> str:
        return KINDS[self.kind].title if self.kind >= 0 else "全体"

    def ratios(self) -> dict[str, float | None]:
        """Precision and recall: all four equal; the first candidate; any candidate shown. None where nothing is counted."""
        return {
            "identical_precision": _share(self.right, self.linked),
            "identical_recall": _share(self.right, self.meant),
            "first_precision": _share(self.first, self.offered),
            "first_recall": _share(self.first, self.meant),
            "shown_recall": _share(self.within, self.meant),
        }


def score(truth: pa.Table, candidates: pa.Table) -> list[Quality]:
    """Over all first, then by kind. `candidates` has query, rank, person and identical."""
    with duck.connect() as connection:
        connection.register("truth", truth)
        connection.register("candidates", candidates)
        kinds = [Quality(*row) for row in connection.execute(_COUNTS).fetchall()]
    fields = [name for name in Quality.__dataclass_fields__ if name != "kind"]
    return [Quality(-1, *(sum(getattr(kind, name) for kind in kinds) for name in fields)), *kinds]


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 5) if whole else None
