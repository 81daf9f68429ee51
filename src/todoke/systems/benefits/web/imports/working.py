"""画面から始めた検査と取込: one after the other in a thread beside the screens. A process that ends leaves imports that can be continued."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from django.db import connections

from todoke.access.permissions import Actor
from todoke.kernel.errors import TodokeError
from todoke.systems.benefits.jobs import importing

_log = logging.getLogger("todoke.benefits")
_worker: Final = ThreadPoolExecutor(1, thread_name_prefix="benefits-import")


def begin(import_id: int, *, by: Actor) -> None:
    """Check or take the file soon; the import says how it ended."""
    _worker.submit(_work, import_id, by)


def _work(import_id: int, by: Actor) -> None:
    try:
        importing.carry_on(import_id, by=by)
    except TodokeError as error:
        _log.warning("取込 %s: %s", import_id, error.code.name)
    except Exception as error:  # the text of an exception may quote a row
        _log.error("取込 %s: %s", import_id, type(error).__name__)
    finally:
        connections.close_all()
