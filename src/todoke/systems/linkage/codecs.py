"""individual_numbers.csv, numbers and masters ↔ models: typing, sealing and opening."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy import key_files, key_sets, wrapping
from todoke.privacy.key_sets import Column, KeySet
from todoke.privacy.wrapping import Wrapper
from todoke.records.csv_input import read_checked
from todoke.records.layouts.city_inputs_v2021 import INDIVIDUAL_NUMBERS

ATTRIBUTES = ("name_kanji", "sex", "birth_date", "address")
_TABLE, _COLUMN = "linkage_individualnumber", "ciphertext"


def read_numbers(file: Path) -> pa.Table:
    """The file by resident code, birth dates typed, with `line` (the header is line 1). Raises InputRefused."""
    text = read_checked(file, INDIVIDUAL_NUMBERS)
    birth_dates = text["birth_date"].cast(pa.date32())
    typed = text.set_column(text.schema.get_field_index("birth_date"), "birth_date", birth_dates)
    lines = pa.array(range(2, text.num_rows + 2), pa.int32())
    return typed.append_column("line", lines).sort_by("resident_code")


def make_keys() -> None:
    """The first generation of the keys of 個人番号, and the municipality's key, unless they are there."""
    path, column, wrapper = _keys()
    key_sets.make(path, column, wrapper)


def number_keys() -> KeySet:
    """The generations of the keys of 個人番号; SETUP_MISSING without them (new keys could open nothing, so none are made)."""
    path, column, wrapper = _keys()
    return key_sets.read(path, column, wrapper)


def add_keys() -> int:
    """A new generation, in which every number is sealed from now on; returns its id."""
    path, column, wrapper = _keys()
    return key_sets.add(path, column, wrapper)


def destroy_older_keys(key_id: int) -> int:
    """Destroy every generation older than `key_id`; returns how many."""
    path, column, _ = _keys()
    return key_sets.destroy_older(path, column, key_id)


def _keys() -> tuple[Path, Column, Wrapper]:
    folder, municipality = settings.TODOKE_KEYS_FOLDER, settings.TODOKE_MUNICIPALITY
    column = Column(municipality=municipality, table=_TABLE, column=_COLUMN)
    return folder / f"linkage-{municipality}-number.keys", column, wrapping.of(folder, municipality)


# Temporary files of masters on their way: Arrow, encrypted, mode 600, gone when sent.

_PIECE_NONCE = 12


def new_piece_key() -> tuple[bytes, bytes]:
    """A fresh data key for the temporary files of one file of masters, and the same wrapped by the municipality's key."""
    wrapper = wrapping.of(settings.TODOKE_KEYS_FOLDER, settings.TODOKE_MUNICIPALITY)
    wrapper.make()
    key = os.urandom(key_files.KEY_BYTES)
    return key, wrapper.wrap(key, _piece_context())


def piece_key(wrapped: bytes) -> bytes:
    """The data key again; SETUP_MISSING with another municipality's key."""
    wrapper = wrapping.of(settings.TODOKE_KEYS_FOLDER, settings.TODOKE_MUNICIPALITY)
    return wrapper.unwrap(bytes(wrapped), _piece_context())


def seal_rows(rows: pa.Table, key: bytes, name: str) -> bytes:
    """The rows encrypted (AES-256-GCM), bound to the name of their piece."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    nonce = os.urandom(_PIECE_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, sink.getvalue().to_pybytes(), name.encode())


def open_rows(sealed: bytes, key: bytes, name: str) -> pa.Table:
    """The rows again; INPUT_CHANGED when the bytes were altered or belong to another piece."""
    try:
        plain = AESGCM(key).decrypt(sealed[:_PIECE_NONCE], sealed[_PIECE_NONCE:], name.encode())
    except InvalidTag:
        raise TodokeError(ErrorCode.INPUT_CHANGED, file=name) from None
    return pa.ipc.open_stream(plain).read_all()


def digest_key(*, first: bool) -> bytes:
    """The key of 副本の照合 (contracts.replica_digests). Made only when nothing was digested yet; else SETUP_MISSING."""
    path = settings.TODOKE_KEYS_FOLDER / f"linkage-{settings.TODOKE_MUNICIPALITY}-replicas.key"
    if first:
        key_files.make(path)
    return key_files.read(path)


def correction_key() -> bytes:
    """The key of corrections that wait for a second person."""
    path = settings.TODOKE_KEYS_FOLDER / f"linkage-{settings.TODOKE_MUNICIPALITY}-corrections.key"
    key_files.make(path)
    return key_files.read(path)


def _piece_context() -> bytes:
    return f"v1|{settings.TODOKE_MUNICIPALITY}|linkage_replicafile|wrapped_key".encode()
