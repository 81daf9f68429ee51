"""証人 (witnesses): what a realm keeps of the others' checkpoints, and what the others signed of its own.

A witness signs a checkpoint only when it continues what it signed before. From then on the log's owner cannot cut,
rewrite, restore an older copy or show somebody else another history without contradicting the witness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import connections

from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog import merkle, notes, sealing
from todoke.oplog.notes import Checkpoint


@dataclass(frozen=True, kw_only=True)
class Signature:
    """The witness's line, or none together with the size from which it wants a proof instead."""

    line: str
    held: int


def witness(
    alias: str,
    *,
    note: str,
    origin: str,
    signer: tuple[str, Ed25519PublicKey],
    old: int,
    proof: Sequence[bytes],
    name: str,
    key: Ed25519PrivateKey,
) -> Signature:
    """Check a checkpoint of `origin`, signed by `signer`, against what is held in `alias`; keep and co-sign it.

    `proof`: consistency with the tree of the first `old` segments (0: the first time). In the caller's transaction.
    Errors: MESSAGE_INVALID (form, origin, signature), LOG_FORKED (smaller, other, or not a continuation).
    """
    checkpoint = _genuine(note, origin, signer)
    with connections[alias].cursor() as cursor:
        # two at once would both compare with the same old one
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"oplog:witness:{origin}"])
    held = _held(alias, origin)
    if held is not None:
        known, line = held
        if checkpoint.size < known.size:
            raise _forked(origin, f"区間{known.size}まで確かめた後に区間{checkpoint.size}まで")
        if checkpoint.size == known.size:
            if checkpoint.root != known.root:
                raise _forked(origin, f"区間{known.size}の根が二つ")
            return Signature(line=line, held=known.size)
        if old != known.size:
            return Signature(line="", held=known.size)
        if not merkle.is_consistent(
            old=old, old_root=known.root, new=checkpoint.size, new_root=checkpoint.root, proof=proof
        ):
            raise _forked(origin, f"区間{old}までの続きではありません")
    now = clock.now()
    line = notes.cosign(checkpoint, name, key, at=int(now.timestamp()))
    _keep(
        alias,
        "oplog_witnessed",
        origin=origin,
        size=checkpoint.size,
        root=checkpoint.root,
        note=note,
        cosignature=line,
        witnessed_at=now,
    )
    return Signature(line=line, held=checkpoint.size)


def keep_cosignature(
    alias: str, *, origin: str, note: str, line: str, witness_name: str, key: Ed25519PublicKey
) -> None:
    """Keep what a witness signed of our checkpoint. MESSAGE_INVALID when it is not its signature."""
    checkpoint = notes.read(note)
    if not notes.cosigned_by(checkpoint, line, witness_name, key):
        raise TodokeError(ErrorCode.MESSAGE_INVALID, detail="証人の署名が一致しません")
    found = _fetch(
        alias,
        "SELECT 1 FROM oplog_cosignature WHERE origin = %s AND witness = %s AND size = %s",
        [origin, witness_name, checkpoint.size],
    )
    if not found:
        _keep(
            alias,
            "oplog_cosignature",
            origin=origin,
            witness=witness_name,
            size=checkpoint.size,
            note=note,
            cosignature=line,
            received_at=clock.now(),
        )


def cosigned_size(alias: str, *, origin: str, witness_name: str) -> int:
    """Up to which segment a witness has signed our log; 0 before the first time."""
    statement = "SELECT coalesce(max(size), 0) FROM oplog_cosignature WHERE origin = %s AND witness = %s"
    return int(_fetch(alias, statement, [origin, witness_name])[0][0])


def newest_checkpoint(alias: str) -> tuple[int, str] | None:
    """Size and note of our newest checkpoint."""
    found = _fetch(alias, "SELECT size, note FROM oplog_checkpoint ORDER BY size DESC LIMIT 1", [])
    return (found[0][0], found[0][1]) if found else None


def proof(alias: str, *, old: int, size: int) -> list[bytes]:
    """The consistency proof from the first `old` segments to the first `size`; empty for the first time."""
    if old == 0 or old > size:
        return []
    leaves = [segment.leaf() for segment in sealing.read_segments(alias)[:size]]
    return merkle.consistency(leaves, old)


def _genuine(note: str, origin: str, signer: tuple[str, Ed25519PublicKey]) -> Checkpoint:
    try:
        checkpoint = notes.read(note)
    except ValueError:
        raise TodokeError(ErrorCode.MESSAGE_INVALID, detail="チェックポイントの形式が違います") from None
    if checkpoint.origin != origin or checkpoint.size < 1 or not notes.signed_by(note, *signer):
        raise TodokeError(ErrorCode.MESSAGE_INVALID, detail="チェックポイントの署名または名前が一致しません")
    return checkpoint


def _held(alias: str, origin: str) -> tuple[Checkpoint, str] | None:
    statement = "SELECT note, cosignature FROM oplog_witnessed WHERE origin = %s ORDER BY size DESC LIMIT 1"
    found = _fetch(alias, statement, [origin])
    return (notes.read(found[0][0]), found[0][1]) if found else None


def _forked(origin: str, reason: str) -> TodokeError:
    return TodokeError(ErrorCode.LOG_FORKED, log=origin, reason=reason)


def _fetch(alias: str, statement: str, parameters: list[Any]) -> list[Any]:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _keep(alias: str, table: str, **values: str | int | bytes | datetime) -> None:
    places = ", ".join(["%s"] * len(values))
    with connections[alias].cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", list(values.values()))
