"""Writing the operation log, in the transaction of the operation itself: no log, no operation."""

from __future__ import annotations

from django.db import connections

from todoke.kernel import clock
from todoke.oplog.models import Operation
from todoke.oplog.who import Who


def record(alias: str, *, by: Who, verb: str, subject: str, persons: int = 0) -> None:
    """Log one operation. `verb` is `system:resource:action`, `subject` an identifier of ours (never a person's).

    Raises RuntimeError outside a transaction, since the entry must stand or fall with the operation.
    """
    if not connections[alias].in_atomic_block:
        raise RuntimeError("an operation is logged inside its own transaction")
    Operation.objects.using(alias).create(
        at=clock.now(), by=by.staff_id, verb=verb, subject=subject, persons=persons
    )
