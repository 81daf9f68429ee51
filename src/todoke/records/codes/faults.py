"""What is wrong in a stream of bytes, by kind, place and hex."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Trouble(Enum):
    """Kinds of damage. The value is the Japanese sentence that a refusal shows."""

    ODD_BYTE = "シフトコード（終）の前に1バイト余っています（2バイト文字が途中で切れています）"
    CUT_PAIR = "2バイト文字が途中で切れています"
    NOT_CLOSED = "シフトコード（終）がありません"
    NESTED_OPEN = "シフトコード（開）が重なっています"
    STRAY_CLOSE = "シフトコード（開）がないのにシフトコード（終）があります"
    SHIFT_IN_SINGLE = "1バイト文字の項目にシフトコードがあります"
    NO_CHARACTER = "文字集合にない符号です"
    NOT_UNICODE = "Unicodeの符号化として正しくありません"
    NO_BOM = "先頭にBOMがありません"


@dataclass(frozen=True)
class CodeFault:
    """One fault: `offset` is the byte from the start of the stream, `raw` the bytes concerned.

    `before`: how many code points of the block were read before it.
    """

    trouble: Trouble
    offset: int
    raw: bytes
    before: int = 0

    @property
    def hex(self) -> str:
        """The bytes as X'…'."""
        return f"X'{self.raw.hex().upper()}'"
