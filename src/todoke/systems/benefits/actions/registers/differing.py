"""The rows that differ, written one by one: what a day changes in a city is a few thousand of millions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from todoke.engine import postgres
from todoke.systems.benefits.actions.registers import keys
from todoke.systems.benefits.actions.registers.keys import Keys
from todoke.systems.benefits.actions.registers.shielding import HIDE, PROTECTED
from todoke.systems.benefits.rules.households import search_forms

ALIAS = "benefits"
ENTRY: Final = (
    "resident_code", "household_code", "is_head", "relationship", "name_kanji", "name_kana", "sex", "birth_date",
    "postal_code", "address", "ward_code", "moved_in_on", "previous_municipality", "left_on", "left_reason",
    "nationality", "protected",
)  # fmt: skip
_LISTED = ", ".join(ENTRY)
_OURS = ", ".join(f"e.{column}" for column in ENTRY)
_THEIRS = ", ".join(f"a.{column}" for column in ENTRY)
_DIFFERING = f"""
CREATE TEMPORARY TABLE differing ON COMMIT DROP AS
SELECT coalesce(a.resident_code, e.resident_code) AS resident_code,
    CASE WHEN e.resident_code IS NULL THEN 'added' WHEN a.resident_code IS NULL THEN 'gone' ELSE 'changed' END AS how
FROM arriving a
FULL JOIN (SELECT * FROM benefits_registerentry WHERE side = %s) e ON e.resident_code = a.resident_code
WHERE e.resident_code IS NULL OR a.resident_code IS NULL OR ({_THEIRS}) IS DISTINCT FROM ({_OURS})
"""
_REMOVE = """
DELETE FROM benefits_registerentry e USING differing d
WHERE e.side = %s AND e.resident_code = d.resident_code AND d.how <> 'added'
"""
_INSERT = f"""
INSERT INTO benefits_registerentry (side, {_LISTED})
SELECT %s, {_THEIRS} FROM arriving a JOIN differing d USING (resident_code) WHERE d.how <> 'gone'
"""
# The latest register says how a person is found; the one of the base date for those who are not in it
_PREFERRED = """
SELECT DISTINCT ON (e.resident_code) e.resident_code, e.side, e.household_code, e.birth_date, e.name_kanji,
    coalesce(e.name_kana, ''), e.address
FROM benefits_registerentry e JOIN differing d USING (resident_code) ORDER BY e.resident_code, e.side DESC
"""
_STALE = """
INSERT INTO differing SELECT resident_code, 'edition' FROM benefits_resident WHERE edition <> %s
AND resident_code NOT IN (SELECT resident_code FROM differing)
"""
_KEEP = f"""
INSERT INTO benefits_resident AS r (resident_code, register, protected, hidden, {keys.LISTED})
SELECT k.resident_code, k.register, p.resident_code IS NOT NULL, p.resident_code IS NOT NULL,
    {", ".join(f"k.{key}" for key in keys.COLUMNS)}
FROM keyed k LEFT JOIN {PROTECTED.format(entries="benefits_registerentry")} p USING (resident_code)
ON CONFLICT (resident_code) DO UPDATE SET (register, protected, hidden, {keys.LISTED}) =
    (excluded.register, excluded.protected, excluded.hidden, {", ".join(f"excluded.{key}" for key in keys.COLUMNS)})
"""
_FORGET = """
DELETE FROM benefits_resident r USING differing d WHERE r.resident_code = d.resident_code
AND NOT EXISTS (SELECT FROM benefits_registerentry e WHERE e.resident_code = d.resident_code)
"""


@dataclass(frozen=True, kw_only=True)
class Differing:
    """One side of the kept registers beside the staged table `arriving`."""

    side: str
    home: tuple[str, ...]

    def count(self) -> dict[str, int]:
        """How many were added, changed or are gone; they stand in the table `differing` until the commit."""
        postgres.execute(ALIAS, _DIFFERING, [self.side])
        return dict(postgres.fetch(ALIAS, "SELECT how, count(*) FROM differing GROUP BY 1"))

    def write(self) -> None:
        """Bring entries and people to what arrives; rows that are equal are not touched, keys of an old edition are."""
        postgres.execute(ALIAS, _REMOVE, [self.side])
        postgres.execute(ALIAS, _INSERT, [self.side])
        postgres.execute(ALIAS, _STALE, [search_forms.EDITION])
        Keys(self.home).stage(Keys.from_query(_PREFERRED, []))
        postgres.execute(ALIAS, _KEEP)
        postgres.execute(ALIAS, _FORGET)
        postgres.execute(ALIAS, HIDE.format(residents="benefits_resident", entries="benefits_registerentry"))
