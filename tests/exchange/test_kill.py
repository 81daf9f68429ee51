"""Processes and connections die on the way: nothing is lost, nothing happens twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections

from tests.exchange import parts
from tests.exchange.parts import ALIASES, CITY, PLATFORM, calls, send
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.models import OutboxMessage
from todoke.exchange.transport import InProcessTransport

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
