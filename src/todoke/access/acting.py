"""誰が操作しているか, within one request or one command: what contracts told `by` look up (see `cli_actor`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from todoke.access.permissions import Actor

PERMISSION: Final = "todoke.permission"
"""Key in a click context under which the running verb's permission stands."""
ACTOR: Final = "todoke.actor"
"""Key in a click context under which the verb's actor stands, once known."""

_acting: Final[ContextVar[Actor | None]] = ContextVar("todoke_acting", default=None)


def now() -> Actor | None:
    """Who makes the request that this code serves, if any."""
    return _acting.get()


@contextmanager
def acting_as(who: Actor) -> Iterator[None]:
    """Within this request, contracts that are told `by` get this very actor."""
    token = _acting.set(who)
    try:
        yield
    finally:
        _acting.reset(token)
