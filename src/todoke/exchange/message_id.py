"""電文番号 (message id): UUID version 7, made by the server, sortable by time (RFC 9562 §5.7)."""

from __future__ import annotations

import secrets
import time
from datetime import datetime
from uuid import UUID


def new_message_id() -> UUID:
    """48 bits of milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    value = milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return UUID(int=value)


def first_at(moment: datetime) -> UUID:
    """The lowest id that could be made at this moment: everything below it is older."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
