"""待ち行列の停止と再開, by a person who says why."""

from __future__ import annotations

from todoke.access.permissions import Actor, Permission, require
from todoke.systems.linkage.flows import FILE_QUEUE, QueueState
from todoke.systems.linkage.models import FileQueue
from todoke.workflow.runner import move, of

ALIAS = "linkage"


def stop_file_queue(*, queue: FileQueue, reason: str, by: Actor) -> None:
    """Nothing is taken or sent until it is resumed; arrivals are still sealed. RECORD_INVALID without a reason."""
    require(by, Permission.LINKAGE_QUEUE_STOP)
    _move(queue, QueueState.STOPPED, reason, by)


def resume_file_queue(*, queue: FileQueue, reason: str, by: Actor) -> None:
    """Go on where it stopped. RECORD_INVALID without a reason, STATE_CONFLICT if it is running."""
    require(by, Permission.LINKAGE_QUEUE_STOP)
    _move(queue, QueueState.RUNNING, reason, by)


def _move(queue: FileQueue, to: QueueState, reason: str, by: Actor) -> None:
    rows, subject = of(FILE_QUEUE, [queue.pk]), f"queue {queue.name} {to.value}"
    move(ALIAS, FILE_QUEUE, rows, to=to, by=by, reason=reason, subject=subject, persons=0)
