"""レコード識別番号: 20 characters, never used twice, the same for the same question (facts/linkage.md §2.2)."""

from __future__ import annotations

import hashlib
import string
from typing import Final

_ATTEMPTS: Final = string.digits + string.ascii_uppercase
MOST_ATTEMPTS: Final = len(_ATTEMPTS)


def record_id(order_id: str, *, round_: int, position: int, attempt: int = 1) -> str:
    """11 characters of the order, one of the round, one of the attempt, seven of the person's position in the order."""
    order = hashlib.sha256(order_id.encode()).hexdigest()[:11].upper()
    return f"{order}{round_}{_ATTEMPTS[attempt - 1]}{position:07d}"
