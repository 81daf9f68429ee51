"""鍵の更新 (key rotation) of 個人番号 while everybody goes on reading and writing.

A new generation is added; whoever loads numbers seals with it and looks for both. What is sealed with older ones is
re-encrypted in chunks, each its own transaction; then the older keys are destroyed. Killed anywhere, the same call goes on.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from django.conf import settings
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.privacy.key_sets import KeySet
from todoke.privacy.wrapping import missing
from todoke.systems.linkage import codecs
from todoke.systems.linkage.queries.numbers import one_load_at_a_time

ALIAS = "linkage"
CHUNK = 10_000
_STAGED = "linkage_resealed"
_TAKE = """
SELECT id, person_id, key_id, ciphertext FROM linkage_individualnumber
WHERE municipality = %s AND key_id < %s LIMIT %s FOR UPDATE
"""
_RESEAL = f"""
UPDATE linkage_individualnumber n
SET key_id = s.key_id, blind_index = s.blind_index, ciphertext = s.ciphertext
FROM {_STAGED} s WHERE s.id = n.id
"""
_REQUESTS = "SELECT request_id, key_id, number_sealed FROM linkage_registration WHERE key_id < %s FOR UPDATE"
_RESEAL_REQUESTS = f"""
UPDATE linkage_registration r
SET key_id = s.key_id, number_index = s.blind_index, number_sealed = s.ciphertext
FROM {_STAGED} s WHERE s.request_id = r.request_id
"""
_LEFT = "SELECT count(*) FROM linkage_individualnumber WHERE municipality = %s AND key_id < %s"


def begin_rotation(*, key_id: int, by: Actor) -> int:
    """Make generation `key_id` the one that seals, unless it is; returns how many numbers are to be re-encrypted.

    Waits for a load that is under way with the older keys: after this nobody seals with them any more.
    """
    require(by, Permission.LINKAGE_KEYS_ROTATE)
    with transaction.atomic(using=ALIAS):
        if codecs.number_keys().newest.key_id < key_id:
            codecs.add_keys()
        one_load_at_a_time()
        left = _left(key_id)
        record(
            ALIAS, by=by, verb=Permission.LINKAGE_KEYS_ROTATE.value, subject=f"begin:{key_id}", persons=left
        )
    return left


def reseal_chunk(*, key_id: int, by: Actor) -> int:
    """Re-encrypt up to CHUNK numbers of older generations; returns how many (0: nothing is left)."""
    require(by, Permission.LINKAGE_KEYS_ROTATE)
    keys = codecs.number_keys()
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(_TAKE, [settings.TODOKE_MUNICIPALITY, key_id, CHUNK])
        rows = [(id_, person.encode(), old, bytes(sealed)) for id_, person, old, sealed in cursor]
        if rows:
            postgres.stage(ALIAS, _STAGED, _resealed(rows, keys))
            cursor.execute(_RESEAL)
            subject = f"reseal:{key_id}"
            record(
                ALIAS, by=by, verb=Permission.LINKAGE_KEYS_ROTATE.value, subject=subject, persons=len(rows)
            )
    return len(rows)


def end_rotation(*, key_id: int, by: Actor) -> int:
    """Destroy the keys of every older generation; returns how many. STATE_CONFLICT while a number needs one of them."""
    require(by, Permission.LINKAGE_KEYS_ROTATE)
    with transaction.atomic(using=ALIAS):
        one_load_at_a_time()
        _reseal_requests(key_id)
        if left := _left(key_id):
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"{left:,} 件がまだ古い鍵で封印されています")
        record(ALIAS, by=by, verb=Permission.LINKAGE_KEYS_ROTATE.value, subject=f"destroy:<{key_id}")
        # last before the commit: killed in between, the next call logs again; never logged and not destroyed
        return codecs.destroy_older_keys(key_id)


def _reseal_requests(key_id: int) -> None:
    """Numbers of open requests for registration: few, and nobody files one meanwhile (it takes the same lock)."""
    rows = postgres.fetch(ALIAS, _REQUESTS, [key_id])
    if not rows:
        return
    old = [
        (place, request_id.encode(), key, bytes(sealed))
        for place, (request_id, key, sealed) in enumerate(rows)
    ]
    made = _resealed(old, codecs.number_keys())
    names = [rows[int(str(place))][0] for place in made["id"].to_pylist()]
    postgres.stage(ALIAS, _STAGED, made.append_column("request_id", pa.array(names, pa.string())))
    postgres.execute(ALIAS, _RESEAL_REQUESTS)


def _left(key_id: int) -> int:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_LEFT, [settings.TODOKE_MUNICIPALITY, key_id])
        (count,) = cursor.fetchone() or (0,)
    return int(count)


def _resealed(rows: list[tuple[int, bytes, int, bytes]], keys: KeySet) -> pa.Table:
    """id, key_id, blind_index, ciphertext under the newest keys."""
    ids: list[int] = []
    numbers: list[bytes] = []
    persons: list[bytes] = []
    for old in sorted({key_id for _, _, key_id, _ in rows}):
        seal = keys.find(old)
        if seal is None:
            raise missing("個人番号を封印した世代の鍵がありません", "控えから鍵を戻してください。")
        mine = [row for row in rows if row[2] == old]
        ids += [row[0] for row in mine]
        persons += [row[1] for row in mine]
        numbers += seal.open([row[3] for row in mine], [row[1] for row in mine])
    return pa.table(
        {
            "id": pa.array(ids, pa.int64()),
            "key_id": pa.array(np.full(len(ids), keys.newest.key_id, dtype=np.int16)),
            "blind_index": pa.array(keys.newest.index(numbers), pa.binary()),
            "ciphertext": pa.array(keys.newest.seal(numbers, persons), pa.binary()),
        }
    )
