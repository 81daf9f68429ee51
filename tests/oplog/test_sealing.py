"""What is committed is sealed, whatever the order of commits; what is sealed is verified by somebody else."""

from __future__ import annotations

import random
import re
import threading

import pytest
from django.db import connections, transaction

from tests.oplog.support import BY, DECIDE, checked, seal, write
from todoke.kernel.errors import TodokeError
from todoke.oplog import sealing, verify
from todoke.oplog.models import Operation
from todoke.oplog.record import record
from todoke.sites import log_keeping
from todoke.sites.realms import Realm

ALIAS = "benefits"


def test_sealed_entries_verify_from_the_export_alone(databases, tmp_path) -> None:
    write(ALIAS, 20)
    assert seal(databases)[ALIAS].rows == 20
    write(ALIAS, 5, start=20)
    assert seal(databases)[ALIAS].segments == 1
    write(ALIAS, 2, start=25)
    report = checked(databases, tmp_path / "out")
    assert report.faults == []
    found = {log.log: log for log in report.logs}[ALIAS]
    assert (found.verified, found.unsealed, found.segments, found.checkpoints) == (25, 2, 2, 2)
    assert verify.verify(tmp_path / "out", processes=2).verified == 25


def test_nothing_is_missed_while_transactions_overtake_each_other(databases, tmp_path) -> None:
    """Eight writers with random pauses and rollbacks; the sealer runs all the time. An id cursor loses rows here."""
    stop, cursor_missed = threading.Event(), [0]

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for n in range(60):
            with transaction.atomic(using=ALIAS):
                record(ALIAS, by=BY, verb=DECIDE, subject=f"{seed}/{n}")
                threading.Event().wait(chance.random() * 0.01)
                if chance.random() < 0.1:
                    transaction.set_rollback(True, using=ALIAS)
        connections.close_all()

    def by_id() -> None:
        seen, last = 0, 0
        while not stop.wait(0.003):
            ids = Operation.objects.using(ALIAS).filter(id__gt=last).values_list("id", flat=True)
            seen, last = seen + len(ids), max([last, *ids])
        cursor_missed[0] = seen
        connections.close_all()

    writers = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    naive = threading.Thread(target=by_id)
    with log_keeping.sealers(databases, Realm.CITY, only=lambda name: name == ALIAS) as found:
        for thread in (*writers, naive):
            thread.start()
        while any(thread.is_alive() for thread in writers):
            found[ALIAS].seal()
        stop.set()
        naive.join()
        found[ALIAS].seal()
    total = Operation.objects.using(ALIAS).count()
    report = checked(databases, tmp_path / "out")
    assert report.faults == []
    assert report.verified == total > 350
    assert cursor_missed[0] < total


def test_a_round_reads_along_the_index_and_sorts_nothing(databases) -> None:
    """Otherwise each batch of 4,096 sorts the whole log: of ten million entries that took days."""
    write(ALIAS, 3)
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {sealing._SETTLED}", ["0", 0, 4096])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "xid_id_idx" in plan
    assert not re.search(r"\bSort +\(", plan), plan


def test_of_two_sealers_one_loses(databases) -> None:
    with log_keeping.sealers(databases, Realm.CITY, only=lambda name: name == ALIAS):
        lost: list[TodokeError] = []

        def second() -> None:
            try:
                seal(databases, only=ALIAS)
            except TodokeError as error:
                lost.append(error)
            connections.close_all()

        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert [error.code.name for error in lost] == ["STATE_CONFLICT"]


def test_a_sealer_whose_lock_was_lost_cannot_fork_the_log(databases, tmp_path) -> None:
    write(ALIAS, 4)
    with log_keeping.sealers(databases, Realm.CITY, only=lambda name: name == ALIAS) as first:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
        with log_keeping.sealers(databases, Realm.CITY, only=lambda name: name == ALIAS) as second:
            second[ALIAS].seal()
            with pytest.raises(TodokeError, match="STATE_CONFLICT"):
                first[ALIAS].seal()
    assert checked(databases, tmp_path / "out").verified == 4


def test_a_long_transaction_is_reported_and_not_skipped(databases, monkeypatch) -> None:
    hold, release = threading.Event(), threading.Event()

    def long() -> None:
        with transaction.atomic(using=ALIAS):
            record(ALIAS, by=BY, verb=DECIDE, subject="long")
            hold.set()
            release.wait(20)
        connections.close_all()

    thread = threading.Thread(target=long)
    thread.start()
    hold.wait(10)
    write(ALIAS, 3)
    monkeypatch.setattr("todoke.oplog.sealing.LAG_ALARM", 0.0)
    found = seal(databases, only=ALIAS)[ALIAS]
    assert (found.rows, found.waiting, found.alarming) == (0, 3, True)
    release.set()
    thread.join()
    assert seal(databases, only=ALIAS)[ALIAS].rows == 4
