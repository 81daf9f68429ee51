"""Processes killed anywhere, full disks, half-written files, and a mark that is set while the answer is made."""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections

from tests.faults import scenes
from tests.faults.checking import assert_kept
from tests.faults.dying import forked, full_disk, killed_at
from tests.faults.transports import Carrier
from tests.systems.three_towns import EAST, HOME, NETWORK_STAFF, WEST, Towns, alias, inquiry, items
from todoke.access import parties as actors
from todoke.contracts.exchange_records import Side
from todoke.contracts.information import Outcome
from todoke.exchange import circuit, keys
from todoke.exchange.directory import FILE_NAME
from todoke.exchange.door import Door
from todoke.exchange.server import DoorServer
from todoke.exchange.transport import HttpTransport
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.sites.ports import free_port
from todoke.systems.intermediary import needs, queries, serves
from todoke.systems.intermediary.actions import compare_records as comparison
from todoke.systems.intermediary.actions import receive_results
from todoke.systems.network import queries as network_queries
from todoke.systems.network.actions.export_records import export_records
from todoke.systems.network.actions.load_register import load_register
from todoke.systems.network.actions.settle_discrepancies import settle_discrepancies

SOON = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit, "FIRST", timedelta(milliseconds=10))
    monkeypatch.setattr(circuit, "LONGEST", timedelta(milliseconds=50))


def _killed(towns: Towns, points: range) -> int:
    killed = 0
    for point in points:
        record_id, person = f"k{point}", 1 + point % 4
        assert towns.inquire([inquiry(record_id, person, EAST if point % 2 else WEST)]) == [""]
        killed += killed_at(point, lambda: towns.dispatcher().drain(10))
        assert_kept(towns, grace=SOON)
        towns.deliver()
        result = towns.results()[record_id]
        assert result.items == (() if (person, point % 2) == (3, 1) else items(person))
    assert_kept(towns)
    return killed


def test_kill_9_at_many_statements_and_commits_of_an_exchange(towns: Towns) -> None:
    """All three parties run in the process that dies; whatever it was doing is done once, after a restart."""
    assert _killed(scenes.ready(towns, held=[3]), range(1, 120, 9)) >= 12


@pytest.mark.slow
def test_kill_9_at_every_statement_and_commit_of_an_exchange(towns: Towns) -> None:
    assert _killed(scenes.ready(towns, held=[3]), range(1, 140)) > 100


class _RealPlatform(Carrier):
    """The platform is reached over mutual TLS in another process; the network is in this one."""

    def __init__(self, towns: Towns, wire: HttpTransport) -> None:
        super().__init__(towns.transport)
        self.wire = wire

    def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
        far = receiver.startswith("platform:")
        return (self.wire if far else self.inner).post(receiver, wire, sender)


@pytest.fixture
def far_platform(towns: Towns) -> Iterator[tuple[Towns, int]]:
    """The directory points to a free port for the platform's door."""
    port = free_port()
    urls = {
        **dict.fromkeys(("city", "national"), "https://127.0.0.1:1"),
        "platform": f"https://127.0.0.1:{port}",
    }
    keys.make(
        towns.folder, instance="towns", owners=keys.owners(city=HOME, neighbours=[EAST, WEST], urls=urls)
    )
    wire = HttpTransport(towns.ring, patience=10)
    yield towns, port
    wire.close()


def _serve(towns: Towns, port: int) -> None:
    with DoorServer(Door(towns.ring, towns.parties), owner="platform", port=port):
        time.sleep(60)


