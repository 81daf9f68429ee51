"""What 税情報一括照会 (the contracted bulk tax query) offers inside the city."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec


class OrderReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """How many persons of an order will be asked about, and how many cannot be."""

    order_id: str
    asked: int
    abroad: int
    unreachable: int


class AnswerFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of 他市転入者出力レコード (items 24–64), handed over whole."""

    path: str
    sha256: str
    records: int


class Inquiries(Protocol):
    """税情報一括照会 as 給付管理システム sees it."""

    def order(self, *, order_id: str, resident_codes: Sequence[str], by: str) -> OrderReceipt:
        """Ask for the tax status of these persons. The same order id again returns the first receipt."""

    def answer_files(self, order_id: str) -> list[AnswerFile]:
        """The answer files written so far, in order."""
