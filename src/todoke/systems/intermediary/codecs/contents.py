"""副本と回答の中身 (contents): sealed with a data key that only the municipality's own key unwraps (ADR 0015).

The wrapped data keys lie with the platform; what unwraps them lies in the municipality's place (a file, or pkcs11.toml
for its HSM) and is looked for at every use. When it is gone, nothing is sealed or opened: KEY_WITHDRAWN.
A sealed text: generation (2 bytes, big-endian), nonce, ciphertext, tag; bound to municipality, table, column and row.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from todoke.engine import postgres
from todoke.exchange import parties
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy import key_sets, wrapping
from todoke.privacy.key_sets import Column, KeySet
from todoke.privacy.sealed_numbers import ColumnSeal

PREFIX = "intermediary_"
GENERATION = 2
TOKEN_TRUST = 60.0
"""Seconds for which keys that an HSM unwrapped are used before it is asked again."""

_LOCK = "SELECT pg_advisory_xact_lock{mode}(hashtextextended('intermediary/contents', 0))"


@dataclass(frozen=True)
class _Unwrapped:
    stamp: tuple[int, ...]
    until: float
    keys: KeySet


_unwrapped: dict[str, _Unwrapped] = {}


def make_keys(code: str) -> None:
    """The first data key of a municipality, and its own key if it has none yet; nothing when they are there."""
    key_sets.make(_file(code), _column(code), wrapping.of(_place(code), code))


def keys_of(alias: str) -> KeySet:
    """The municipality's data keys, while it lends its own: KEY_WITHDRAWN otherwise, SETUP_MISSING with a wrong one."""
    code = _code(alias)
    chosen = _own_key(code)
    if chosen is None:
        _unwrapped.pop(code, None)
        raise _withdrawn(code)
    stamp = (*_stamp(chosen), *_stamp(_file(code)))
    found = _unwrapped.get(code)
    if found is None or found.stamp != stamp or time.monotonic() > found.until:
        found = _Unwrapped(stamp, _trusted_until(chosen), _read(code, chosen))
        _unwrapped[code] = found
    return found.keys


def is_lent(alias: str) -> bool:
    """Whether the municipality's contents can be opened now."""
    try:
        keys_of(alias)
    except TodokeError:
        return False
    return True


def hold_keys(alias: str) -> None:
    """Until this transaction ends no generation is destroyed: what is fetched after this can be opened."""
    postgres.prepared(alias, _LOCK.format(mode="_shared"))


def wait_for_users(alias: str) -> None:
    """Whoever seals or opens in a transaction has ended; new ones wait for the end of this transaction."""
    postgres.prepared(alias, _LOCK.format(mode=""))


def seal(alias: str, texts: Sequence[bytes], rows: Sequence[str]) -> list[bytes]:
    """Each text sealed with the newest generation, bound to the row of the same position. In a transaction only."""
    hold_keys(alias)
    return seal_with(keys_of(alias).newest, texts, rows)


def seal_with(newest: ColumnSeal, texts: Sequence[bytes], rows: Sequence[str]) -> list[bytes]:
    """`seal` with a generation in hand."""
    mark = newest.key_id.to_bytes(GENERATION, "big")
    return [mark + sealed for sealed in newest.seal(texts, [row.encode() for row in rows])]


def open_(alias: str, sealed: Sequence[bytes], rows: Sequence[str]) -> list[bytes]:
    """The texts again. INPUT_CHANGED when one was altered or belongs to another row; SETUP_MISSING without its generation."""
    keys = keys_of(alias)
    generations = {text[:GENERATION] for text in sealed}
    if len(generations) == 1:
        return _generation(keys, generations.pop()).open(
            [text[GENERATION:] for text in sealed], [row.encode() for row in rows]
        )
    seals = {mark: _generation(keys, mark) for mark in generations}
    return [
        seals[text[:GENERATION]].open([text[GENERATION:]], [row.encode()])[0]
        for text, row in zip(sealed, rows, strict=True)
    ]


def add_generation(alias: str) -> int:
    """A new generation, in which everything is sealed from now on; returns its id."""
    code = _code(alias)
    return key_sets.add(_file(code), _column(code), wrapping.of(_place(code), code))


def destroy_older(alias: str, key_id: int) -> int:
    """Destroy every generation older than `key_id`; returns how many."""
    code = _code(alias)
    return key_sets.destroy_older(_file(code), _column(code), key_id)


class Bodies:
    """Messages in the outbox and answers in the inbox of a municipality's database (exchange.bodies.BodySeal)."""

    def seal(self, alias: str, body: bytes, bound: str) -> bytes:
        return seal(alias, [body], [bound])[0]

    def open(self, alias: str, sealed: bytes, bound: str) -> bytes:
        return open_(alias, [bytes(sealed)], [bound])[0]


def _generation(keys: KeySet, mark: bytes) -> ColumnSeal:
    found = keys.find(int.from_bytes(mark, "big"))
    if found is None:
        raise wrapping.missing("中身を封印した世代の鍵がありません", "控えから鍵を戻してください。")
    return found


def _read(code: str, chosen: Path) -> KeySet:
    try:
        return key_sets.read(_file(code), _column(code), wrapping.of(_place(code), code))
    except TodokeError:
        if chosen.suffix == ".toml" and _file(code).exists():  # the municipality's HSM is away
            raise _withdrawn(code) from None
        raise


def _own_key(code: str) -> Path | None:
    """What the municipality's key is reached by, if it is there."""
    places = (_place(code) / "pkcs11.toml", _place(code) / f"kek-{code}.key")
    return next((path for path in places if path.is_file()), None)


def _trusted_until(chosen: Path) -> float:
    return time.monotonic() + TOKEN_TRUST if chosen.suffix == ".toml" else float("inf")


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_ino)


def _withdrawn(code: str) -> TodokeError:
    return TodokeError(ErrorCode.KEY_WITHDRAWN, party=parties.platform(code))


def _file(code: str) -> Path:
    folder: Path = settings.TODOKE_CONTENT_KEYS
    return folder / f"contents-{code}.keys"


def _place(code: str) -> Path:
    folder: Path = settings.TODOKE_MUNICIPAL_KEYS
    return folder / code


def _column(code: str) -> Column:
    return Column(municipality=code, table="intermediary", column="contents")


def _code(alias: str) -> str:
    return alias.removeprefix(PREFIX)
