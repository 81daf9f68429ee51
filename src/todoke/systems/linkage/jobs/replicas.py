"""副本登録と照合 as steps: thin over actions, resumable after any stop."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol

from todoke.access.permissions import Actor
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, StepReport, run_step
from todoke.exchange.transport import Transport
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.linkage.actions.replicas.receive_masters import receive_masters
from todoke.systems.linkage.actions.replicas.reconcile_replicas import reconcile_replicas
from todoke.systems.linkage.actions.replicas.send_replicas import delete_spent, send_next
from todoke.systems.linkage.models import ReplicaFile
from todoke.systems.linkage.models.local_number import RESIDENTS
from todoke.systems.linkage.queries import replicas as reads

ALIAS = "linkage"
_PAUSE = 0.2


class Delivers(Protocol):
    """What a job needs of a dispatcher: deliver this system's outbox now (exchange.dispatch.Dispatcher)."""

    def drain(self, timeout: float) -> int: ...


def receive(file: Path, *, by: Actor, system: str = RESIDENTS) -> Counts:
    """The handler of inbound files of masters: checked and put aside; `deliver` and the site's rounds send them."""
    kept = receive_masters(file=file, by=by, system=system)
    return Counts(taken=kept.rows, accepted=kept.rows)


def register(
    file: Path, *, by: Actor, dispatcher: Delivers, system: str = RESIDENTS, timeout: float = 600.0
) -> StepReport:
    """副本登録 of a file from end to end; the same call continues after any stop."""
    from todoke.engine.snapshots import file_sha256

    digest = file_sha256(file)
    known = (
        ReplicaFile.objects.using(ALIAS).filter(kind="file", sha256=digest).exclude(state="refused").first()
    )
    kept = known or receive_masters(file=file, by=by, system=system)
    return deliver(kept, by=by, dispatcher=dispatcher, timeout=timeout)


def deliver(file: ReplicaFile, *, by: Actor, dispatcher: Delivers, timeout: float = 600.0) -> StepReport:
    """Send what waits, up to the end of this file. Raises UNAVAILABLE when the intermediary does not answer in time."""

    def work(meter: Meter) -> Counts:
        meter.total(file.rows)
        done, end = 0, time.monotonic() + timeout
        while True:
            pump(by=by)
            dispatcher.drain(max(1.0, end - time.monotonic()))
            delete_spent(by=by)
            now = reads.progress(file)
            settled = now["settled"] + now["refused_rows"]
            meter.advance(settled - done)
            done = settled
            if not now["waiting"] + now["sent"]:
                return _counts(file, now)
            if time.monotonic() > end:
                raise TodokeError(ErrorCode.UNAVAILABLE, what="中間サーバー")
            if not settled:
                time.sleep(_PAUSE)

    title = "副本の登録"
    return run_step(ALIAS, "linkage:replicas", key=str(file.pk), by=by.staff_id, work=work, title=title)


def pump(*, by: Actor) -> int:
    """Fill the window of messages on their way; how many records left. Any site may call it at any time."""
    sent = 0
    while count := send_next(by=by):
        sent += count
    return sent


def reconcile(*, by: Actor, transport: Transport) -> StepReport:
    """正本と副本の照合 as a step, each run anew."""
    moment = clock.now()

    def work(meter: Meter) -> Counts:
        kept = reconcile_replicas(transport=transport, by=by)
        differing = kept.missing + kept.surplus + kept.different + kept.stale
        meter.total(kept.ours)
        meter.advance(kept.ours)
        totals = {
            "中間サーバーの副本": kept.theirs,
            "副本がない": kept.missing,
            "正本にない副本": kept.surplus,
            "内容が違う": kept.different,
            "副本が古い": kept.stale,
            "送受信バイト": kept.sent + kept.received,
        }
        taken = kept.ours + kept.surplus
        return Counts(taken=taken, accepted=taken - differing, refused=differing, totals=totals)

    key = moment.isoformat()
    return run_step(
        ALIAS, "linkage:reconcile-replicas", key=key, by=by.staff_id, work=work, title="正本と副本の照合"
    )


def _counts(file: ReplicaFile, now: dict[str, int]) -> Counts:
    totals = {"新規": now["registered"], "訂正": now["replaced"], "削除": now["deleted"]}
    return Counts(
        taken=file.rows, accepted=file.rows - now["refused_rows"], refused=now["refused_rows"], totals=totals
    )
