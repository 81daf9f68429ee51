"""Run as a program: an own server under load, its postmaster killed with SIGKILL, started again. Prints what it saw."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

from todoke.sites.database.postgres import running_server
from todoke.sites.entering import enter_everything
from todoke.sites.instance import Instance

ALIAS, WRITERS, SECONDS = "benefits", 8, 3.0


def write(number: int, file: Path) -> None:
    """Log and commit until the server dies; note down each entry that was acknowledged."""
    from django.db import Error, transaction

    from todoke.oplog.record import record
    from todoke.oplog.who import Who

    out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    count = 0
    while True:
        subject = f"{number}/{count}"
        try:
            with transaction.atomic(using=ALIAS):
                record(ALIAS, by=Who(staff_id="c001"), verb="benefits:decision:decide", subject=subject)
        except Error:
            os._exit(0)
        os.write(out, f"{subject}\n".encode())
        count += 1


def main(folder: Path) -> None:
    """Three times: load, kill, recover."""
    instance = Instance.create(folder / "instance", "killed", municipalities=["14100"])
    acknowledged, notes = folder / "acknowledged", []
    for turn in range(3):
        with running_server(instance) as server:
            enter_everything(instance)
            from todoke.sites.database.migrations import point_at
            from todoke.sites.database.provision import provision

            point_at(server.address)
            if turn == 0:
                provision(instance, server)
            notes += load_and_kill(instance, server.pid or 0, acknowledged, turn)
    with running_server(instance) as server:
        from todoke.sites.database.migrations import point_at

        point_at(server.address)
        sys.stdout.write(json.dumps(look_back(instance, acknowledged, notes, folder)) + "\n")


def load_and_kill(instance: Instance, pid: int, acknowledged: Path, turn: int) -> list[str]:
    """Writers and a sealer at work; then the postmaster dies. Returns the checkpoints that got out before."""
    from django.db import Error, connections

    from todoke.kernel.errors import TodokeError
    from todoke.oplog import witnesses
    from todoke.sites import log_keeping
    from todoke.sites.realms import Realm

    connections.close_all()
    context = multiprocessing.get_context("fork")
    names = range(turn * WRITERS, (turn + 1) * WRITERS)
    children = [context.Process(target=write, args=(n, acknowledged), daemon=True) for n in names]
    for child in children:
        child.start()
    notes, end, killed = [], time.monotonic() + SECONDS, False
    try:
        with log_keeping.sealers(instance, Realm.CITY, only=lambda name: name == ALIAS) as found:
            while True:
                found[ALIAS].seal()
                newest = witnesses.newest_checkpoint(ALIAS)
                if newest:
                    notes.append(newest[1])
                if time.monotonic() > end and not killed:
                    os.kill(pid, signal.SIGKILL)
                    killed = True
    except (Error, TodokeError):
        assert killed
    finally:
        for child in children:
            child.join(30)
        connections.close_all()
    return notes


def look_back(instance: Instance, acknowledged: Path, kept: list[str], folder: Path) -> dict[str, int]:
    """What is there after all, and whether the verifier agrees."""
    from todoke.oplog import merkle, notes, sealing, verify
    from todoke.oplog.models import Operation
    from todoke.sites import log_keeping
    from todoke.sites.realms import Realm

    log_keeping.seal(instance, Realm.CITY)
    there = set(Operation.objects.using(ALIAS).values_list("subject", flat=True))
    said = set(acknowledged.read_text(encoding="ascii").split())
    leaves = [segment.leaf() for segment in sealing.read_segments(ALIAS)]
    seen = [notes.read(note) for note in kept]
    log_keeping.export(instance, Realm.CITY, folder / "archive")
    report = verify.verify(folder / "archive", processes=0)
    return {
        "acknowledged": len(said),
        "lost": len(said - there),
        "verified": report.verified,
        "rows": Operation.objects.using(ALIAS).count(),
        "faults": len(report.faults),
        "checkpoints": len(seen),
        "reproduced": sum(merkle.root(leaves[: one.size]) == one.root for one in seen),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
