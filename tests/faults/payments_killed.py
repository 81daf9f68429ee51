"""`python -m tests.faults.payments_killed FOLDER POINTS SEED`: payments on a server of its own, killed at random moments.

A worker process takes new households from their numbers to the bank's answer. At a random moment one of these dies by
SIGKILL: the worker; one of the server's processes (writers, checkpointer, the worker's own backend); the postmaster. Or the
disk under the database, a small tmpfs, is full for a moment. Then the same calls are made again until they are done, and
everything that `money.wrong` asks must be right, with all that was acknowledged. Prints what it saw, as JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from todoke.sites.database.postgres import Server, running_server
from todoke.sites.entering import enter_everything
from todoke.sites.instance import Instance

ALIAS: Final = "benefits"
HOUSEHOLDS: Final = 5
"""New ones a round; the first declines to be found by the bank, so that one attempt follows another."""
DISK: Final = "900m"
TARGETS: Final = ("worker", "writer", "postmaster", "disk")
ROUNDS_AGAIN: Final = 60


@dataclass
class Town:
    """The instance on its small disk, and what has happened so far."""

    folder: Path
    draw: random.Random
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    usual: float = 3.0
    """Seconds that a round takes when nothing dies, as last seen."""

    @property
    def said(self) -> Path:
        """What was acknowledged to the worker: one line each."""
        return self.folder / "acknowledged"


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A tmpfs of its own under the folder; False where this machine lets nobody mount."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], check=False
    )
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def main(folder: Path, points: int, seed: int) -> dict[str, Any]:
    """Kill so many times; what was seen."""
    with small_disk(folder / "disk") as limited:
        town = Town(folder, random.Random(seed))
        instance = Instance.create(folder / "disk" / "instance", "paying", municipalities=["14100"])
        done = 0
        while done < points:
            with running_server(instance) as server:
                _enter(instance, server, first=done == 0)
                while done < points:
                    target = town.draw.choice(TARGETS if limited else TARGETS[:3])
                    done += 1
                    if not _point(town, instance, server, done, target):
                        break  # the server is gone: start it again
        with running_server(instance) as server:
            _enter(instance, server, first=False)
            return {"points": points, "limited": limited, **town.seen, **_look_back(town, instance)}


def _enter(instance: Instance, server: Server, *, first: bool) -> None:
    from todoke.sites.database.migrations import point_at

    enter_everything(instance)
    point_at(server.address)
    if first:
        from todoke.sites.database.provision import provision

        provision(instance, server)


def _point(town: Town, instance: Instance, server: Server, number: int, target: str) -> bool:
    """One round with one death; whether the server lives on under the same postmaster."""
    from tests.faults.dying import forked

    _decide(number)
    begun = time.monotonic()
    worker = forked(0, lambda: _work(town, number))
    time.sleep(town.draw.uniform(0, town.usual))
    struck = _strike(town, server, worker, target)
    town.seen[f"{target} {'struck' if struck else 'missed'}"] += 1
    _reap(worker)
    if target == "postmaster" and struck:
        with running_server(instance) as again:  # as an operator does: start it, and go on
            _enter(instance, again, first=False)
            _finish(town, number)
        return False
    _finish(town, number)
    if target == "worker" and not struck:
        town.usual = min(10.0, max(0.5, time.monotonic() - begun))
    return True


def _strike(town: Town, server: Server, worker: int, target: str) -> bool:
    """Kill, or fill the disk; False when the worker was done before."""
    if os.waitpid(worker, os.WNOHANG) != (0, 0):
        return False
    if target == "disk":
        _fill(town)
        return True
    victim = worker if target == "worker" else server.pid or 0
    if target == "writer":
        children = Path(f"/proc/{victim}/task/{victim}/children").read_text(encoding="ascii").split()
        victim = int(town.draw.choice(children))
    os.kill(victim, signal.SIGKILL)
    return True


def _fill(town: Town) -> None:
    """No room at all for a while."""
    ballast, chunk = town.folder / "disk" / "ballast", b"\0" * (1 << 20)
    try:
        with ballast.open("wb", buffering=0) as file:
            while True:
                file.write(chunk)
    except OSError:
        time.sleep(town.draw.uniform(0.1, 1.0))
    ballast.unlink()


def _reap(worker: int) -> None:
    """The worker's end; one that hangs is killed, as an operator would."""
    for _ in range(1200):
        try:
            if os.waitpid(worker, os.WNOHANG) != (0, 0):
                return
        except ChildProcessError:
            return
        time.sleep(0.05)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)


def _finish(town: Town, number: int) -> None:
    """The same calls again until they are done; then everything must be right."""
    from tests.faults.dying import forked
    from tests.systems.benefits import money

    for _ in range(ROUNDS_AGAIN):
        if (
            os.waitpid(forked(0, lambda: _work(town, number)), 0)[1] == 0
            and (town.folder / f"done-{number}").exists()
        ):
            break
        town.seen["again"] += 1
        time.sleep(0.5)  # the server is still recovering
    else:
        town.wrong.append(f"point {number}: never done")
        return
    town.wrong += [f"point {number}: {bad}" for bad in money.wrong()]


def _numbers(number: int) -> range:
    return range((number - 1) * HOUSEHOLDS, number * HOUSEHOLDS)


def _decide(number: int) -> None:
    from tests.systems.benefits.world import decide

    decide(dict.fromkeys(_numbers(number), "eligible"))


