"""起案の取消し: a batch of which there is no file yet is given up; its households are approved as before and free for another batch.

Once its file was written nobody can prove that the bank has not had it: then only 組戻し brings money back.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class CancellationState(StrEnum):
    """Asked by one, confirmed by another."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


STATES: Final = {
    CancellationState.ASKED: ("取消しの確認待ち", "wait"),
    CancellationState.CONFIRMED: ("取消し済み", "fail"),
    CancellationState.WITHDRAWN: ("取下げ", "plain"),
}
