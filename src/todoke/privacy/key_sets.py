"""鍵の世代 (key generations) of one column of one municipality: wrapped data keys in one file outside the database.

The newest generation seals. The older ones only find and open what is not re-encrypted yet; then they are destroyed.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from todoke.privacy import key_files
from todoke.privacy.sealed_numbers import ColumnSeal
from todoke.privacy.wrapping import Wrapper, missing


class Generation(msgspec.Struct, frozen=True, kw_only=True):
    """One generation: its two data keys, wrapped, as base64."""

    key_id: int
    index: str
    cipher: str


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    municipality: str
    table: str
    column: str
    generations: list[Generation]


@dataclass(frozen=True, kw_only=True)
class Column:
    """Which column of which municipality the keys are for; bound to every wrapped key."""

    municipality: str
    table: str
    column: str


@dataclass(frozen=True, kw_only=True, repr=False)
class KeySet:
    """The seals of a column, newest first; there is always one. Equal sets have equal generations."""

    seals: tuple[ColumnSeal, ...]

    @property
    def newest(self) -> ColumnSeal:
        """The seal for whatever is written now."""
        return self.seals[0]

    @property
    def ids(self) -> tuple[int, ...]:
        """Generation ids, newest first."""
        return tuple(seal.key_id for seal in self.seals)

    def find(self, key_id: int) -> ColumnSeal | None:
        """The seal of a generation, if it still exists."""
        return next((seal for seal in self.seals if seal.key_id == key_id), None)


def make(path: Path, column: Column, wrapper: Wrapper) -> None:
    """A first generation at `path` unless there is a file; of two processes that try, one file stays."""
    if path.exists():
        return
    wrapper.make()
    first = _generation(1, column, wrapper)
    unfinished = _write_aside(path, _File(**vars(column), generations=[first]))
    try:
        os.link(unfinished, path)
    except FileExistsError:
        return
    finally:
        unfinished.unlink(missing_ok=True)


def read(path: Path, column: Column, wrapper: Wrapper) -> KeySet:
    """The seals; SETUP_MISSING without the file, with another column's, or with a wrong municipality's key."""
    kept = _read(path, column)
    newest_first = sorted(kept.generations, key=lambda one: one.key_id, reverse=True)
    return KeySet(seals=tuple(_seal(one, column, wrapper) for one in newest_first))


def add(path: Path, column: Column, wrapper: Wrapper) -> int:
    """A new generation, in which everything is sealed from now on; returns its id."""
    kept = _read(path, column)
    key_id = max(one.key_id for one in kept.generations) + 1
    fresh = _generation(key_id, column, wrapper)
    _replace(path, msgspec.structs.replace(kept, generations=[*kept.generations, fresh]))
    return key_id


def destroy_older(path: Path, column: Column, key_id: int) -> int:
    """Drop the keys of every generation older than `key_id`, for ever; returns how many. ValueError without it."""
    kept = _read(path, column)
    stay = [one for one in kept.generations if one.key_id >= key_id]
    if not stay:
        raise ValueError("a column cannot lose its only generation")
    if len(stay) < len(kept.generations):
        _replace(path, msgspec.structs.replace(kept, generations=stay))
    return len(kept.generations) - len(stay)


def rewrap(path: Path, column: Column, old: Wrapper, new: Wrapper) -> int:
    """Wrap every data key with another municipality's key (rotation of the key-encryption key); how many."""
    kept = _read(path, column)
    new.make()
    again = [_wrapped(one.key_id, _data_keys(one, column, old), column, new) for one in kept.generations]
    _replace(path, msgspec.structs.replace(kept, generations=again))
    return len(again)


def _generation(key_id: int, column: Column, wrapper: Wrapper) -> Generation:
    fresh = (secrets.token_bytes(key_files.KEY_BYTES), secrets.token_bytes(key_files.KEY_BYTES))
    return _wrapped(key_id, fresh, column, wrapper)


def _wrapped(key_id: int, keys: Sequence[bytes], column: Column, wrapper: Wrapper) -> Generation:
    index, cipher = (
        base64.b64encode(wrapper.wrap(key, _context(column, key_id, use))).decode()
        for key, use in zip(keys, ("index", "cipher"), strict=True)
    )
    return Generation(key_id=key_id, index=index, cipher=cipher)


def _data_keys(one: Generation, column: Column, wrapper: Wrapper) -> tuple[bytes, bytes]:
    index, cipher = (
        wrapper.unwrap(base64.b64decode(text), _context(column, one.key_id, use))
        for text, use in ((one.index, "index"), (one.cipher, "cipher"))
    )
    return index, cipher


def _seal(one: Generation, column: Column, wrapper: Wrapper) -> ColumnSeal:
    index_key, cipher_key = _data_keys(one, column, wrapper)
    return ColumnSeal(**vars(column), key_id=one.key_id, index_key=index_key, cipher_key=cipher_key)


def _context(column: Column, key_id: int, use: str) -> bytes:
    return f"v1|{column.municipality}|{column.table}|{column.column}|{key_id}|{use}".encode()


def _read(path: Path, column: Column) -> _File:
    text = key_files.read_private(path)
    try:
        kept = msgspec.json.decode(text, type=_File)
    except msgspec.DecodeError:
        raise missing(f"鍵 {path.name} を読めません", "控えから戻してください。") from None
    if Column(municipality=kept.municipality, table=kept.table, column=kept.column) != column:
        raise missing(f"鍵 {path.name} は別の団体または項目のものです", "正しい控えから戻してください。")
    if not kept.generations:
        raise missing(f"鍵 {path.name} に世代がありません", "控えから戻してください。")
    return kept


def _replace(path: Path, content: _File) -> None:
    """The new content under the same name, whole or not at all, also after a power cut."""
    _write_aside(path, content).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write_aside(path: Path, content: _File) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(content)))
        file.flush()
        os.fsync(file.fileno())
    return unfinished
