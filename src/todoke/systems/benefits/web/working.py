"""画面から始めた長い処理, in threads beside the screens: files in one queue, trials and judgings in another, so that neither
waits for the other. A process that ends leaves work that is continued (housekeeping.py, `todoke benefits continue`, `… import continue`).
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from functools import partial
from threading import Lock
from typing import Final, Protocol

from django.db import connections

from todoke.access.permissions import Actor
from todoke.kernel.errors import TodokeError

_log = logging.getLogger("todoke.benefits")


class Queue(Enum):
    """Works of one queue are done one after the other."""

    FILES = "benefits-files"
    EDITIONS = "benefits-editions"
    LETTERS = "benefits-letters"


_workers: Final = {queue: ThreadPoolExecutor(1, thread_name_prefix=queue.value) for queue in Queue}
_known: Final[set[tuple[Queue, int]]] = set()
_lock: Final = Lock()


class CarryOn(Protocol):
    """Does what is left of a work, and may be asked again at any time (jobs/)."""

    def __call__(self, number: int, /, *, by: Actor) -> object: ...


def begin(queue: Queue, carry_on: CarryOn, number: int, *, by: Actor) -> bool:
    """Carry the work of that number on soon; its own row says how it ended. False: it waits or is being done already."""
    with _lock:
        if (queue, number) in _known:
            return False
        _known.add((queue, number))
    done = _workers[queue].submit(_work, carry_on, number, by)
    done.add_done_callback(partial(_over, queue, number))
    return True


def _over(queue: Queue, number: int, _: Future[None]) -> None:
    with _lock:
        _known.discard((queue, number))


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
