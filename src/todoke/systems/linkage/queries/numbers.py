"""個人番号 found and opened whatever generation of keys they are sealed with: the only place that opens them.

Keys change while others read (actions/rotate_keys.py). A row is always in one generation or the next, so one statement that
asks for all generations never misses it; and a miss counts only if the generations were the same before and after.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from django.conf import settings
from django.db import connections, transaction

from todoke.engine import postgres
from todoke.privacy.key_sets import KeySet
from todoke.privacy.wrapping import missing
from todoke.systems.linkage import codecs

ALIAS = "linkage"
_TRIES = 5
_FIND = """
SELECT w.place, n.person_id FROM {wanted} w
JOIN linkage_individualnumber n
  ON n.municipality = %s AND n.key_id = w.key_id AND n.blind_index = w.blind_index
"""
_SEALED = """
SELECT person_id, key_id, ciphertext FROM linkage_individualnumber
WHERE municipality = %s AND person_id = ANY(%s) AND standing = 'live'
"""


def find_persons(numbers: Sequence[bytes]) -> dict[int, str]:
    """統合番号 by place in `numbers`; unknown numbers are absent. SETUP_MISSING without keys."""
    while True:
        keys = codecs.number_keys()
        found = _find(numbers, keys)
        if len(found) == len(numbers) or codecs.number_keys().ids == keys.ids:
            return found


def open_numbers(persons: Sequence[str]) -> dict[str, str]:
    """The live 個人番号 by 統合番号. SETUP_MISSING when the generation of a row is lost, INPUT_CHANGED when a row was altered."""
    for _ in range(_TRIES):
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(_SEALED, [settings.TODOKE_MUNICIPALITY, list(persons)])
            rows = [(person, key_id, bytes(sealed)) for person, key_id, sealed in cursor]
        opened = _open(rows, codecs.number_keys())
        if opened is not None:  # else: re-encrypted and the old key destroyed since the rows were read
            return opened
    raise missing("個人番号を封印した世代の鍵がありません", "控えから鍵を戻してください。")


def _find(numbers: Sequence[bytes], keys: KeySet) -> dict[int, str]:
    places = np.arange(len(numbers), dtype=np.int32)
    tables = [
        pa.table(
            {
                "place": pa.array(places),
                "key_id": pa.array(np.full(len(numbers), seal.key_id, dtype=np.int16)),
                "blind_index": pa.array(seal.index(numbers), pa.binary()),
            }
        )
        for seal in keys.seals
    ]
    wanted = f"linkage_wanted_{secrets.token_hex(4)}"
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        postgres.stage(ALIAS, wanted, pa.concat_tables(tables).combine_chunks())
        cursor.execute(_FIND.format(wanted=wanted), [settings.TODOKE_MUNICIPALITY])
        found = dict(cursor.fetchall())
        cursor.execute(f"DROP TABLE {wanted}")  # a load asks many times in one transaction
        return found


def _open(rows: Sequence[tuple[str, int, bytes]], keys: KeySet) -> dict[str, str] | None:
    """None when a row's generation is not among the keys."""
    generations: defaultdict[int, list[tuple[str, bytes]]] = defaultdict(list)
    for person, key_id, sealed in rows:
        generations[key_id].append((person, sealed))
    opened: dict[str, str] = {}
    for key_id, members in generations.items():
        seal = keys.find(key_id)
        if seal is None:
            return None
        numbers = seal.open([text for _, text in members], [person.encode() for person, _ in members])
        opened |= {person: number.decode() for (person, _), number in zip(members, numbers, strict=True)}
    return opened


def merging_alone() -> None:
    """Wait for whoever attaches numbers to persons, and keep them out, until this transaction ends (triggers)."""
    one_load_at_a_time()
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('linkage:aliases', 0))")


def one_load_at_a_time() -> None:
    """Wait for any other load or re-sealing, until this transaction ends."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('linkage:load', 0))")
