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
from todoke.kernel import clock
from todoke.kernel.errors import BadRow, InputRefused
from todoke.oplog.record import record
from todoke.privacy.sealed_numbers import ColumnSeal
from todoke.privacy.wrapping import missing
from todoke.records.ragged import Texts, pc
from todoke.systems.linkage import codecs
from todoke.systems.linkage.models import IndividualNumber, RegisterLoad
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
_FORMER = (
    "SELECT local_number FROM linkage_localnumber WHERE system = %s AND former AND local_number = ANY(%s)"
)
_DIFFERS = "(p.name_kanji, p.sex, p.birth_date, p.address) IS DISTINCT FROM (i.name_kanji, i.sex, i.birth_date, i.address)"
_NOTE_RENEWED = f"""
INSERT INTO linkage_personevent (at, by, kind, person_id, what, evidence)
SELECT %s, %s, 'attributes', p.integrated_number, concat_ws(' ',
       CASE WHEN p.name_kanji <> i.name_kanji THEN 'name_kanji' END, CASE WHEN p.sex <> i.sex THEN 'sex' END,
       CASE WHEN p.birth_date <> i.birth_date THEN 'birth_date' END,
       CASE WHEN p.address <> i.address THEN 'address' END), %s
FROM linkage_person p JOIN {_STAGED} i ON p.integrated_number = i.person_id WHERE {_DIFFERS}
"""
_RENEW = f"""
UPDATE linkage_person p
SET name_kanji = i.name_kanji, sex = i.sex, birth_date = i.birth_date, address = i.address
FROM {_STAGED} i
WHERE p.integrated_number = i.person_id AND {_DIFFERS}
"""
_NEW_CODES = f"""
FROM {_STAGED} i WHERE NOT EXISTS (
    SELECT FROM linkage_localnumber l WHERE l.system = %s AND l.local_number = i.resident_code)
"""
_NOTE_LINKED = f"""
INSERT INTO linkage_personevent (at, by, kind, person_id, what, evidence)
SELECT %s, %s, 'new_local_number', i.person_id, %s, %s {_NEW_CODES}
"""
# the register knows a person by one code: the earlier ones still lead to the person, as former ones
_RETIRE = f"""
UPDATE linkage_localnumber o SET former = true
WHERE o.system = %s AND NOT o.former AND o.person_id IN (SELECT i.person_id {_NEW_CODES})
"""
_LINK = f"""
INSERT INTO linkage_localnumber (system, local_number, person_id) SELECT %s, i.resident_code, i.person_id {_NEW_CODES}
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
        loaded = _load(file.name, rows, seal, by, first=first)
        record(ALIAS, by=by, verb="linkage:number:load", subject=f"file {file.name}", persons=loaded.persons)
    return loaded


def _load(file: str, rows: pa.Table, seal: ColumnSeal, by: Actor, *, first: bool) -> Loaded:
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
        renewed += _renew(chunk, known, by, file) if known else 0
    if conflicts:
        rule = "この個人コードは別の個人番号に紐付いています"
        bad = [
            BadRow(file=file, row=line, column="resident_code", shown="", rule=rule)
            for line in sorted(conflicts)
        ]
        raise InputRefused(file, bad)
    _note_load(file, serial, minted, by)
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


def _note_load(file: str, serial: int, minted: int, by: Actor) -> None:
    """Whom this load registered: the beginning of their history."""
    first, last = (map(integrated_number.mint, (serial, serial + minted - 1))) if minted else (None, None)
    RegisterLoad.objects.using(ALIAS).create(
        at=clock.now(), by=by.staff_id, file=file, first_number=first, last_number=last
    )


def _renew(rows: pa.Table, known: dict[int, str], by: Actor, file: str) -> int:
    """Attributes and forms of known persons as the file has them, and resident codes that are new to a known person.

    The history says which attribute changed, when and by which file, never what it was (models.person_event).
    """
    chosen = _of_today(
        rows.take(pa.array(list(known))).append_column("person_id", pa.array(known.values(), pa.string()))
    )
    staged = chosen.select(["resident_code", *codecs.ATTRIBUTES, "person_id"])
    postgres.stage(ALIAS, _STAGED, staged)
    postgres.stage(ALIAS, _FORMS_STAGED, _forms(chosen))
    now, who = clock.now(), by.staff_id
    postgres.execute(ALIAS, _NOTE_LINKED, [now, who, RESIDENTS, file, RESIDENTS])
    postgres.execute(ALIAS, _RETIRE, [RESIDENTS, RESIDENTS])
    postgres.execute(ALIAS, _LINK, [RESIDENTS, RESIDENTS])
    postgres.execute(ALIAS, _NOTE_RENEWED, [now, who, file])
    renewed = postgres.execute(ALIAS, _RENEW)
    postgres.execute(ALIAS, _WRITE_FORMS)
    postgres.execute(ALIAS, f"DROP TABLE {_STAGED}, {_FORMS_STAGED}")
    return renewed


def _of_today(rows: pa.Table) -> pa.Table:
    """One row a person: after a merge the register may still have both, and the former code says nothing of today."""
    codes, persons = (list(map(str, rows[name].to_pylist())) for name in ("resident_code", "person_id"))
    former = {code for (code,) in postgres.fetch(ALIAS, _FORMER, [RESIDENTS, codes])}
    seen: set[str] = set()
    keep = []
    for place, (code, person) in enumerate(zip(codes, persons, strict=True)):
        if code not in former and person not in seen:
            seen.add(person)
            keep.append(place)
    return rows.take(pa.array(keep, pa.int32()))


def _forms(rows: pa.Table) -> pa.Table:
    """What the candidates are searched by, of the persons of the rows."""
    forms = match_forms.stored(rows, match_forms.home(settings.TODOKE_MUNICIPALITY))
    return forms.append_column("person_id", rows["person_id"])


def _constant(text: str, count: int) -> Texts:
    return pa.repeat(text, count)
