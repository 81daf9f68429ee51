"""Processes and connections die on the way: nothing is lost, nothing happens twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections

from tests.exchange import parts
from tests.exchange.parts import ALIASES, CITY, PLATFORM, calls, send
from tests.exchange.test_dispatch import running, until
from todoke.exchange import circuit, keys
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.models import InboxMessage, OutboxMessage
from todoke.exchange.ring import KeyRing
from todoke.exchange.transport import HttpTransport, InProcessTransport
from todoke.sites.ports import free_port

pytestmark = pytest.mark.usefixtures("databases")
CITY_ONLY = {CITY: "linkage"}


def rows() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.using("linkage").order_by("id"))


VICTIM = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from tests.exchange import parts
from todoke.exchange.dispatch import Dispatcher
inner = parts.in_process(parts.all_keys(Path(sys.argv[1])))
class Deadly:
    ring = inner.ring
    def post(self, receiver, wire, sender):
        if sys.argv[2] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        inner.post(receiver, wire, sender)
        os.kill(os.getpid(), signal.SIGKILL)
def die(key):
    os.kill(os.getpid(), signal.SIGKILL)
parts.calls.hearing = die
Dispatcher(inner if sys.argv[2] == "heard" else Deadly(), {parts.CITY: "linkage"}).drain(5)
"""


@pytest.mark.parametrize(
    ("moment", "handled_by_victim"), [("before", False), ("after", True), ("heard", True)]
)
def test_kill_9_on_the_way_has_no_double_effect(
    transport: InProcessTransport, key_root: Path, moment: str, handled_by_victim: bool
) -> None:
    """Killed before the door, between the receiver's commit and ours, and inside our last transaction."""
    send("hello", key="k")
    died = subprocess.run(
        [sys.executable, "-c", VICTIM, str(key_root), moment],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=30,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    assert rows()[0].state == "waiting"
    assert parts.notes(ALIASES[PLATFORM]) == (["handled 1"] if handled_by_victim else [])
    assert Dispatcher(transport, CITY_ONLY).drain(5) == 1
    assert calls.handled == ([] if handled_by_victim else ["hello"])
    assert parts.notes(ALIASES[PLATFORM]) == ["handled 1"]
    assert parts.notes("linkage") == ["heard k"]
    assert [answer for _, _, answer in calls.answers] == ["city:14100 said hello"]


def test_a_lost_queue_lock_does_not_lead_to_a_second_hearing(transport: InProcessTransport) -> None:
    """Our connection is cut while the message is at the door, and another dispatcher finishes it meanwhile."""
    send("hello", key="k")

    class Cut:
        ring = transport.ring

        def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
            answer = transport.post(receiver, wire, sender)
            connections["linkage"].close()  # the session lock goes with it
            assert Dispatcher(transport, CITY_ONLY).drain(5) == 1
            return answer

    Dispatcher(Cut(), CITY_ONLY).drain(0.5)
    assert calls.handled == ["hello"]
    assert parts.notes("linkage") == ["heard k"]
    assert rows()[0].attempts == 1


def test_drain_survives_a_cut_connection(transport: InProcessTransport) -> None:
    cut: list[bool] = []

    def during(key: str) -> None:
        if not cut:
            cut.append(True)
            with connections["linkage"].cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    calls.hearing = during
    send("hello", key="k")
    assert Dispatcher(transport, CITY_ONLY).drain(5) == 1
    assert calls.handled == ["hello"]
    assert parts.notes("linkage") == ["heard k"]


RECEIVER = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from tests.exchange import parts
from todoke.exchange.door import Door
from todoke.exchange.server import DoorServer
def die(text):
    if text == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)
parts.calls.during = die
door = Door(parts.all_keys(Path(sys.argv[1])), {parts.PLATFORM: parts.ALIASES[parts.PLATFORM]})
with DoorServer(door, owner="platform", port=int(sys.argv[2])):
    signal.pause()
"""


def test_a_receiver_killed_again_and_again_gets_everything_once_and_in_order(tmp_path: Path) -> None:
    """Another process behind real mutual TLS, dead in the middle of two messages: nobody does anything at the sender."""
    port = free_port()
    urls = {**parts.URLS, "platform": f"https://127.0.0.1:{port}"}
    owners = keys.owners(city="14100", neighbours=["13112"], urls=urls)
    keys.make(tmp_path, instance="testing", owners=owners)
    for number in range(12):
        send(f"{number:02d}", key=f"{number:02d}")
    transport = HttpTransport(KeyRing(tmp_path, "city"))
    with running(Dispatcher(transport, CITY_ONLY, longest_wait=timedelta(seconds=0.1), poll=0.02)):
        for last in ("03", "08", "never"):
            receiver = subprocess.Popen(
                [sys.executable, "-c", RECEIVER, str(tmp_path), str(port), last],
                cwd=Path(__file__).parents[2],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
            try:
                if last != "never":
                    assert receiver.wait(60) == -signal.SIGKILL
                    until(lambda: circuit.is_paused("linkage", CITY, PLATFORM), 20)
                else:
                    until(lambda: all(row.state == "delivered" for row in rows()), 90)
            finally:
                receiver.kill()
                receiver.wait()
    assert [key for key, _, _ in calls.answers] == [f"{number:02d}" for number in range(12)]
    handled = InboxMessage.objects.using(ALIASES[PLATFORM]).exclude(receiver="note").order_by("received_at")
    assert list(handled.values_list("message_key", flat=True)) == [f"{number:02d}" for number in range(12)]
    transport.close()