def _work(town: Town, number: int) -> None:
    """From the number of the household to the bank's answer, twice: what failed is paid into another account."""
    from tests.systems.benefits.world import CLERK, CODE, SUPERVISOR, World, rows
    from todoke.systems.benefits import jobs

    place = town.folder / f"round-{number}"
    place.mkdir(exist_ok=True)
    city = World(place, size=number * HOUSEHOLDS)
    for one in range((number - 1) * HOUSEHOLDS):
        del city.forms[one]
    city.serve()
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, city.write_forms(), by=CLERK)
    keys = [f"{one + 1:010d}" for one in _numbers(number)]
    for _ in range(2):
        jobs.examine(CODE, by=CLERK)
        jobs.approve(CODE, by=SUPERVISOR)
        jobs.prepare_payment(CODE, by=SUPERVISOR)
        _to_the_bank(town)
        _correct(keys)
    left = "SELECT count(*) FROM benefits_case WHERE household_key = ANY(%s) AND state <> 'paid'"
    if rows(left, keys) == [(0,)]:
        (town.folder / f"done-{number}").touch()


def _to_the_bank(town: Town) -> None:
    """Every batch that waits: released, written, taken, answered."""
    from tests.systems.benefits import bank
    from tests.systems.benefits.world import CODE, PROGRAMME, TREASURER, rows
    from todoke.kernel.errors import ErrorCode, TodokeError
    from todoke.systems.benefits import jobs
    from todoke.systems.benefits.actions.payments.take_bank_file import take_bank_file

    jobs.release_payment(CODE, by=TREASURER)
    jobs.write_bank_files(CODE, town.folder / "disk" / "out", by=TREASURER)
    for batch, digest in rows(_OPEN):
        _say(town, f"written {digest}")
        try:
            take_bank_file(programme=PROGRAMME, number=batch, by=TREASURER)
            _say(town, f"taken {digest}")
        except TodokeError as error:
            if error.code is not ErrorCode.ALREADY_DONE:
                raise
        failed = {case: "3" for (case,) in rows(_FIRST, batch)[:1]}
        bank.answer(town.folder / f"answer-{batch}.csv", PROGRAMME, batch, failed=failed)
        _say(town, f"answered {digest}")


def _correct(keys: list[str]) -> None:
    from datetime import date

    from tests.systems.benefits.test_bank_results import OTHER
    from tests.systems.benefits.world import CLERK, rows
    from todoke.systems.benefits.actions.examination.correct_account import correct_account
    from todoke.systems.benefits.rules.payments.failures import AccountSource

    for (case,) in rows(
        "SELECT id FROM benefits_case WHERE household_key = ANY(%s) AND state = 'failed'", keys
    ):
        correct_account(
            case_id=case, account=OTHER, source=AccountSource.FORM, source_on=date(2026, 1, 1), by=CLERK
        )


def _say(town: Town, line: str) -> None:
    with town.said.open("a", encoding="ascii") as out:
        out.write(f"{line}\n")
        out.flush()
        os.fsync(out.fileno())


_OPEN: Final = """
SELECT b.number, f.sha256 FROM benefits_payment_batch b JOIN benefits_bank_file f ON f.batch_id = b.id
WHERE NOT EXISTS (SELECT FROM benefits_result_file r WHERE r.batch_id = b.id) ORDER BY b.number
"""
_FIRST: Final = """
SELECT c.case_number FROM benefits_transfer t JOIN benefits_payment_batch b ON b.id = t.batch_id
JOIN benefits_payment p ON p.id = t.payment_id JOIN benefits_case c ON c.id = p.case_id
WHERE b.number = %s AND t.attempt = 1 ORDER BY c.case_number
"""
_KEPT: Final = """
SELECT 'written ' || f.sha256 FROM benefits_bank_file f
UNION SELECT 'taken ' || f.sha256 FROM benefits_bank_file f JOIN benefits_file_handover h ON h.file_id = f.id
UNION SELECT 'answered ' || f.sha256 FROM benefits_bank_file f JOIN benefits_result_file r ON r.batch_id = f.batch_id
"""
_TOTALS: Final = """
SELECT count(*), count(*) FILTER (WHERE c.state = 'paid'), sum(c.amount_yen),
    (SELECT sum(amount_yen) FROM benefits_transfer_result WHERE outcome = 'paid'),
    (SELECT sum(total_yen) FROM benefits_bank_file), (SELECT sum(amount_yen) FROM benefits_transfer_result)
FROM benefits_case c
"""


def _look_back(town: Town, instance: Instance) -> dict[str, Any]:
    """All households paid once, the sums equal, nothing acknowledged lost, and the verifier agrees with the log."""
    from tests.systems.benefits import money
    from tests.systems.benefits.world import rows
    from todoke.oplog import verify
    from todoke.sites import log_keeping
    from todoke.sites.realms import Realm

    kept = {line for (line,) in rows(_KEPT)}
    said = set(town.said.read_text(encoding="ascii").split("\n")) - {""}
    ((cases, paid, owed_yen, paid_yen, file_yen, ended_yen),) = rows(_TOTALS)
    town.wrong += money.wrong()
    log_keeping.seal(instance, Realm.CITY)
    log_keeping.export(instance, Realm.CITY, town.folder / "archive")
    report = verify.verify(town.folder / "archive", processes=0)
    return {
        "cases": cases, "paid": paid, "sums": [int(owed_yen) == int(paid_yen), int(file_yen) == int(ended_yen)],
        "acknowledged": len(said), "lost": len(said - kept), "wrong": town.wrong, "log_verified": report.verified,
        "log_faults": len(report.faults),
    }  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))) + "\n")
