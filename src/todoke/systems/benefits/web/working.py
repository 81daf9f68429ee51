"""画面から始めた長い処理: one after the other in a thread beside the screens. A process that ends leaves work that can be continued."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from django.db import connections

from todoke.access.permissions import Actor
from todoke.kernel.errors import TodokeError

_log = logging.getLogger("todoke.benefits")
_worker: Final = ThreadPoolExecutor(1, thread_name_prefix="benefits-work")


class CarryOn(Protocol):
    """Does what is left of a work, and may be asked again at any time (jobs/)."""

    def __call__(self, number: int, /, *, by: Actor) -> object: ...


def begin(carry_on: CarryOn, number: int, *, by: Actor) -> None:
    """Carry the work of that number on soon; its own row says how it ended."""
    _worker.submit(_work, carry_on, number, by)


def _work(carry_on: CarryOn, number: int, by: Actor) -> None:
    what = f"{getattr(carry_on, '__module__', '')} {number}"
    try:
        carry_on(number, by=by)
    except TodokeError as error:
        _log.warning("%s: %s", what, error.code.name)
    except Exception as error:  # the text of an exception may quote a row
        _log.error("%s: %s", what, type(error).__name__)
    finally:
        connections.close_all()
