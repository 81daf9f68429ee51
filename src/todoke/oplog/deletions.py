"""適法な削除の記録: what two people let go, in one byte form whose hash stands in the log itself.

A deletion record commits to the one before it. The entry of the newest record therefore vouches for all earlier ones,
also when their own entries have meanwhile been deleted with their month.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

DROPPED: Final = "oplog:month:drop"
ERASED: Final = "oplog:entry:erase"
FIRST: Final = bytes(32)
"""`prev` of deletion 0."""


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """One month deleted: its entries `n`, the root over its segments, and who did it. Times in µs."""

    number: int
    month: date
    n: int
    root: bytes
    legal_basis: str
    requested_by: str
    requested_at: int
    confirmed_by: str
    confirmed_at: int
    prev: bytes

    def line(self) -> dict[str, Any]:
        """As it is exported."""
        return {
            **vars(self),
            "month": self.month.isoformat(),
            "root": self.root.hex(),
            "prev": self.prev.hex(),
        }

    @classmethod
    def of_line(cls, line: dict[str, Any]) -> Deletion:
        """From an exported line; ValueError, TypeError or KeyError for another form."""
        found = {
            "month": date.fromisoformat(line["month"]),
            "root": bytes.fromhex(line["root"]),
            "prev": bytes.fromhex(line["prev"]),
        }
        return cls(**{**line, **found})

    def digest(self) -> bytes:
        """Hash of everything above."""
        return _digest(self.line())

    def subject(self) -> str:
        """What the log entry of the deletion names."""
        return f"month:{self.month:%Y-%m} record:{self.digest().hex()}"


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """The personal part of one entry destroyed. Times in µs."""

    operation_id: int
    operation_at: int
    legal_basis: str
    requested_by: str
    requested_at: int
    confirmed_by: str
    confirmed_at: int

    def line(self) -> dict[str, Any]:
        """As it is exported."""
        return dict(vars(self))

    def subject(self) -> str:
        """What the log entry of the erasure names."""
        return f"operation:{self.operation_id} record:{_digest(self.line()).hex()}"


def _digest(line: dict[str, Any]) -> bytes:
    text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()
