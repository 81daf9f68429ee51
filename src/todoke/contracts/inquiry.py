"""What 税情報一括照会 (the contracted bulk tax query) offers inside the city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec


class InquiryKind(StrEnum):
    """照会区分 (item 28): how the question about one person ended. Only ANSWERED carries items.

    The real code list is not public; this one is ours.
    """

    ANSWERED = "01"  # 回答あり
    NO_RECORD = "02"  # 該当なし
    HELD = "03"  # 提供者確認中 (自動応答不可)
    ERROR = "04"  # 照会エラー (エラー理由による)
    ASKED = "05"  # 照会中
    RELEASE_REFUSED = "06"  # 提供不許可
    TAXED_ELSEWHERE = "07"  # 他市町村課税 (課税地の回答がない)


class OrderReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """How many persons of an order will be asked about, came from abroad, and cannot be asked about.

    The three add up to the different persons of the order. Those from abroad are on a list of their own and not
    in the answer files; the unreachable are in them as `InquiryKind.ERROR`.
    """

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

    def order(
        self,
        *,
        order_id: str,
        resident_codes: Sequence[str],
        by: str,
        tax_year: int | None = None,
        reasons: Mapping[str, str] | None = None,
    ) -> OrderReceipt:
        """Ask for the tax status of these persons. The same order id again returns the first receipt.

        An answer about another year than `tax_year` is an error of that person; None: any year is taken.
        `reasons`, by resident code: why the asking section does not know this person's tax, in one sentence.
        """

    def answer_files(self, order_id: str) -> list[AnswerFile]:
        """The answer files of the newest edition, in order; none before the first was written."""
