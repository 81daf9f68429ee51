"""保留 (自動応答不可): how long a request may be held, when somebody must be alarmed, and what a note may say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

HOLD_LIMIT: Final = timedelta(days=90)
"""How long after its receipt a request may be held; settings.TODOKE_HOLD_LIMIT replaces it."""

ALARM_DAYS: Final = 3
"""After how many days a held request is overdue; settings.TODOKE_HOLD_ALARM_DAYS replaces it."""

_LONG_NUMBER: Final = re.compile(r"(?:[0-9０-９][-－ 　]?){11,}")
"""個人番号 (12), 統合番号 (15) and 住民票コード (11); no telephone number of an office is as long."""


class PermitLife(StrEnum):
    """The permit of a held request, now."""

    LIVE = "live"  # 有効
    EXPIRED = "expired"  # 期限切れ（更新できる）
    OVER = "over"  # 保留の期限切れ（更新できない）


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits that are set for this platform."""

    hold: timedelta = HOLD_LIMIT
    alarm: timedelta = timedelta(days=ALARM_DAYS)

    def overdue(self, received_at: datetime, now: datetime) -> bool:
        """Whether somebody should have decided by now."""
        return now >= received_at + self.alarm

    def life(self, received_at: datetime, expires_at: datetime, now: datetime) -> PermitLife:
        """Exactly at its end a permit is dead."""
        if now >= received_at + self.hold:
            return PermitLife.OVER
        return PermitLife.LIVE if now < expires_at else PermitLife.EXPIRED


def names_a_number(text: str) -> bool:
    """Whether a text seems to hold a person's number."""
    return _LONG_NUMBER.search(text) is not None
