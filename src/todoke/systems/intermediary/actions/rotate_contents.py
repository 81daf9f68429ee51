"""鍵の更新 of what is sealed for one municipality, while everybody goes on reading and writing (ADR 0015).

A new generation is added; whatever is sealed from then on is sealed with it. What older ones sealed is sealed again in
chunks, each its own transaction; then the older keys are destroyed. Killed anywhere, the same call goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.intermediary import codecs, needs
from todoke.systems.intermediary.codecs import contents

CHUNK = 10_000


@dataclass(frozen=True)
class _Sealed:
    """A sealed column: its row's key with type, how many rows at a time, and what each text is bound to (SQL)."""

    table: str
    column: str
    key: str
    type: str
    rows: int
    bound: str


_COLUMNS: Final = (
    _Sealed(
        "intermediary_replica", "contents", "id", "bigint", CHUNK,
        "'intermediary_replica', 'contents', t.integrated_number, t.fiscal_year, t.edition",
    ),
    _Sealed(
        "intermediary_answer", "contents", "record_id", "text", CHUNK,
        "'intermediary_answer', 'contents', t.record_id,"
        " (SELECT i.permit_id FROM intermediary_inquiry i WHERE i.record_id = t.record_id)",
    ),
    _Sealed(
        "intermediary_arrived_provision", "contents", "id", "bigint", CHUNK,
        "'intermediary_answer', 'contents', t.record_id, t.permit_id",
    ),
    _Sealed(
        "exchange_outbox", "body", "id", "bigint", 20,
        "'exchange_outbox', 'body', t.sender, t.receiver, t.message_key",
    ),
    _Sealed(
        "exchange_inbox", "answer", "message_id", "uuid", 20,
        "'exchange_inbox', 'answer', t.receiver, t.sender, t.message_key",
    ),
)  # fmt: skip
_OLDER = "t.{column} IS NOT NULL AND substring(t.{column} FROM 1 FOR 2) < %s"
_TAKE = (
    "SELECT t.{key}::text, t.{column}, concat_ws('|', {bound}) FROM {table} t WHERE "
    + _OLDER
    + " LIMIT {rows} FOR UPDATE OF t"
)
_RESEAL = "UPDATE {table} t SET {column} = s.sealed FROM resealed s WHERE t.{key} = s.key::{type}"
_LEFT = "SELECT count(*) FROM {table} t WHERE " + _OLDER
_VERB = Permission.INTERMEDIARY_KEYS_ROTATE.value


def begin_rotation(*, alias: str, key_id: int, by: Actor) -> int:
    """Make generation `key_id` the one that seals, unless it is; returns how many texts are to be sealed again.

    Waits for whoever is sealing with the older key: after this nobody does any more.
    """
    require(by, Permission.INTERMEDIARY_KEYS_ROTATE, municipality=needs.municipality_of(alias))
    with transaction.atomic(using=alias):
        if contents.keys_of(alias).newest.key_id < key_id:
            contents.add_generation(alias)
        contents.wait_for_users(alias)
        left = _left(alias, key_id)
        record(alias, by=by, verb=_VERB, subject=f"begin:{key_id}", persons=left)
    return left


def reseal_chunk(*, alias: str, key_id: int, by: Actor) -> int:
    """Seal some texts of older generations again; returns how many (0: nothing is left)."""
    require(by, Permission.INTERMEDIARY_KEYS_ROTATE, municipality=needs.municipality_of(alias))
    for sealed in _COLUMNS:
        with transaction.atomic(using=alias):
            if count := _reseal(alias, sealed, key_id):
                record(alias, by=by, verb=_VERB, subject=f"reseal:{key_id} {sealed.table}", persons=count)
                return count
    return 0


def end_rotation(*, alias: str, key_id: int, by: Actor) -> int:
    """Destroy the keys of every older generation; returns how many. STATE_CONFLICT while a text needs one of them."""
    require(by, Permission.INTERMEDIARY_KEYS_ROTATE, municipality=needs.municipality_of(alias))
    with transaction.atomic(using=alias):
        contents.wait_for_users(alias)
        if left := _left(alias, key_id):
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"{left:,} 件がまだ古い鍵で封印されています")
        record(alias, by=by, verb=_VERB, subject=f"destroy:<{key_id}")
        # last before the commit: killed in between, the next call logs again; never logged and not destroyed
        return contents.destroy_older(alias, key_id)


def _reseal(alias: str, sealed: _Sealed, key_id: int) -> int:
    contents.hold_keys(alias)
    rows = postgres.fetch(alias, _TAKE.format(**vars(sealed)), [_mark(key_id)])
    if rows:
        bound = [name for _, _, name in rows]
        texts = contents.open_(alias, [bytes(text) for _, text, _ in rows], bound)
        again = {
            "key": codecs.texts([key for key, _, _ in rows]),
            "sealed": pa.array(contents.seal(alias, texts, bound), pa.binary()),
        }
        postgres.stage(alias, "resealed", pa.table(again))
        postgres.execute(alias, _RESEAL.format(**vars(sealed)))
    return len(rows)


def _left(alias: str, key_id: int) -> int:
    return sum(
        int(postgres.fetch(alias, _LEFT.format(**vars(sealed)), [_mark(key_id)])[0][0]) for sealed in _COLUMNS
    )


def _mark(key_id: int) -> bytes:
    return key_id.to_bytes(contents.GENERATION, "big")
