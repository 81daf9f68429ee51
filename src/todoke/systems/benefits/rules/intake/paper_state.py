"""文書の状態: where a sheet of the register of paper stands, and a disposal of them; how they move is in flows.py."""

from __future__ import annotations

from enum import StrEnum


class PaperState(StrEnum):
    """A sheet that came in."""

    HELD = "held"  # 箱に保管中
    OUT = "out"  # 持出中 (箱の外)
    CANCELLED = "cancelled"  # 受付の取消し (読み取りの誤り)
    DISPOSED = "disposed"  # 廃棄済


class DisposalState(StrEnum):
    """Sheets of one box that are to be destroyed, by two people."""

    PROPOSED = "proposed"  # 承認待ち
    APPROVED = "approved"  # 承認済・廃棄済
    WITHDRAWN = "withdrawn"  # 取りやめ


PAPER_TITLES = {
    PaperState.HELD: "箱に保管中",
    PaperState.OUT: "持出中",
    PaperState.CANCELLED: "受付を取り消した",
    PaperState.DISPOSED: "廃棄済み",
}
DISPOSAL_TITLES = {
    DisposalState.PROPOSED: "承認待ち",
    DisposalState.APPROVED: "廃棄済み",
    DisposalState.WITHDRAWN: "取りやめ",
}
