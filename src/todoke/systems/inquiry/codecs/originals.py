"""Answers as they arrived, sealed with the instance's keys: AES-256-GCM, bound to order, request file and record."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from django.conf import settings

from todoke.contracts.information import TAX_ITEMS
from todoke.contracts.linkage import QueryResult
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.privacy import key_sets, wrapping
from todoke.privacy.key_sets import Column, KeySet
from todoke.privacy.wrapping import Wrapper
from todoke.records.fields import Kind
from todoke.records.layouts import inquiry_answer_v2021
from todoke.records.layouts import ward_reply_v2024 as ward_reply
from todoke.systems.inquiry.rules import amounts

_TABLE, _COLUMN = "inquiry_receivedanswer", "sealed"


class Sealed(NamedTuple):
    """Originals of the same positions: SHA-256 of each in hex, and each encrypted, by the keys of one generation."""

    key_id: int
    sha256: list[str]
    sealed: list[bytes]


def seal_originals(originals: Sequence[bytes], bindings: Sequence[bytes]) -> Sealed:
    """Encrypt; the first generation of keys is made when there is none."""
    path, column, wrapper = _keys()
    key_sets.make(path, column, wrapper)
    seal = key_sets.read(path, column, wrapper).newest
    return Sealed(
        key_id=seal.key_id,
        sha256=[hashlib.sha256(original).hexdigest() for original in originals],
        sealed=seal.seal(originals, bindings),
    )


def open_original(sealed: bytes, *, key_id: int, binding: bytes, sha256: str) -> bytes:
    """The bytes as they arrived. INPUT_CHANGED when anything of it was altered, SETUP_MISSING without its keys."""
    seal = _read().find(key_id)
    if seal is None:
        detail = f"回答原本の鍵の第 {key_id} 世代がありません"
        raise TodokeError(ErrorCode.SETUP_MISSING, detail=detail, todo="控えから戻してください。")
    (original,) = seal.open([sealed], [binding])
    if hashlib.sha256(original).hexdigest() != sha256:
        raise TodokeError(ErrorCode.INPUT_CHANGED, file=f"{_TABLE}.sha256")
    return original


def binding(order_id: str, file_number: int, record_id: str) -> bytes:
    """What an original is bound to: moved to another row, it no longer opens."""
    return f"{order_id}|{file_number}|{record_id}".encode()


def text_of(original: bytes) -> str:
    """As a reader may see it: JSON of 統合番号連携 in UTF-8, a line of a reply file in its edition's characters."""
    encoding = "utf-8" if original.startswith(b"{") else ward_reply.REPLY.encoding
    return original.decode(encoding, errors="backslashreplace")


def items_of(original: bytes) -> list[tuple[str, str]]:
    """Label and words of every item of 別添1, 【税源移譲前】 apart; none when it is no answer or not readable."""
    try:
        cells = _cells(original)
    except (msgspec.DecodeError, InputRefused):
        return []
    fields = {name: placed.field for name, placed in inquiry_answer_v2021.ANSWER.columns.items()}
    return [
        (fields[name].label, _words(fields[name].kind, value, reason))
        for name, (value, reason) in cells.items()
    ]


def _words(kind: Kind, value: str | None, reason: str | None) -> str:
    """An amount with its thousands apart; a code (year, flag, municipality) as it stands, when it is one."""
    amount = amounts.read(value, reason)
    as_it_stands = kind is Kind.CODE and isinstance(amount, amounts.Known)
    return str(value) if as_it_stands else amounts.words(amount)


def _cells(original: bytes) -> dict[str, tuple[str | None, str | None]]:
    if original.startswith(b"{"):
        items = msgspec.json.decode(original, type=QueryResult).items
        return {name: (item.value, item.reason) for name, item in zip(TAX_ITEMS, items, strict=False)}
    width = original.count(b",") + 1
    layout = next((known for known in ward_reply.LAYOUTS if known.width == width), ward_reply.REPLY)
    (row,) = ward_reply.decode(layout, original + b"\r\n", file="回答の原本").to_pylist()
    return {name: (row[name], row[f"{name}_reason"]) for name in TAX_ITEMS}


def _read() -> KeySet:
    return key_sets.read(*_keys())


def _keys() -> tuple[Path, Column, Wrapper]:
    folder, municipality = settings.TODOKE_KEYS_FOLDER, settings.TODOKE_MUNICIPALITY
    column = Column(municipality=municipality, table=_TABLE, column=_COLUMN)
    return folder / f"inquiry-{municipality}-original.keys", column, wrapping.of(folder, municipality)
