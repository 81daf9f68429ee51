"""A first register, or one in which most has changed: both tables are made anew beside the ones in use."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Final

import pyarrow as pa

from todoke.engine import postgres, renewal
from todoke.records.ragged import pc
from todoke.systems.benefits.actions.registers import keys
from todoke.systems.benefits.actions.registers.keys import Keys
from todoke.systems.benefits.actions.registers.shielding import HIDE, PROTECTED
from todoke.systems.benefits.rules.households import search_forms

ALIAS = "benefits"
_LATEST: Final = "latest"
_OTHER_SIDE: Final = "INSERT INTO {entries} SELECT * FROM benefits_registerentry WHERE side <> %s"
# Entries of the other register whose people had their keys from the one that is replaced, or of an old edition
_LEFT_BEHIND: Final = """
SELECT e.resident_code, e.side, e.household_code, e.birth_date, e.name_kanji, coalesce(e.name_kana, ''), e.address
FROM benefits_registerentry e JOIN benefits_resident r USING (resident_code)
LEFT JOIN {entries} n ON n.side = %s AND n.resident_code = e.resident_code
WHERE e.side <> %s AND (e.side = 'latest' OR n.resident_code IS NULL) AND (r.register = %s OR r.edition <> %s)
"""
# `id` stands in addresses of screens: whoever was known keeps it
_KEYED: Final = f"""
INSERT INTO {{residents}} (id, resident_code, register, protected, hidden, {keys.LISTED})
SELECT coalesce(r.id, nextval((SELECT pg_get_serial_sequence('{{residents}}', 'id'))::regclass)),
    k.resident_code, k.register, p.resident_code IS NOT NULL, p.resident_code IS NOT NULL,
    {", ".join(f"k.{key}" for key in keys.COLUMNS)}
FROM keyed k LEFT JOIN benefits_resident r USING (resident_code)
LEFT JOIN {PROTECTED} p USING (resident_code)
"""
_OTHERS: Final = f"""
INSERT INTO {{residents}} (id, resident_code, register, protected, hidden, {keys.LISTED})
SELECT r.id, r.resident_code, r.register, p.resident_code IS NOT NULL, p.resident_code IS NOT NULL,
    {", ".join(f"r.{key}" for key in keys.COLUMNS)}
FROM benefits_resident r LEFT JOIN keyed k USING (resident_code)
LEFT JOIN {PROTECTED} p USING (resident_code)
WHERE k.resident_code IS NULL AND EXISTS (SELECT FROM {{entries}} e WHERE e.resident_code = r.resident_code)
"""


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A whole register for one side."""

    side: str
    home: tuple[str, ...]
    register: pa.Table

    def write(self) -> None:
        """The tables with the register on its side and all else as it stood; people who are known keep their `id`."""
        with renewal.renewed(ALIAS, "benefits_registerentry", "benefits_resident") as (entries, residents):
            postgres.execute(ALIAS, _OTHER_SIDE.format(entries=entries), [self.side])
            sides = pa.repeat(self.side, self.register.num_rows)
            postgres.copy_in(ALIAS, entries, self.register.append_column("side", sides), fresh=True)
            left_behind = Keys.from_query(
                _LEFT_BEHIND.format(entries=entries), [*[self.side] * 3, search_forms.EDITION]
            )
            Keys(self.home).stage(chain(Keys.from_register(self._preferred(), self.side), left_behind))
            for statement in (_KEYED, _OTHERS, HIDE):
                postgres.execute(ALIAS, statement.format(entries=entries, residents=residents))

    def _preferred(self) -> pa.Table:
        """Those of the register whose keys are made of it: the latest one says how a person is found."""
        if self.side == _LATEST:
            return self.register
        query = "SELECT resident_code FROM benefits_registerentry WHERE side = 'latest'"
        latest = postgres.read(ALIAS, query)["resident_code"]
        return self.register.filter(pc.invert(pc.is_in(self.register["resident_code"], latest)))
