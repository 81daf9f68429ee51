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
from todoke.kernel.errors import BadRow, InputRefused
from todoke.oplog.record import record
from todoke.privacy.sealed_numbers import ColumnSeal
from todoke.privacy.wrapping import missing
from todoke.records.ragged import Texts, pc
from todoke.systems.linkage import codecs
from todoke.systems.linkage.models import IndividualNumber
from todoke.systems.linkage.models.local_number import RESIDENTS
from todoke.systems.linkage.queries.numbers import find_persons, one_load_at_a_time
from todoke.systems.linkage.rules import match_forms

ALIAS = "linkage"
CHUNK = 200_000
"""Rows worked on at a time, so that memory grows with the file's own size only."""
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
SELECT i.person_id, {", ".join(f"i.{name}" for name in match_forms.STORED.split(", "))} FROM {_FORMS_STAGED} i
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
    One transaction over chunks: nobody sees half a register, and a run that was stopped leaves nothing.
    """
    require(by, Permission.LINKAGE_OPERATE)
    rows = codecs.read_numbers(file)
    with transaction.atomic(using=ALIAS):
        seal, first = _seal_under_lock()
        loaded = _load(file.name, rows, seal, first=first)
        record(ALIAS, by=by, verb="linkage:number:load", subject=f"file {file.name}", persons=loaded.persons)
    return loaded


def _load(file: str, rows: pa.Table, seal: ColumnSeal, *, first: bool) -> Loaded:
    """Chunk by chunk in the order of resident codes. `first`: no number is registered, so none need be looked for."""
    serial, minted, renewed = _next_serial(), 0, 0
    order = pc.sort_indices(rows["resident_code"])
    conflicts: list[int] = []
    # references are checked chunk by chunk: until the commit, eleven million checks would wait in the server's memory
    postgres.execute(ALIAS, "SET CONSTRAINTS ALL IMMEDIATE")
    for start in range(0, rows.num_rows, CHUNK):
        chunk = rows.take(order.slice(start, CHUNK))
        numbers = [str(number).encode() for number in chunk["individual_number"].to_pylist()]
        known = {} if first else find_persons(numbers)
        conflicts += _conflicts(chunk, known)
        if conflicts:
            continue  # nothing will stay; the other chunks are looked through for the refusal
        new = np.ones(chunk.num_rows, dtype=np.bool_)
        new[list(known)] = False
        persons = integrated_number.mint_many(serial + minted, int(new.sum()))
        fresh = chunk.filter(pa.array(new)).append_column("person_id", pa.array(persons, pa.string()))
        _mint(fresh, seal)
        minted += fresh.num_rows
        renewed += _renew(chunk, known) if known else 0
    if conflicts:
        rule = "この個人コードは別の個人番号に紐付いています"
        bad = [
            BadRow(file=file, row=line, column="resident_code", shown="", rule=rule)
            for line in sorted(conflicts)
        ]
        raise InputRefused(file, bad)
    return Loaded(persons=rows.num_rows, minted=minted, renewed=renewed)


def _seal_under_lock() -> tuple[ColumnSeal, bool]:
    """The newest keys, and whether nothing is sealed yet: only then are the first ones made."""
    one_load_at_a_time()
    sample = IndividualNumber.objects.using(ALIAS).first()
    if sample is None:
        codecs.make_keys()
    keys = codecs.number_keys()
    if sample is not None:
        _check_keys(keys.find(sample.key_id), sample)
    return keys.newest, sample is None


def _check_keys(seal: ColumnSeal | None, sample: IndividualNumber) -> None:
    """With other keys nobody would be found again, and everybody would get a second 統合番号."""
    if seal is not None:
        (number,) = seal.open([bytes(sample.ciphertext)], [sample.person_id.encode()])
        if seal.index([number]) == [bytes(sample.blind_index)]:
            return
    raise missing("個人番号の鍵が、登録済みの番号のものと違います", "控えから鍵を戻してください。")


def _conflicts(rows: pa.Table, known: dict[int, str]) -> list[int]:
    """Lines whose resident code is linked already, but not to the person whom its number finds."""
    codes = [str(code) for code in rows["resident_code"].to_pylist()]
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_CODES, [RESIDENTS, codes])
        linked = dict(cursor.fetchall())
    if not linked:
        return []
    places = [
        place for place, code in enumerate(codes) if code in linked and linked[code] != known.get(place)
    ]
    lines = rows["line"].take(pa.array(places, pa.int32()))
    return [int(line) for line in lines.to_numpy()]


def _mint(rows: pa.Table, seal: ColumnSeal) -> None:
    """New persons (`person_id`), their sealed numbers, local numbers and forms, by COPY."""
    count, owners = rows.num_rows, rows["person_id"].combine_chunks()
    people = rows.select(list(codecs.ATTRIBUTES)).append_column("integrated_number", owners)
    no = pa.array(np.zeros(count, dtype=np.bool_))
    postgres.copy_in(ALIAS, "linkage_person", people.append_column("auto_reply_prohibited", no))
    numbers = [str(number).encode() for number in rows["individual_number"].to_pylist()]
    sealed = {
        "person_id": owners,
        "municipality": _constant(seal.municipality, count),
        "key_id": pa.array(np.full(count, seal.key_id, dtype=np.int16)),
        "blind_index": pa.array(seal.index(numbers), pa.binary()),
        "ciphertext": pa.array(
            seal.seal(numbers, [str(person).encode() for person in owners.to_pylist()]), pa.binary()
        ),
    }
    postgres.copy_in(ALIAS, "linkage_individualnumber", pa.table(sealed))
    local = {
        "system": _constant(RESIDENTS, count),
        "local_number": rows["resident_code"],
        "person_id": owners,
    }
    postgres.copy_in(ALIAS, "linkage_localnumber", pa.table(local))
    postgres.copy_in(ALIAS, "linkage_matchform", _forms(rows))


def _next_serial() -> int:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT max(integrated_number) FROM linkage_person")
        (highest,) = cursor.fetchone() or (None,)
    return int(highest[:-1]) + 1 if highest else 0


def _renew(rows: pa.Table, known: dict[int, str]) -> int:
    """Attributes and forms of known persons as the file has them, and resident codes that are new to a known person."""
    chosen = rows.take(pa.array(list(known))).append_column(
        "person_id", pa.array(known.values(), pa.string())
    )
    staged = chosen.select(["resident_code", *codecs.ATTRIBUTES, "person_id"])
    postgres.stage(ALIAS, _STAGED, staged)
    postgres.stage(ALIAS, _FORMS_STAGED, _forms(chosen))
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_LINK, [RESIDENTS])
        cursor.execute(_RENEW)
        renewed = int(cursor.rowcount)
        cursor.execute(_WRITE_FORMS)
        cursor.execute(f"DROP TABLE {_STAGED}, {_FORMS_STAGED}")
    return renewed


def _forms(rows: pa.Table) -> pa.Table:
    """What the candidates are searched by, of the persons of the rows."""
    forms = match_forms.stored(rows, match_forms.home(settings.TODOKE_MUNICIPALITY))
    return forms.append_column("person_id", rows["person_id"])


def _constant(text: str, count: int) -> Texts:
    return pa.repeat(text, count)
