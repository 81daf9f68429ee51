"""統合番号の生成 (PIA 統合番号連携 (1)): 個人番号, local numbers and attributes in; one 統合番号 a person out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from django.conf import settings
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel.errors import BadRow, InputRefused
from todoke.oplog.record import record
from todoke.privacy.sealed_numbers import ColumnSeal
from todoke.privacy.wrapping import missing
from todoke.systems.linkage import codecs
from todoke.systems.linkage.models import IndividualNumber, minting
from todoke.systems.linkage.models.local_number import RESIDENTS
from todoke.systems.linkage.queries.numbers import find_persons, one_load_at_a_time
from todoke.systems.linkage.rules import match_forms

ALIAS = "linkage"
_STAGED = "linkage_incoming"

_CODES = (
    "SELECT local_number, person_id FROM linkage_localnumber WHERE system = %s AND local_number = ANY(%s)"
)
_RENEW = f"""
UPDATE linkage_person p
SET name_kanji = i.name_kanji, sex = i.sex, birth_date = i.birth_date, address = i.address
FROM {_STAGED} i
WHERE p.integrated_number = i.person_id
  AND (p.name_kanji, p.sex, p.birth_date, p.address)
      IS DISTINCT FROM (i.name_kanji, i.sex, i.birth_date, i.address)
"""
_LINK = f"""
INSERT INTO linkage_localnumber (system, local_number, person_id)
SELECT %s, i.resident_code, i.person_id FROM {_STAGED} i
ON CONFLICT (system, local_number) DO NOTHING
"""
_FORMS_STAGED = "linkage_forms"
_WRITE_FORMS = f"""
INSERT INTO linkage_matchform (person_id, {match_forms.STORED})
SELECT l.person_id, {", ".join(f"i.{name}" for name in match_forms.STORED.split(", "))}
FROM {_FORMS_STAGED} i JOIN linkage_localnumber l ON l.system = %s AND l.local_number = i.resident_code
{match_forms.ON_CONFLICT}
"""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """How many persons the file held, got a 統合番号 now, and had their attributes renewed."""

    persons: int
    minted: int
    renewed: int


def load_numbers(*, file: Path, by: Actor) -> Loaded:
    """Take in individual_numbers.csv whole; a person known by 個人番号 keeps the 統合番号.

    Numbers are minted in the order of resident codes. Raises InputRefused with every bad row, also for a
    resident code that is linked to another 個人番号 (a changed number is corrected by its own procedure).
    """
    require(by, Permission.LINKAGE_OPERATE)
    rows = codecs.read_numbers(file)
    with transaction.atomic(using=ALIAS):
        seal = _seal_under_lock()
        numbers = [str(number).encode() for number in rows["individual_number"].to_pylist()]
        known = find_persons(numbers)
        _refuse_conflicts(file.name, rows, known)
        is_new = np.ones(rows.num_rows, dtype=np.bool_)
        is_new[list(known)] = False
        _mint(rows, numbers, np.flatnonzero(is_new), seal)
        renewed = _renew(rows, known) if known else 0
        _write_forms(rows)
        minted = int(is_new.sum())
        subject = f"file {file.name}"
        record(ALIAS, by=by, verb="linkage:number:load", subject=subject, persons=rows.num_rows)
    return Loaded(persons=rows.num_rows, minted=minted, renewed=renewed)


def _seal_under_lock() -> ColumnSeal:
    """The newest keys; the first ones are made only while nothing is sealed with earlier ones."""
    one_load_at_a_time()
    sample = IndividualNumber.objects.using(ALIAS).first()
    if sample is None:
        codecs.make_keys()
    keys = codecs.number_keys()
    if sample is not None:
        _check_keys(keys.find(sample.key_id), sample)
    return keys.newest


def _check_keys(seal: ColumnSeal | None, sample: IndividualNumber) -> None:
    """With other keys nobody would be found again, and everybody would get a second 統合番号."""
    if seal is not None:
        (number,) = seal.open([bytes(sample.ciphertext)], [sample.person_id.encode()])
        if seal.index([number]) == [bytes(sample.blind_index)]:
            return
    raise missing("個人番号の鍵が、登録済みの番号のものと違います", "控えから鍵を戻してください。")


def _refuse_conflicts(file: str, rows: pa.Table, known: dict[int, str]) -> None:
    """A resident code that is linked already must be linked to the person whom its number finds."""
    codes = [str(code) for code in rows["resident_code"].to_pylist()]
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_CODES, [RESIDENTS, codes])
        linked = dict(cursor.fetchall())
    places = [
        place for place, code in enumerate(codes) if code in linked and linked[code] != known.get(place)
    ]
    if places:
        rule = "この個人コードは別の個人番号に紐付いています"
        lines = np.sort(rows["line"].take(pa.array(places)).to_numpy()).tolist()
        raise InputRefused(
            file, [BadRow(file=file, row=line, column="resident_code", shown="", rule=rule) for line in lines]
        )


def _mint(rows: pa.Table, numbers: list[bytes], places: np.ndarray, seal: ColumnSeal) -> None:
    """New persons, their sealed numbers and their resident codes."""
    chosen = rows.take(pa.array(places))
    persons = minting.mint(chosen.select(list(codecs.ATTRIBUTES)))
    minting.attach_numbers(persons, [numbers[place] for place in places], seal)
    minting.link(persons, [RESIDENTS] * len(persons), list(map(str, chosen["resident_code"].to_pylist())))


def _renew(rows: pa.Table, known: dict[int, str]) -> int:
    """Attributes of known persons as the file has them, and resident codes that are new to a known person."""
    staged = rows.take(pa.array(list(known))).select(["resident_code", *codecs.ATTRIBUTES])
    postgres.stage(ALIAS, _STAGED, staged.append_column("person_id", pa.array(known.values(), pa.string())))
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_LINK, [RESIDENTS])
        cursor.execute(_RENEW)
        return int(cursor.rowcount)


def _write_forms(rows: pa.Table) -> None:
    """The forms that candidates are searched by, of everybody in the file."""
    forms = match_forms.stored(rows, match_forms.home(settings.TODOKE_MUNICIPALITY))
    postgres.stage(ALIAS, _FORMS_STAGED, forms.append_column("resident_code", rows["resident_code"]))
    postgres.join_whole_tables(ALIAS)
    postgres.execute(ALIAS, _WRITE_FORMS, [RESIDENTS])
