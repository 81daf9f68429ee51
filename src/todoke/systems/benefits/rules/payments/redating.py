"""振込指定日の変更: a prepared batch whose day the bank no longer takes is not stuck; its money stays reserved."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RedatingState(StrEnum):
    """Asked by one, confirmed by another."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


STATES: Final = {
    RedatingState.ASKED: ("確認待ち", "wait"),
    RedatingState.CONFIRMED: ("変更済み", "good"),
    RedatingState.WITHDRAWN: ("取下げ", "plain"),
}
