"""Items ↔ sealed contents of the tables, many rows at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import pyarrow as pa

from todoke.contracts.information import TAX_ITEMS, Item
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.intermediary.codecs import contents

_DAMAGE: Final = (ErrorCode.INPUT_CHANGED, ErrorCode.SETUP_MISSING)
"""An altered text, or one of a generation that is not there. A key that was taken back is neither: KEY_WITHDRAWN."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[Item, ...]).decode
_decode_plainly = msgspec.msgpack.Decoder(list[list[Any]]).decode


def replica_row(integrated_number: str, fiscal_year: int, edition: int) -> str:
    """What the contents of a copy are bound to: an older edition put back, or another person's, does not open."""
    return f"intermediary_replica|contents|{integrated_number}|{fiscal_year}|{edition}"


def answer_row(record_id: str, permit_id: str) -> str:
    """What the contents of an answer are bound to, while it waits and when it is taken."""
    return f"intermediary_answer|contents|{record_id}|{permit_id}"


def check_counts(rows: Sequence[Sequence[Item]]) -> None:
    """Each row has all of TAX_ITEMS or none; RECORD_INVALID otherwise."""
    if any(len(row) not in (0, len(TAX_ITEMS)) for row in rows):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"項目の数が {len(TAX_ITEMS)} ではありません")


def sealed_column(alias: str, rows: Sequence[Sequence[Item]], bound: Sequence[str]) -> pa.Array[Any]:
    """The column `contents` of rows of items; null where a row has none."""
    places = [place for place, row in enumerate(rows) if row]
    texts = contents.seal(alias, [_encode(rows[p]) for p in places], [bound[p] for p in places])
    column: list[bytes | None] = [None] * len(rows)
    for place, text in zip(places, texts, strict=True):
        column[place] = text
    return pa.array(column, pa.binary())


class DamagedError(TodokeError):
    """Some rows do not open, while the keys are there: they were altered, or sealed in a generation that is gone."""

    def __init__(self, places: Sequence[int]) -> None:
        super().__init__(ErrorCode.INPUT_CHANGED, file="封印した内容")
        self.places = frozenset(places)


def opened(alias: str, sealed: Sequence[Any], bound: Sequence[str]) -> list[tuple[Item, ...]]:
    """The items of each row again; none where it has none. DamagedError names every row that does not open."""
    places = [place for place, text in enumerate(sealed) if text is not None]
    found: list[tuple[Item, ...]] = [()] * len(sealed)
    if places:
        texts = [bytes(sealed[p]) for p in places]
        try:
            plain = contents.open_(alias, texts, [bound[p] for p in places])
        except TodokeError as error:
            if error.code not in _DAMAGE:
                raise
            contents.keys_of(alias)  # without any usable key nothing is damaged: it cannot be opened yet
            closed = [p for p, text in zip(places, texts, strict=True) if _is_damaged(alias, text, bound[p])]
            raise DamagedError(closed) from None
        for place, text in zip(places, plain, strict=True):
            found[place] = _decode(text)
    return found


def _is_damaged(alias: str, sealed: bytes, bound: str) -> bool:
    try:
        contents.open_(alias, [sealed], [bound])
    except TodokeError as error:
        if error.code not in _DAMAGE:
            raise
        return True
    return False


def cells(alias: str, sealed: bytes, bound: str) -> list[str | None] | None:
    """Values and reasons in turn, as they are digested; None when the row does not open: it was altered."""
    try:
        (text,) = contents.open_(alias, [sealed], [bound])
    except TodokeError as error:
        if error.code not in _DAMAGE:
            raise
        return None
    return [cell for pair in _decode_plainly(text) for cell in pair]
