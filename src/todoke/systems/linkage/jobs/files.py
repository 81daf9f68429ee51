"""ファイル連携の巡回: every queue gets its turn; one that is stuck, refused, slow or huge never keeps another from it.

A turn is short: what has arrived is sealed, one file is taken or sent, acknowledgements are written and heard. The queue
that waited longest comes first. Several walkers may go at once: a queue that one of them holds is passed over by the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from django.db import connections
from django.db.models import F

from todoke.access.permissions import Actor
from todoke.batch.models import StepRun, StepState
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, StepReport, alone, run_step
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.systems.linkage.actions.files.answer_files import answer_files
from todoke.systems.linkage.actions.files.collect_files import collect_files
from todoke.systems.linkage.actions.files.hear_acknowledgements import hear_acknowledgements
from todoke.systems.linkage.actions.files.notify_numbers import KIND as NOTICES
from todoke.systems.linkage.actions.files.notify_numbers import notify_numbers
from todoke.systems.linkage.actions.files.return_results import RESULTS, return_results
from todoke.systems.linkage.actions.files.send_file import send_file
from todoke.systems.linkage.actions.files.take_file import take_file
from todoke.systems.linkage.flows import FILE_ENDS, FileState, QueueState
from todoke.systems.linkage.models import ExchangedFile, FileQueue
from todoke.systems.linkage.rules import file_kinds
from todoke.systems.linkage.rules.file_kinds import Direction

ALIAS = "linkage"
STEP = "linkage:file:run"
PRODUCERS = {NOTICES: notify_numbers, RESULTS: return_results}
"""What makes the outgoing files of a kind, when there is something to send."""

_log = logging.getLogger("todoke.linkage.files")


@dataclass(frozen=True, kw_only=True)
class Walked:
    """What one walk did: files that arrived, files that were taken, refused or sent, and queues that ended in trouble."""

    arrived: int
    steps: list[StepReport]
    troubled: list[str]


def run_files(*, by: Actor, queues: Sequence[str] = (), unattended: bool = False) -> Walked:
    """Walk the queues (all, or those named) round and round until none has anything left to do.

    `unattended`: files whose kind asks for a person are sealed when they come, and wait for one.
    """
    arrived = 0
    steps: list[StepReport] = []
    troubled: list[str] = []
    moved = True
    while moved:
        moved = False
        for queue in _in_turn(queues):
            if queue.name in troubled:
                continue
            try:
                came, done = _turn(queue, by, unattended=unattended)
            except _Held:
                continue
            except Exception as error:  # whatever it is, it must not stop the others
                _trouble(queue, error)
                troubled.append(queue.name)
                continue
            arrived, steps, moved = arrived + came, steps + done, moved or bool(came or done)
    return Walked(arrived=arrived, steps=steps, troubled=troubled)


class _Held(Exception):
    """Another walker is at this queue."""


def _in_turn(names: Sequence[str]) -> list[FileQueue]:
    """The queue that waited longest first."""
    found = FileQueue.objects.using(ALIAS).order_by(F("served_at").asc(nulls_first=True), "pk")
    return [queue for queue in found if not names or queue.name in names]


def _turn(queue: FileQueue, by: Actor, *, unattended: bool) -> tuple[int, list[StepReport]]:
    with ExitStack() as held:
        try:
            held.enter_context(alone(ALIAS, f"linkage:queue/{queue.pk}"))
        except TodokeError:
            raise _Held from None
        queue.refresh_from_db(using=ALIAS)
        if queue.direction == Direction.IN:
            may_take = not unattended or file_kinds.kind(queue.direction, queue.kind).unattended
            came, steps = _incoming(queue, by, may_take=may_take)
        else:
            came, steps = _outgoing(queue, by)
        FileQueue.objects.using(ALIAS).filter(pk=queue.pk).update(served_at=clock.now(), trouble="")
        return came, steps


def _incoming(queue: FileQueue, by: Actor, *, may_take: bool) -> tuple[int, list[StepReport]]:
    arrived = collect_files(queue=queue, by=by)
    steps = []
    if may_take and queue.state == QueueState.RUNNING and (file := _due(queue)):
        steps.append(_step(queue, file, by))
    answer_files(queue=queue, by=by)
    return arrived, steps


def _due(queue: FileQueue) -> ExchangedFile | None:
    """The file whose number is due, or one that was taken just before a process was killed, to be counted."""
    files = ExchangedFile.objects.using(ALIAS).filter(queue=queue, in_order=True)
    uncounted = set(
        StepRun.objects.using(ALIAS)
        .filter(name=STEP, state=StepState.RUNNING, key__startswith=f"{queue.name} ")
        .values_list("key", flat=True)
    )
    if uncounted:
        for file in files.filter(state__in=FILE_ENDS).order_by("-number")[:1]:
            if _key(queue, file) in uncounted:
                return file
    return files.filter(number=queue.next_number).exclude(state__in=FILE_ENDS).first()


def _step(queue: FileQueue, file: ExchangedFile, by: Actor) -> StepReport:
    def work(meter: Meter) -> Counts:
        meter.total(file.records)
        counted = _Counted(file, meter)
        taken = take_file(file=file, by=by, progress=counted)
        return Counts(
            taken=taken.accepted + taken.refused,
            accepted=taken.accepted,
            refused=taken.refused,
            totals=dict(taken.totals),
        )

    title = f"ファイル連携 {queue.name} 第{file.number}号"
    return run_step(ALIAS, STEP, key=_key(queue, file), by=by.staff_id, work=work, title=title)


def _key(queue: FileQueue, file: ExchangedFile) -> str:
    return f"{queue.name} {file.number} {file.sha256[:16]}"


class _Counted:
    """Progress for the terminal, and in the file's row for the screen."""

    def __init__(self, file: ExchangedFile, meter: Meter) -> None:
        self._file, self._meter, self._done = file, meter, 0

    def __call__(self, done: int) -> None:
        self._meter.advance(done - self._done)
        self._done = done
        ExchangedFile.objects.using(ALIAS).filter(pk=self._file.pk).update(processed=done)


def _outgoing(queue: FileQueue, by: Actor) -> tuple[int, list[StepReport]]:
    trouble: TodokeError | None = None
    heard = 0
    try:
        heard = hear_acknowledgements(queue=queue, by=by)
    except TodokeError as error:  # a strange acknowledgement must not keep the next file from leaving
        trouble = error
    made = 0
    if queue.state == QueueState.RUNNING:
        producer = PRODUCERS.get(queue.kind)
        made = producer(queue=queue, by=by) if producer else 0
        files = ExchangedFile.objects.using(ALIAS).filter(queue=queue, state=FileState.MADE)
        if file := files.order_by("number").first():
            send_file(file=file, by=by)
            made += 1
    if trouble and not made:
        raise trouble
    return heard + made, []


def _trouble(queue: FileQueue, error: Exception) -> None:
    """Keep why the turn ended, without personal data; what nobody foresaw by its kind only, its trace in the log."""
    if connections[ALIAS].in_atomic_block or not connections[ALIAS].is_usable():
        connections[ALIAS].close()
    if isinstance(error, TodokeError):
        text = f"{error.code.name}: {error.sentence}"
    else:
        text = f"UNEXPECTED: {type(error).__name__}"
        _log.error("%s: %s", queue.name, type(error).__name__, exc_info=error)
    FileQueue.objects.using(ALIAS).filter(pk=queue.pk).update(served_at=clock.now(), trouble=text)
