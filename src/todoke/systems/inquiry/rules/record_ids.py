"""レコード識別番号: 20 characters, never used twice, the same for the same question (facts/linkage.md §2.2)."""

from __future__ import annotations

import hashlib


def record_id(order_id: str, *, round_: int, position: int) -> str:
    """11 characters of the order, one of the round, eight of the person's position in the order."""
    return f"{hashlib.sha256(order_id.encode()).hexdigest()[:11].upper()}{round_}{position:08d}"
