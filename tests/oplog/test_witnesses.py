"""Realms witness each other's logs through the real doors; what does not continue is refused, loudly."""

from __future__ import annotations

import pytest
from django.db import connections, transaction

from tests.oplog.support import checked, owner, seal, unguarded, write
from todoke.exchange import keys as exchange_keys
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.models import OutboxMessage
from todoke.exchange.ring import KeyRing
from todoke.exchange.transport import InProcessTransport
from todoke.kernel.errors import TodokeError
from todoke.oplog.models import Operation
from todoke.sites import log_keeping, wiring, witnessing
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm

ALIAS = "benefits"


@pytest.fixture
def world(databases: Instance) -> Instance:
    exchange_keys.init(databases.path)
    return databases


def deliver(instance: Instance, *, down: tuple[Realm, ...] = ()) -> None:
    """Every realm's dispatcher empties its outboxes, into the doors of the realms that are up."""
    ring = KeyRing(instance.path, *[realm.value for realm in Realm])
    doors = {
        party: wiring.door(realm, instance)
        for realm in Realm
        if realm not in down
        for party in wiring.doorplates(realm, instance)
    }

    transport = InProcessTransport(ring, doors)
    for realm in Realm:
        Dispatcher(transport, wiring.doorplates(realm, instance)).drain(0.5 if down else 5)


def rows(alias: str, statement: str) -> list[tuple]:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def round_trip(instance: Instance) -> None:
    seal(instance)
    witnessing.send_checkpoints(instance, Realm.CITY)
    deliver(instance)


@pytest.fixture
def witnessed(world: Instance) -> Instance:
    """Two checkpoints of the city's log are held by both other realms."""
    for start in (0, 6):
        write(ALIAS, 6, start=start)
        round_trip(world)
    return world


def test_both_other_realms_hold_and_sign_what_was_sealed(witnessed, tmp_path) -> None:
    for alias in ("network", "intermediary_14100"):
        assert rows(alias, "SELECT origin, size FROM oplog_witnessed ORDER BY size") == [
            (f"todoke.{witnessed.name}/log/{ALIAS}", 1),
            (f"todoke.{witnessed.name}/log/{ALIAS}", 2),
        ]
    log_keeping.export(witnessed, Realm.NATIONAL, tmp_path / "national")
    report = checked(witnessed, tmp_path / "city", witnesses=[tmp_path / "national"])
    assert report.faults == []
    found = {log.log: log for log in report.logs}[ALIAS]
    assert (found.verified, found.witnessed) == (
        12,
        6,
    )  # 2 × 2 signatures in our own hands, 2 in the network's
    assert not Operation.objects.using("network").exists()  # a success is no entry: it would go on for ever


def test_every_realm_is_witnessed(world) -> None:
    for alias in ("network", "intermediary_13112", "directory_platform"):
        write(alias, 1)
    for realm in Realm:
        seal(world, realm)
        witnessing.send_checkpoints(world, realm)
    deliver(world)
    assert len(rows("linkage", "SELECT FROM oplog_witnessed")) == 3
    assert len(rows("network", "SELECT FROM oplog_cosignature")) == 2
    assert len(rows("intermediary_13112", "SELECT FROM oplog_cosignature")) == 2
    assert len(rows("intermediary_14100", "SELECT FROM oplog_cosignature")) == 2  # for the directory


def test_a_realm_that_is_down_holds_nobody_up_and_signs_later(world) -> None:
    for start in range(0, 9, 3):
        write(ALIAS, 3, start=start)
        seal(world)
        witnessing.send_checkpoints(world, Realm.CITY)
        deliver(world, down=(Realm.NATIONAL,))
    assert rows("intermediary_14100", "SELECT max(size) FROM oplog_witnessed") == [(3,)]
    assert OutboxMessage.objects.using("linkage").filter(state="waiting").count() == 1
    connections["linkage"].close()
    with transaction.atomic(using="linkage"):
        OutboxMessage.objects.using("linkage").update(next_attempt_at="2000-01-01T00:00Z")
    deliver(world)
    round_trip(world)
    assert rows("network", "SELECT size FROM oplog_witnessed ORDER BY size") == [(1,), (3,)]


def test_a_lost_answer_is_made_up_for(witnessed, server) -> None:
    """Our copy of the signatures is gone: the witness says what it holds, and is given a proof from there."""
    with owner(witnessed, server, "linkage") as connection, unguarded(connection, "oplog_cosignature"):
        connection.execute("DELETE FROM oplog_cosignature")
    write(ALIAS, 2, start=12)
    round_trip(witnessed)
    assert rows("network", "SELECT max(size) FROM oplog_witnessed") == [(3,)]
    assert rows("linkage", "SELECT DISTINCT size FROM oplog_cosignature") == [(3,)]


TABLES = ("oplog_segment", "oplog_mark", "oplog_checkpoint", "oplog_operation")


def _restore(connection, segments: int) -> None:
    """The database as an older backup has it: of all later segments no trace."""
    connection.execute("DELETE FROM oplog_checkpoint WHERE size > %s", [segments])
    last = "SELECT coalesce(max(last_id), 0) FROM oplog_segment WHERE seg < %s"
    connection.execute(f"DELETE FROM oplog_operation WHERE id > ({last})", [segments])
    connection.execute("DELETE FROM oplog_mark WHERE seg >= %s", [segments])
    connection.execute("DELETE FROM oplog_segment WHERE seg >= %s", [segments])


@pytest.mark.parametrize(("kept", "written"), [(0, 1), (1, 1), (1, 2)])
def test_a_rewritten_log_is_refused_and_both_sides_log_it(witnessed, server, kept: int, written: int) -> None:
    """Rolled back and gone on (smaller), rewritten to the same size (split view), rewritten and longer (fork)."""
    with owner(witnessed, server, ALIAS) as connection, unguarded(connection, *TABLES):
        _restore(connection, kept)
    with owner(witnessed, server, "linkage") as connection, unguarded(connection, "oplog_cosignature"):
        connection.execute("DELETE FROM oplog_cosignature WHERE size > %s", [kept])
    for n in range(written):
        write(ALIAS, 2, start=50 + n)
        seal(witnessed)
    witnessing.send_checkpoints(witnessed, Realm.CITY)
    deliver(witnessed)
    for alias in ("network", "intermediary_14100"):
        entry = Operation.objects.using(alias).get()
        assert (entry.verb, entry.outcome) == (witnessing.REFUSED, "refused")
        assert "LOG_FORKED" in entry.subject
        assert rows(alias, "SELECT max(size) FROM oplog_witnessed") == [(2,)]
    assert Operation.objects.using("linkage").filter(verb=witnessing.REFUSED).count() == 2


def test_nobody_witnesses_for_somebody_else(world) -> None:
    """The network sends a checkpoint of the city's log; the city's own key on it does not help."""
    write(ALIAS, 2)
    seal(world)
    (note,) = rows(ALIAS, "SELECT note FROM oplog_checkpoint")[0]
    body = witnessing.CheckpointNote(log=ALIAS, note=note, old=0, proof=[])
    with pytest.raises(TodokeError, match="MESSAGE_INVALID"):
        witnessing.checkpoint_arrived("intermediary_14100", "network", body)
    assert Operation.objects.using("intermediary_14100").get().outcome == "refused"
