"""Who serves which contract inside one realm; filled by `sites.wiring`, asked by each system's `needs`."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from todoke.kernel.errors import ErrorCode, TodokeError

T = TypeVar("T")

_served: dict[type[Any], object] = {}


def serve(contract: type[T], implementation: T) -> None:
    """Let `implementation` answer for `contract` in this process."""
    _served[contract] = implementation


def need(contract: type[T]) -> T:
    """The implementation of `contract`; SETUP_MISSING when nothing serves it in this realm."""
    if contract not in _served:
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail=f"{contract.__name__} を提供するシステムがこのサイトにありません",
            todo="サイトの結線（sites/wiring.py）を確かめてください。",
        )
    return cast(T, _served[contract])
