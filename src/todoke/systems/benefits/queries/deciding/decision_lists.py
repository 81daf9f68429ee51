"""What a decision reads beside registers, tax and answers: special persons, earlier rounds, declared figures, certificates.

Each from the newest imported list; without one, special persons are absent, earlier rounds are the cases, and figures are those
that two people keyed from forms (家計急変), which go before the list. Figures are declared for one programme: another never reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa

from todoke.engine import duck
from todoke.systems.benefits.queries.deciding import certificates, declared
from todoke.systems.benefits.queries.deciding.judging import earlier_rounds
from todoke.systems.benefits.queries.imports import standing as imports
from todoke.systems.benefits.rules.deciding import shortfall
from todoke.systems.benefits.rules.hardship import conditions as hardship
from todoke.systems.benefits.rules.imports.kinds import ImportKind
from todoke.systems.benefits.rules.programme import Programme, Unit

ALIAS: Final = "benefits"
_FIGURES: Final = {
    hardship.ITEMS: ImportKind.HARDSHIP_FIGURES,
    shortfall.ITEMS: ImportKind.SHORTFALL_FIGURES,
}
"""What a programme's rules read → the list that declares it."""
_SPECIAL: Final = "SELECT DISTINCT resident_code, kind FROM read_parquet($path) ORDER BY 1, 2"
# A household may stand in the list and among the cases: whichever standing is excluded excludes it
_EARLIER: Final = """
SELECT programme, household_key, head, standing FROM own
UNION SELECT programme, household_code, head, standing FROM read_parquet($path) WHERE list_contains($programmes, programme)
ORDER BY 1, 2, 3, 4
"""
_TOGETHER: Final = """
SELECT * FROM keyed
UNION ALL SELECT * FROM listed WHERE resident_code NOT IN (SELECT resident_code FROM keyed) ORDER BY 1, 2
"""


def of(programme: Programme) -> dict[str, pa.Table]:
    """Relation → rows, for those that the programme's rules read and that there is something for."""
    found: dict[str, pa.Table] = {}
    special = _newest(ImportKind.SPECIAL_PERSONS)
    if special is not None and programme.unit is Unit.HOUSEHOLD:
        found["special"] = _read(_SPECIAL, path=special)
    if programme.earlier:
        found["earlier"] = _earlier([one.programme for one in programme.earlier])
    figures = _figures(programme)
    if figures is not None:
        found["figures"] = figures
    certified = certificates.of_year(programme.tax_year)
    if certified.num_rows and programme.unit is Unit.HOUSEHOLD:
        found["certificates"] = certified
    return found


def _figures(programme: Programme) -> pa.Table | None:
    """The list, and what stands on forms: for whoever declared on a form, that and nothing of the list."""
    kind = figures_kind(programme)
    newest = _newest(kind, programme.code) if kind is not None else None
    listed = _read(_items(programme.figures), path=newest) if newest is not None else None
    keyed = declared.of_programme(programme.code) if programme.hardship is not None else None
    if keyed is None or not keyed.num_rows:
        return listed
    if listed is None:
        return keyed
    with duck.connect() as connection:
        connection.register("keyed", keyed)
        connection.register("listed", listed)
        return duck.table(connection, _TOGETHER)


def figures_kind(programme: Programme) -> ImportKind | None:
    """The list that declares what the programme's rules read; None when they read no figures."""
    return _FIGURES.get(programme.figures)


def _earlier(programmes: Sequence[str]) -> pa.Table:
    own, listed = earlier_rounds(programmes), _newest(ImportKind.EARLIER_ROUNDS)
    if listed is None:
        return own
    with duck.connect() as connection:
        connection.register("own", own)
        return duck.table(connection, _EARLIER, {"path": str(listed), "programmes": list(programmes)})


def _items(names: Sequence[str]) -> str:
    """A row per figure that was declared: what is empty in the list is absent, never zero."""
    each = (
        f"SELECT resident_code, '{name}' AS item, CAST({name} AS BIGINT) AS value FROM read_parquet($path)"
        f" WHERE {name} IS NOT NULL"
        for name in names
    )
    return " UNION ALL ".join(each) + " ORDER BY 1, 2"


def _newest(kind: ImportKind, programme: str = "") -> Path | None:
    """The sealed edition in use, checked."""
    known = imports.in_use(kind, programme)
    return None if known is None else imports.edition(*known)


def _read(query: str, *, path: Path) -> pa.Table:
    with duck.connect() as connection:
        return duck.table(connection, query, {"path": str(path)})
