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
from todoke.identifiers import integrated_number
from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.oplog.record import record
from todoke.privacy.sealed_numbers import ColumnSeal
from todoke.records.ragged import Texts
from todoke.systems.linkage import codecs
from todoke.systems.linkage.models import IndividualNumber
from todoke.systems.linkage.models.local_number import RESIDENTS
from todoke.systems.linkage.rules import match_forms

ALIAS = "linkage"
_STAGED = "linkage_incoming"

_KNOWN = f"""
SELECT i.place, n.person_id, l.person_id
FROM {_STAGED} i
LEFT JOIN linkage_individualnumber n
  ON n.municipality = %s AND n.key_id = %s AND n.blind_index = i.blind_index
LEFT JOIN linkage_localnumber l ON l.system = %s AND l.local_number = i.resident_code
WHERE n.person_id IS NOT NULL OR l.person_id IS NOT NULL
"""
_RENEW = f"""
UPDATE linkage_person p
SET name_kanji = i.name_kanji, sex = i.sex, birth_date = i.birth_date, address = i.address
FROM {_STAGED} i
JOIN linkage_individualnumber n ON n.municipality = %s AND n.key_id = %s AND n.blind_index = i.blind_index
WHERE p.integrated_number = n.person_id
  AND (p.name_kanji, p.sex, p.birth_date, p.address)
      IS DISTINCT FROM (i.name_kanji, i.sex, i.birth_date, i.address)
"""
_LINK = f"""
INSERT INTO linkage_localnumber (system, local_number, person_id)
SELECT %s, i.resident_code, n.person_id
FROM {_STAGED} i
JOIN linkage_individualnumber n ON n.municipality = %s AND n.key_id = %s AND n.blind_index = i.blind_index
ON CONFLICT (system, local_number) DO NOTHING
"""
_WRITE_FORMS = f"""
INSERT INTO linkage_matchform (person_id, {match_forms.STORED})
SELECT n.person_id, {", ".join(f"i.form_{name}" for name in match_forms.STORED.split(", "))}
FROM {_STAGED} i
JOIN linkage_individualnumber n ON n.municipality = %s AND n.key_id = %s AND n.blind_index = i.blind_index
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
    forms = match_forms.stored(rows, match_forms.home(settings.TODOKE_MUNICIPALITY))
    with transaction.atomic(using=ALIAS):
        seal = _seal_under_lock()
        numbers = [str(number).encode() for number in rows["individual_number"].to_pylist()]
        indexes = seal.index(numbers)
        known = _known(rows, forms, indexes, seal)
        _refuse_conflicts(file.name, rows, known)
        is_new = np.ones(rows.num_rows, dtype=np.bool_)
        is_new[list(known)] = False
        _mint(rows, numbers, indexes, np.flatnonzero(is_new), seal)
        postgres.join_whole_tables(ALIAS)
        postgres.execute(ALIAS, _WRITE_FORMS, [seal.municipality, seal.key_id])
        renewed = _renew(seal) if known else 0
        minted = int(is_new.sum())
        subject = f"file {file.name}"
        record(ALIAS, by=by, verb="linkage:number:load", subject=subject, persons=rows.num_rows)
    return Loaded(persons=rows.num_rows, minted=minted, renewed=renewed)


def _seal_under_lock() -> ColumnSeal:
    """One load at a time; keys are made only while nothing is sealed with earlier ones."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('linkage:load', 0))")
    sample = IndividualNumber.objects.using(ALIAS).first()
    if sample is None:
        codecs.make_keys()
    seal = codecs.number_seal()
    if sample is not None:
        _check_keys(seal, sample)
    return seal


def _check_keys(seal: ColumnSeal, sample: IndividualNumber) -> None:
    """With other keys nobody would be found again, and everybody would get a second 統合番号."""
    (number,) = seal.open([bytes(sample.ciphertext)], [sample.person_id.encode()])
    if seal.index([number]) != [bytes(sample.blind_index)]:
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail="個人番号の索引の鍵が、登録済みの番号のものと違います",
            todo="控えから鍵を戻してください。",
        )


def _known(
    rows: pa.Table, forms: pa.Table, indexes: list[bytes], seal: ColumnSeal
) -> dict[int, tuple[str | None, str | None]]:
    """Place in `rows` → 統合番号 by 個人番号, 統合番号 by resident code; only where either is there."""
    staged = rows.select(["resident_code", *codecs.ATTRIBUTES])
    for name in forms.column_names:
        staged = staged.append_column(f"form_{name}", forms[name])
    staged = staged.append_column("blind_index", pa.array(indexes, pa.binary()))
    staged = staged.append_column("place", pa.array(np.arange(rows.num_rows, dtype=np.int32)))
    postgres.stage(ALIAS, _STAGED, staged)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_KNOWN, [seal.municipality, seal.key_id, RESIDENTS])
        return {place: (by_number, by_code) for place, by_number, by_code in cursor}


def _refuse_conflicts(file: str, rows: pa.Table, known: dict[int, tuple[str | None, str | None]]) -> None:
    places = [p for p, (by_number, by_code) in known.items() if by_code and by_number != by_code]
    if places:
        rule = "この個人コードは別の個人番号に紐付いています"
        lines = np.sort(rows["line"].take(pa.array(places)).to_numpy()).tolist()
        raise InputRefused(
            file, [BadRow(file=file, row=line, column="resident_code", shown="", rule=rule) for line in lines]
        )


def _mint(
    rows: pa.Table, numbers: list[bytes], indexes: list[bytes], places: np.ndarray, seal: ColumnSeal
) -> None:
    """New persons, their sealed numbers and local numbers, by COPY."""
    minted = integrated_number.mint_many(_next_serial(), len(places))
    persons = [text.encode() for text in minted]
    chosen = rows.take(pa.array(places))
    owners = pa.array(minted, pa.string())
    no = pa.array(np.zeros(len(places), dtype=np.bool_))
    people = chosen.select(list(codecs.ATTRIBUTES)).append_column("integrated_number", owners)
    postgres.copy_in(ALIAS, "linkage_person", people.append_column("auto_reply_prohibited", no))
    sealed = {
        "person_id": owners,
        "municipality": _constant(seal.municipality, len(places)),
        "key_id": pa.array(np.full(len(places), seal.key_id, dtype=np.int16)),
        "blind_index": pa.array([indexes[place] for place in places], pa.binary()),
        "ciphertext": pa.array(seal.seal([numbers[place] for place in places], persons), pa.binary()),
    }
    postgres.copy_in(ALIAS, "linkage_individualnumber", pa.table(sealed))
    local = {
        "system": _constant(RESIDENTS, len(places)),
        "local_number": chosen["resident_code"],
        "person_id": owners,
    }
    postgres.copy_in(ALIAS, "linkage_localnumber", pa.table(local))


def _next_serial() -> int:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT max(integrated_number) FROM linkage_person")
        (highest,) = cursor.fetchone() or (None,)
    return int(highest[:-1]) + 1 if highest else 0


def _renew(seal: ColumnSeal) -> int:
    """Attributes of known persons as the file has them, and resident codes that are new to a known person."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_LINK, [RESIDENTS, seal.municipality, seal.key_id])
        cursor.execute(_RENEW, [seal.municipality, seal.key_id])
        return int(cursor.rowcount)


def _constant(text: str, count: int) -> Texts:
    return pa.repeat(text, count)
