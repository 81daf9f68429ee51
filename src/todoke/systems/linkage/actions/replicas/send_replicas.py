"""副本登録の送信: waiting pieces into the outbox, in their order; temporary files gone and proven gone."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts import replica_digests
from todoke.contracts.information import LOCAL_TAX, TAX_ITEMS, Item
from todoke.contracts.intermediary import REPLICAS, ReplicaRecord, Replicas
from todoke.engine import postgres
from todoke.exchange import outbox, parties
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.linkage import codecs
from todoke.systems.linkage.models import RegisteredCopy, ReplicaPiece
from todoke.systems.linkage.queries import replicas as reads

ALIAS = "linkage"
WINDOW: Final = 4
"""Messages on their way at a time: what is behind them stays encrypted on the disk while the intermediary is away."""

_STAGED = "linkage_copies"
_DIGEST = replica_digests.digest_sql("s")
_NOTE = f"""
INSERT INTO linkage_registeredcopy AS c (person_id, fiscal_year, state, digest, message_key, sent_at)
SELECT s.integrated_number, s.fiscal_year, CASE WHEN s.deleted THEN 'leaving' ELSE 'sent' END,
       CASE WHEN s.deleted THEN NULL ELSE {_DIGEST} END, %(key)s, %(now)s
FROM {_STAGED} s
WHERE NOT s.deleted OR EXISTS (SELECT FROM linkage_person p WHERE p.integrated_number = s.integrated_number)
ON CONFLICT (person_id, fiscal_year) DO UPDATE
SET state = excluded.state, digest = excluded.digest, message_key = excluded.message_key, sent_at = excluded.sent_at
"""
_MARK = "UPDATE linkage_replicapiece SET state = 'sent', sent_at = %s WHERE id = %s"
_SPENT = """
SELECT p.id, p.file_id, p.number FROM linkage_replicapiece p
WHERE p.state <> 'waiting' AND p.deleted_at IS NULL ORDER BY p.id FOR UPDATE SKIP LOCKED
"""
_GONE = "UPDATE linkage_replicapiece SET deleted_at = %s WHERE id = ANY(%s)"
_CLOSE = """
UPDATE linkage_replicafile f SET state = 'done', wrapped_key = NULL, settled_at = %s
WHERE f.state = 'waiting' AND NOT EXISTS (
    SELECT FROM linkage_replicapiece p
    WHERE p.file_id = f.id AND (p.state IN ('waiting', 'sent') OR p.deleted_at IS NULL)
)
"""


def send_next(*, by: Actor) -> int:
    """Put the next waiting piece into the outbox, unless enough are on their way; how many records.

    Errors: INPUT_MISSING, INPUT_CHANGED when its temporary file was removed or altered. Nothing behind it is sent then.
    """
    require(by, Permission.LINKAGE_REPLICA_OPERATE)
    now = clock.now()
    with transaction.atomic(using=ALIAS):
        reads.one_sending_at_a_time()
        open_pieces = ReplicaPiece.objects.using(ALIAS).select_related("file").order_by("file_id", "number")
        if open_pieces.filter(state="sent").count() >= WINDOW:
            return 0
        piece = open_pieces.filter(state="waiting").first()
        if piece is None:
            return 0
        rows = _open(piece)
        _note(rows, piece)
        postgres.execute(ALIAS, _MARK, [now, piece.pk])
        municipality = settings.TODOKE_MUNICIPALITY
        outbox.send(
            ALIAS,
            sender=parties.city(municipality),
            receiver=parties.platform(municipality),
            kind=REPLICAS,
            body=Replicas(information_code=LOCAL_TAX, fiscal_year=piece.fiscal_year, records=_records(rows)),
            key=piece.message_key,
        )
        record(ALIAS, by=by, verb="linkage:replica:send", subject=piece.message_key, persons=piece.rows)
    return piece.rows


def delete_spent(*, by: Actor) -> int:
    """Delete the temporary files of pieces that were sent, look that they are gone, and end their files; how many went.

    With the last one the key goes, too. Runs again after any stop.
    """
    require(by, Permission.LINKAGE_REPLICA_OPERATE)
    with transaction.atomic(using=ALIAS):
        spent = postgres.fetch(ALIAS, _SPENT)
        gone = [piece for piece, file, number in spent if reads.is_gone(reads.piece_path(file, number))]
        postgres.execute(ALIAS, _GONE, [clock.now(), gone])
        ended = postgres.execute(ALIAS, _CLOSE, [clock.now()])
        if gone or ended:
            subject = f"temporary files {len(gone)}, keys {ended}"
            record(ALIAS, by=by, verb="linkage:replica:delete_files", subject=subject)
    return len(gone)


def _open(piece: ReplicaPiece) -> pa.Table:
    path = reads.piece_path(piece.file_id, piece.number)
    if not path.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=path.name)
    sealed = path.read_bytes()
    if hashlib.sha256(sealed).hexdigest() != piece.sealed_sha256:
        raise TodokeError(ErrorCode.INPUT_CHANGED, file=path.name)
    key = codecs.piece_key(bytes(piece.file.wrapped_key or b""))
    return codecs.open_rows(sealed, key, piece.message_key)


def _note(rows: pa.Table, piece: ReplicaPiece) -> None:
    """The digests of what leaves, computed by the expression that the intermediary uses (contracts.replica_digests)."""
    year = pa.array([piece.fiscal_year] * rows.num_rows, pa.int16())
    key = codecs.digest_key(first=not RegisteredCopy.objects.using(ALIAS).exists())
    postgres.stage(ALIAS, _STAGED, rows.append_column("fiscal_year", year))
    parameters = {"key": piece.message_key, "now": clock.now(), **replica_digests.pads(key)}
    postgres.execute(ALIAS, _NOTE, parameters)


def _records(rows: pa.Table) -> list[ReplicaRecord]:
    cells: dict[str, list[Any]] = {name: rows[name].to_pylist() for name in rows.column_names}
    items = [
        [
            Item(value, reason) if value or reason else None
            for value, reason in zip(cells[name], cells[f"{name}_reason"], strict=True)
        ]
        for name in TAX_ITEMS
    ]
    heads = zip(cells["integrated_number"], cells["auto_reply_prohibited"], cells["deleted"], strict=True)
    return [
        ReplicaRecord(number, held, () if deleted else tuple(item for item in row if item))
        for (number, held, deleted), row in zip(heads, zip(*items, strict=True), strict=True)
    ]