def _until_open(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("no door")


def test_a_platform_process_killed_again_and_again_behind_real_tls(far_platform: tuple[Towns, int]) -> None:
    towns, port = far_platform
    inner = scenes.ready(towns).transport
    wire = HttpTransport(towns.ring, patience=0)
    for round_, point in enumerate((4, 12, 21, 33)):
        towns.transport = inner
        scenes.ask(towns, f"r{round_}", 1 + round_)
        child = forked(point, lambda: _serve(towns, port))
        try:
            _until_open(port)
            towns.transport = _RealPlatform(towns, wire)
            towns.transport.inner = inner
            end = time.monotonic() + 10
            while os.waitpid(child, os.WNOHANG)[0] == 0 and time.monotonic() < end:
                if not towns.dispatcher().drain(0.3) and not towns.dispatcher().waiting():
                    os.kill(child, signal.SIGKILL)
        except ChildProcessError:
            pass
        assert_kept(towns, grace=SOON)
        wire.close()
    child = forked(0, lambda: _serve(towns, port))
    try:
        _until_open(port)
        towns.transport = _RealPlatform(towns, wire)
        towns.transport.inner = inner
        towns.deliver()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        wire.close()
        towns.transport = inner
    assert {name: r.items for name, r in towns.results().items()} == {f"r{n}": items(1 + n) for n in range(4)}
    assert_kept(towns)


@pytest.mark.parametrize("where", [alias(HOME), "network", alias(EAST)])
def test_a_database_without_room_loses_nothing(towns: Towns, where: str) -> None:
    scenes.ready(towns)
    scenes.ask(towns)
    with full_disk(where) as refused:
        towns.dispatcher().drain(0.5)
        assert refused[0]
    assert_kept(towns, grace=SOON)
    towns.deliver()
    assert towns.results()["r1"].items == items(1)
    assert_kept(towns)


def test_room_that_ends_at_any_write_undoes_the_whole_step(towns: Towns) -> None:
    scenes.ready(towns)
    undone = 0
    for write in range(1, 14, 2):
        scenes.ask(towns, f"w{write}", 1 + write % 4)
        with full_disk("", from_write=write, writes=2) as refused:
            towns.dispatcher().drain(0.4)
        undone += bool(refused[0])
        assert_kept(towns, grace=SOON)
        towns.deliver()
        assert towns.results()[f"w{write}"].items == items(1 + write % 4)
    assert undone >= 6
    assert_kept(towns)


def test_a_disk_that_is_full_leaves_no_half_file_under_its_name(towns: Towns) -> None:
    """/dev/full: the kernel itself says ENOSPC to every byte."""
    scenes.ready(towns)
    scenes.ask(towns)
    towns.deliver()
    out = towns.folder / "records.csv"
    out.with_name("records.csv.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        export_records(out=out, by=NETWORK_STAFF)
    assert not out.exists()


def test_a_half_written_register_is_refused_whole(towns: Towns) -> None:
    scenes.ready(towns)
    before = towns.rows("network", "SELECT count(*) FROM network_registered_number")
    whole = (towns.folder / "juki.csv").read_bytes()
    half = towns.folder / "half.csv"
    half.write_bytes(whole[:-9])
    with pytest.raises(InputRefused):
        load_register(file=half, by=NETWORK_STAFF)
    assert towns.rows("network", "SELECT count(*) FROM network_registered_number") == before


def test_a_half_written_directory_stops_messages_until_it_is_whole(towns: Towns) -> None:
    scenes.ready(towns)
    scenes.ask(towns)
    file = towns.folder / FILE_NAME
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    towns.dispatcher().drain(0.3)
    assert towns.rows(alias(HOME), "SELECT last_error FROM exchange_outbox WHERE state = 'waiting'") == [
        ("SETUP_MISSING",)
    ]
    file.write_bytes(whole)
    towns.deliver()
    assert towns.results()["r1"].items == items(1)
    assert_kept(towns)


def _mark_meanwhile(towns: Towns, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Set 自動応答不可 while the answer is made; in which order the two became true."""
    order: list[str] = []
    real = needs.send_answers

    def register() -> None:
        try:
            towns.register(EAST, [1], held=[1])
            order.append("marked")
        finally:
            connections.close_all()

    thread = threading.Thread(target=register)

    def sending(where: str, routed: object) -> None:
        if not thread.ident:
            thread.start()
            thread.join(1.0)
        real(where, routed)  # type: ignore[arg-type]
        order.append("answered")

    monkeypatch.setattr(needs, "send_answers", sending)
    scenes.ask(towns)
    towns.deliver()
    thread.join(20)
    return order


def test_a_mark_set_while_the_answer_is_made_waits_for_it_and_holds_the_next(
    towns: Towns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either the mark comes first and the request is held, or the answer was given before there was a mark."""
    assert _mark_meanwhile(scenes.ready(towns), monkeypatch) == ["answered", "marked"]
    assert_kept(towns)
    scenes.ask(towns, "r2")
    towns.deliver()
    assert towns.results()["r2"].outcome is Outcome.HELD
    assert_kept(towns)


@pytest.mark.parametrize("looked_again", [True, False])
def test_without_the_lock_a_marked_person_is_answered(
    towns: Towns, monkeypatch: pytest.MonkeyPatch, *, looked_again: bool
) -> None:
    """The guard `mark_locked` of the model, taken away; the last look before sending would still hold the answer back."""
    scenes.ready(towns)
    monkeypatch.setattr(queries, "lock_replicas", lambda *_, **__: None)
    if not looked_again:
        monkeypatch.setattr(serves, "hold_back", lambda **_: None)
    assert _mark_meanwhile(towns, monkeypatch) == ["marked", "answered"]
    found = towns.results()["r1"]
    assert (found.outcome is Outcome.HELD, found.items) == (looked_again, () if looked_again else items(1))


def _without_records(towns: Towns, count: int) -> None:
    """HOME's records are lost (an old backup, say): its exchanges are made without them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(receive_results, "_RECORDED", "SELECT 1")
        for number in range(count):
            scenes.ask(towns, f"r{number}")
        towns.deliver()


def test_a_comparison_that_was_stopped_goes_on_where_it_stood(
    towns: Towns, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes.ready(towns)
    for number in range(5):
        scenes.ask(towns, f"a{number}")
    towns.deliver()
    _without_records(towns, 2)
    monkeypatch.setattr(comparison, "_INTERVAL", comparison._INTERVAL.replace("LIMIT 5000", "LIMIT 2"))
    monkeypatch.setattr(comparison, "PAGE", 2)
    shown: list[int] = []
    real = needs.show_records

    def dying(where: str, side: Side, records: list[object], **named: object) -> object:
        if len(shown) == 2:
            raise TodokeError(ErrorCode.UNAVAILABLE, what="network")
        shown.append(len(records))
        return real(where, side, records, **named)  # type: ignore[arg-type]

    by = actors.housekeeper()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(needs, "show_records", dying)
        with pytest.raises(TodokeError):
            comparison.compare_records(alias=alias(HOME), by=by, grace=timedelta(seconds=-5))
    assert shown == [2, 2]
    done = comparison.compare_records(alias=alias(HOME), by=by, grace=timedelta(seconds=-5))[Side.INQUIRER]
    assert (done.compared, done.differing, done.unsettled) == (7, 2, 2)
    assert_kept(towns)
    found = network_queries.open_discrepancies()
    assert [(d.side, d.difference, d.here, d.there) for d in found] == [
        ("inquirer", "missing_there", "answered", "")
    ] * 2
    with pytest.raises(TodokeError, match="理由"):
        settle_discrepancies(ids=[found[0].pk], reason=" ", by=NETWORK_STAFF)
    assert settle_discrepancies(ids=[d.pk for d in found], reason="復旧時の欠落", by=NETWORK_STAFF) == 2
    again = comparison.compare_records(alias=alias(HOME), by=by, whole=True, grace=timedelta(seconds=-5))
    assert again[Side.INQUIRER].differing == 2
    assert network_queries.open_discrepancies() == []  # settled, and the difference is still the same one
    assert_kept(towns)
