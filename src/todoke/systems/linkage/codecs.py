"""individual_numbers.csv, numbers and masters ↔ models: typing, sealing and opening."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from todoke.contracts.conversion import NumberAnswered, NumbersAnswered, NumbersAsked
from todoke.contracts.information import TAX_ITEMS
from todoke.contracts.people import BasicAttributes
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy import key_files, key_sets, wrapping
from todoke.privacy.key_sets import Column, KeySet
from todoke.privacy.wrapping import Wrapper
from todoke.records.csv_input import read_checked
from todoke.records.layouts import number_conversion_v2026 as number_conversion
from todoke.records.layouts.city_inputs_v2021 import INDIVIDUAL_NUMBERS

ATTRIBUTES = ("name_kanji", "sex", "birth_date", "address")
_NONCE = 16
_TABLE, _COLUMN = "linkage_individualnumber", "ciphertext"


def read_numbers(file: Path) -> pa.Table:
    """The file, birth dates typed, with `line` (the header is line 1). Raises InputRefused."""
    text = read_checked(file, INDIVIDUAL_NUMBERS)
    birth_dates = text["birth_date"].cast(pa.date32())
    typed = text.set_column(text.schema.get_field_index("birth_date"), "birth_date", birth_dates)
    return typed.append_column("line", pa.array(np.arange(2, text.num_rows + 2, dtype=np.int32)))


def read_conversions(file: Path) -> pa.Table:
    """A file of numbers to be converted, in its order, birth dates typed. Raises InputRefused."""
    text = read_checked(file, number_conversion.REQUEST)
    place = text.schema.get_field_index("birth_date")
    return text.set_column(place, "birth_date", text["birth_date"].cast(pa.date32()))


def attribute_columns(people: Sequence[BasicAttributes]) -> pa.Table:
    """The four attributes of many people as a table."""
    return pa.table(
        {
            "name_kanji": pa.array([one.name_kanji for one in people], pa.string()),
            "sex": pa.array([one.sex for one in people], pa.string()),
            "birth_date": pa.array([one.birth_date for one in people], pa.date32()),
            "address": pa.array([one.address for one in people], pa.string()),
        }
    )


def asked_numbers(body: NumbersAsked) -> pa.Table:
    """The records of a message as a file of them would be read. RECORD_INVALID for too many, or without a nonce."""
    if len(body.records) > RECORD_LIMIT or len(body.nonce) < _NONCE:
        detail = f"一通は {RECORD_LIMIT:,} 件までで、{_NONCE}文字以上の乱数が要ります"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
    table = attribute_columns([one.attributes for one in body.records])
    for name in ("direction", "local_system", "number"):
        table = table.append_column(name, pa.array([getattr(one, name) for one in body.records], pa.string()))
    return table


def answered_numbers(answers: pa.Table) -> NumbersAnswered:
    """`answer` and `refusal` as records of a message."""
    pairs = zip(answers["answer"].to_pylist(), answers["refusal"].to_pylist(), strict=True)
    return NumbersAnswered(records=[NumberAnswered(answer or "", refusal or "") for answer, refusal in pairs])


ResultRow = tuple[str, str, str, str, Sequence[str | None] | None, Sequence[str | None] | None]
"""Record id, 統合番号, outcome, error, values, reasons."""


def results_table(rows: Sequence[ResultRow]) -> pa.Table:
    """Results as they go back by file (layout query_results): values, then the reasons of their absence."""
    columns = list(zip(*rows, strict=True))
    nothing: tuple[None, ...] = (None,) * len(TAX_ITEMS)
    values, reasons = (list(zip(*(row or nothing for row in column), strict=True)) for column in columns[4:])
    names = ("record_id", "integrated_number", "outcome", "error")
    named = dict(zip(names, columns[:4], strict=True))
    named |= dict(zip(TAX_ITEMS, values, strict=True))
    named |= {f"{name}_reason": column for name, column in zip(TAX_ITEMS, reasons, strict=True)}
    return pa.table({name: pa.array(column, pa.string()) for name, column in named.items()})


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
