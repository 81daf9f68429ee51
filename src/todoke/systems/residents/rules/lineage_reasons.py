"""世帯の系譜の事由: how one household came to be another, and which of these make two households one family for payment."""

from __future__ import annotations

from typing import Final

from todoke.contracts.residents import LineageReason

DESCENT: Final = (LineageReason.SPLIT, LineageReason.RENUMBERED, LineageReason.MERGED)
"""Steps by which a payment to one is a payment to the other: a household split after the base date is still one, and who
takes in a whole household takes in its former head (facts/benefit.md §1.3). One member who joins others is no such step."""
