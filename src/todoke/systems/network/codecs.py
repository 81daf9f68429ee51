"""Records of 情報提供ネットワークシステム ↔ its tables: the 住基ネット file, sealed numbers, permits."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from todoke.contracts.network import JukiAttributes, ListEntry
from todoke.identifiers import individual_number
from todoke.records.csv_input import read_checked
from todoke.records.layouts.city_inputs_v2021 import JUKI
from todoke.records.layouts.juki_attributes_v2026 import CURRENT, DIED, JUKI_ATTRIBUTES, NUMBER_CHANGED
from todoke.records.layouts.permission_list_v2026 import PERMISSION_LIST
from todoke.systems.network.needs import Secrets

_NONCE = 12
_PLACE = b"network/registered_number/sealed/"
_ATTRIBUTES_PLACE = b"network/registered_attributes/sealed/"
_WORDS = {CURRENT: "current", NUMBER_CHANGED: "number_changed", DIED: "died"}


def read_juki(path: Path) -> tuple[list[str], list[str]]:
    """(住民票コード, 個人番号) of national/juki.csv; InputRefused with every bad row."""
    table = read_checked(path, JUKI)
    codes, numbers = (list(map(str, table[name].to_pylist())) for name in ("juki_code", "individual_number"))
    return codes, numbers


def read_list(path: Path) -> list[ListEntry]:
    """The entries of a file of 照会許可照会リスト; InputRefused with every bad row."""
    table = read_checked(path, PERMISSION_LIST)
    return [
        ListEntry(
            row["inquirer"],
            row["provider"],
            row["duty"],
            row["procedure"],
            row["information_code"],
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        )
        for row in table.to_pylist()
    ]


def seal(juki_codes: Sequence[str], numbers: Sequence[str], keys: Secrets) -> pa.Table:
    """Rows of `network_registered_number`; about 4 µs a row."""
    cipher = AESGCM(keys.seal)
    noise = os.urandom(_NONCE * len(numbers))
    indexes = number_indexes(numbers, keys)
    sealed = []
    for row, (code, index) in enumerate(zip(juki_codes, indexes, strict=True)):
        nonce = noise[row * _NONCE : (row + 1) * _NONCE]
        sealed.append(nonce + cipher.encrypt(nonce, code.encode(), _PLACE + index))
    code_indexes = [hmac.digest(keys.code_index, code.encode(), hashlib.sha256) for code in juki_codes]
    kind = pa.binary()
    return pa.table(
        {
            "number_index": pa.array(indexes, kind),
            "code_index": pa.array(code_indexes, kind),
            "sealed": pa.array(sealed, kind),
        }
    )


def number_indexes(numbers: Sequence[str], keys: Secrets) -> list[bytes]:
    """The keyed index of each 個人番号."""
    return [hmac.digest(keys.number_index, number.encode(), hashlib.sha256) for number in numbers]


def open_codes(rows: Sequence[tuple[bytes, bytes]], keys: Secrets) -> list[str]:
    """住民票コード of (number_index, sealed) rows; cryptography's InvalidTag when a row was exchanged."""
    cipher = AESGCM(keys.seal)
    return [
        cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _PLACE + index).decode() for index, sealed in rows
    ]


def valid_numbers(numbers: Sequence[str]) -> list[bool]:
    """Which texts are 個人番号 with the right check digit, all at once."""
    length = individual_number.LENGTH
    well_formed = [len(text) == length and text.isascii() and text.isdigit() for text in numbers]
    joined = "".join(text for text, good in zip(numbers, well_formed, strict=True) if good)
    digits = (np.frombuffer(joined.encode(), dtype=np.uint8) - ord("0")).reshape(-1, length)
    right = iter((individual_number.check_digits(digits[:, :-1]) == digits[:, -1]).tolist())
    return [good and next(right) for good in well_formed]


def read_attributes(path: Path) -> pa.Table:
    """Rows of 本人確認情報 as text; InputRefused with every bad row."""
    return read_checked(path, JUKI_ATTRIBUTES)


def seal_attributes(rows: pa.Table, keys: Secrets) -> pa.Table:
    """Rows of `network_registered_attributes`."""
    cipher = AESGCM(keys.seal)
    noise = os.urandom(_NONCE * rows.num_rows)
    columns = [rows[name].to_pylist() for name in ("name_kanji", "sex", "birth_date", "address")]
    words = [_WORDS[str(status)] for status in rows["status"].to_pylist()]
    indexes = number_indexes(list(map(str, rows["individual_number"].to_pylist())), keys)
    sealed = []
    for row, (index, word, *attributes) in enumerate(zip(indexes, words, *columns, strict=True)):
        nonce = noise[row * _NONCE : (row + 1) * _NONCE]
        text = msgspec.json.encode([word, *attributes])
        sealed.append(nonce + cipher.encrypt(nonce, text, _ATTRIBUTES_PLACE + index))
    kind = pa.binary()
    return pa.table(
        {
            "number_index": pa.array(indexes, kind),
            "sealed": pa.array(sealed, kind),
            "word": pa.array(words, pa.string()),
        }
    )


def open_attributes(rows: Sequence[tuple[bytes, bytes]], keys: Secrets) -> list[JukiAttributes]:
    """本人確認情報 of (number_index, sealed) rows; cryptography's InvalidTag when a row was exchanged."""
    cipher, decoder = AESGCM(keys.seal), msgspec.json.Decoder(JukiAttributes)
    return [
        decoder.decode(cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _ATTRIBUTES_PLACE + index))
        for index, sealed in rows
    ]
