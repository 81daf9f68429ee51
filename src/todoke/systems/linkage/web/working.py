"""画面から始めた処理: one after the other in a thread beside the screens. A process that ends leaves jobs that can be continued."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from django.db import connections

from todoke.access.permissions import Actor
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.systems.linkage import jobs
from todoke.systems.linkage.actions.conversions.fail_conversion import fail_conversion

_log = logging.getLogger("todoke.linkage")
_worker: Final = ThreadPoolExecutor(1, thread_name_prefix="linkage-conversion")


def begin(job_id: str, *, by: Actor) -> None:
    """Convert the file of a job soon; the job says how it ended."""
    _worker.submit(_convert, job_id, by)


def _convert(job_id: str, by: Actor) -> None:
    try:
        jobs.convert_file(job_id=job_id, by=by)
    except InputRefused:
        pass  # the job has the bad rows
    except TodokeError as error:
        if error.code is not ErrorCode.STATE_CONFLICT:  # else: it is being done already, or has ended
            fail_conversion(job_id=job_id, error=error.code, by=by)
    except Exception as error:  # the text of an exception may quote a row
        _log.error("番号変換 %s: %s", job_id, type(error).__name__)
        fail_conversion(job_id=job_id, error=ErrorCode.UNEXPECTED, by=by)
    finally:
        connections.close_all()
