"""What must be given before a person's records are opened."""

from __future__ import annotations

from collections.abc import Sequence

from todoke.identifiers import integrated_number
from todoke.kernel.errors import ErrorCode, TodokeError


def need_purpose(purpose: str, permission: str) -> None:
    """PURPOSE_MISSING unless it was said why (DESIGN law 10)."""
    if not purpose.strip():
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=permission)


def check_numbers(numbers: Sequence[str]) -> None:
    """NUMBER_INVALID unless every 統合番号 has the right check digit."""
    if not all(map(integrated_number.is_valid, numbers)):
        raise TodokeError(ErrorCode.NUMBER_INVALID, kind="統合番号")
