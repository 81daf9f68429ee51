"""統合番号の付番 and 紐付け: the one way by which a person, a sealed 個人番号 or a local number gets into the tables.

Every function writes by COPY in the caller's transaction, under `queries.numbers.one_load_at_a_time`: whoever mints at the
same time would take the same number. Permission, rules and log are the calling action's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from todoke.engine import postgres
from todoke.identifiers import integrated_number
from todoke.privacy.sealed_numbers import ColumnSeal
from todoke.systems.linkage.rules import match_forms

ALIAS = "linkage"
_FORMS_STAGED = "linkage_forms_written"
_HIGHEST = "SELECT max(integrated_number) FROM linkage_person"
_WRITE_FORMS = f"""
INSERT INTO linkage_matchform (person_id, {match_forms.STORED})
SELECT person_id, {match_forms.STORED} FROM {_FORMS_STAGED}
{match_forms.ON_CONFLICT}
"""


def mint(attributes: pa.Table) -> list[str]:
    """A new 統合番号 for each row (name_kanji, sex, birth_date as date, address), in order."""
    minted = integrated_number.mint_many(_next_serial(), attributes.num_rows)
    no = pa.array(np.zeros(len(minted), dtype=np.bool_))
    people = attributes.append_column("integrated_number", pa.array(minted, pa.string()))
    postgres.copy_in(ALIAS, "linkage_person", people.append_column("auto_reply_prohibited", no))
    return minted


def attach_numbers(persons: Sequence[str], numbers: Sequence[bytes], seal: ColumnSeal) -> None:
    """Each 個人番号 sealed beside its person, who has none yet."""
    sealed = {
        "person_id": pa.array(persons, pa.string()),
        "municipality": pa.repeat(seal.municipality, len(persons)),
        "key_id": pa.array(np.full(len(persons), seal.key_id, dtype=np.int16)),
        "blind_index": pa.array(seal.index(numbers), pa.binary()),
        "ciphertext": pa.array(seal.seal(numbers, [person.encode() for person in persons]), pa.binary()),
    }
    postgres.copy_in(ALIAS, "linkage_individualnumber", pa.table(sealed))


def link(persons: Sequence[str], systems: Sequence[str], local_numbers: Sequence[str]) -> None:
    """Each 業務固有番号 linked to its person; a local number that is linked already is an IntegrityError."""
    local = {
        "system": pa.array(systems, pa.string()),
        "local_number": pa.array(local_numbers, pa.string()),
        "person_id": pa.array(persons, pa.string()),
    }
    postgres.copy_in(ALIAS, "linkage_localnumber", pa.table(local))


def write_forms(persons: Sequence[str], attributes: pa.Table, home: Sequence[str]) -> None:
    """The forms that candidates are searched by, new or renewed, of these persons' attributes."""
    forms = match_forms.stored(attributes, home)
    owners = pa.array(persons, pa.string())
    postgres.stage(ALIAS, _FORMS_STAGED, forms.append_column("person_id", owners))
    postgres.execute(ALIAS, _WRITE_FORMS)
    postgres.execute(ALIAS, f"DROP TABLE {_FORMS_STAGED}")


def _next_serial() -> int:
    ((highest,),) = postgres.fetch(ALIAS, _HIGHEST)
    return int(highest[:-1]) + 1 if highest else 0
