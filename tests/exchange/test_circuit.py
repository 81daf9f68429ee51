"""A receiver that is down or closed is left alone, and sending goes on by itself: once each, in order, nothing lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.clocks import Clock
from tests.exchange import parts
from tests.exchange.parts import CITY, ECHO, NETWORK, OTHER, PLATFORM, calls, send
from tests.exchange.test_dispatch import CITY_ONLY, Flaky, running, until
from todoke.exchange import circuit
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.models import OutboxMessage, Pause, Receiver, ReceiverChange, ReceiverState
from todoke.exchange.ring import KeyRing
from todoke.exchange.transport import InProcessTransport
from todoke.kernel.errors import ErrorCode, TodokeError

pytestmark = pytest.mark.usefixtures("databases")
ALIAS = "linkage"


def drain_until(dispatcher: Dispatcher, condition: Callable[[], bool], moved: Clock | None = None) -> None:
    """Short drains until the condition holds; a stopped clock goes on by some milliseconds each time."""
    for _ in range(400):
        if condition():
            return
        dispatcher.drain(0.05)
        if moved:
            moved.ahead += timedelta(milliseconds=2)
    raise AssertionError("it never came to that")


@pytest.fixture
def wire(ring: KeyRing) -> Flaky:
    return Flaky(parts.in_process(ring))


def standing(receiver: str = PLATFORM) -> Receiver:
    return Receiver.objects.using(ALIAS).get(sender=CITY, receiver=receiver)


def changes(receiver: str = PLATFORM) -> list[tuple[str, str]]:
    rows = ReceiverChange.objects.using(ALIAS).filter(receiver=receiver).order_by("id")
    return list(rows.values_list("state", "reason"))


def at_rest(wire: Flaky) -> bool:
    """Whether no try is under way, the clock standing still."""
    before = (wire.posts, standing().failures)
    time.sleep(0.5)
    return before == (wire.posts, standing().failures)


def waiting() -> int:
    return OutboxMessage.objects.using(ALIAS).filter(state=OutboxMessage.State.WAITING).count()


def test_after_three_unanswered_messages_nothing_is_sent_but_one_try_at_a_time(
    wire: Flaky, moved: Clock
) -> None:
    for kind in (ECHO, OTHER):
        for number in range(5):
            send(f"{kind.name} {number}", key=f"{kind.name} {number}", kind=kind)
    wire.lose_requests = {PLATFORM}
    moved.stop()
    dispatcher = Dispatcher(wire, CITY_ONLY, longest_wait=timedelta(milliseconds=1))
    drain_until(dispatcher, lambda: circuit.is_paused(ALIAS, CITY, PLATFORM), moved)
    assert wire.posts == circuit.AFTER
    dispatcher.drain(0.3)
    assert wire.posts == circuit.AFTER
    moved.ahead += timedelta(seconds=2)
    drain_until(dispatcher, lambda: wire.posts > circuit.AFTER)
    dispatcher.drain(0.3)
    assert wire.posts == circuit.AFTER + 1
    assert waiting() == 10


def test_pauses_grow_up_to_the_longest(wire: Flaky, moved: Clock) -> None:
    send("lost", key="lost")
    wire.lose_requests = {PLATFORM}
    moved.stop()
    dispatcher = Dispatcher(wire, CITY_ONLY, longest_wait=timedelta(milliseconds=1))
    drain_until(dispatcher, lambda: circuit.is_paused(ALIAS, CITY, PLATFORM), moved)
    pauses = []
    for _ in range(10):
        pauses.append((standing().next_try_at or moved.now()) - moved.now())
        moved.ahead += pauses[-1] + timedelta(milliseconds=5)
        tried = wire.posts
        drain_until(dispatcher, lambda tried=tried: wire.posts > tried)  # type: ignore[misc]
    assert pauses[0] < timedelta(seconds=1.3)
    assert all(pause <= circuit.LONGEST * 1.2 for pause in pauses)
    assert pauses[-1] > circuit.LONGEST * 0.7
    assert changes() == [("paused", "unreachable")]


def test_down_for_a_day_then_everything_is_delivered_once_and_in_order_by_itself(
    wire: Flaky, moved: Clock
) -> None:
    wire.lose_requests = {PLATFORM}
    dispatcher = Dispatcher(wire, CITY_ONLY, longest_wait=timedelta(milliseconds=20), poll=0.01)
    with running(dispatcher):
        for hour in range(24):
            for number in range(4):
                send(f"{hour:02d}.{number}", key=f"{hour:02d}.{number}")
            moved.ahead += timedelta(hours=1)
        until(lambda: standing().state == ReceiverState.PAUSED)
        moved.stop()  # a try that fails while the clock is moved would be followed by a pause from the new time on
        until(lambda: at_rest(wire))
        tries = wire.posts
        wire.lose_requests = set()
        moved.ahead += circuit.LONGEST * 2
        until(lambda: waiting() == 0, 30)
    assert tries < 24 * 4
    assert calls.handled == sorted(calls.handled)
    assert calls.handled == [f"{hour:02d}.{number}" for hour in range(24) for number in range(4)]
    assert [key for key, _, _ in calls.answers] == calls.handled
    assert changes() == [("paused", "unreachable"), ("open", "")]
    assert standing().failures == 0


def test_killed_while_receiving_nothing_is_lost_or_done_twice(wire: Flaky, moved: Clock) -> None:
    """The receiver did its work, committed, and died before it could answer: the repeat hears the first answer."""
    dead = threading.Event()

    def die(text: str) -> None:
        if text == "3" and not dead.is_set():
            dead.set()
            wire.lose_answers, wire.lose_requests = 1, {PLATFORM}

    calls.during = die
    for number in range(8):
        send(str(number), key=str(number))
    dispatcher = Dispatcher(wire, CITY_ONLY, longest_wait=timedelta(milliseconds=1))
    drain_until(dispatcher, lambda: len(calls.handled) == 4)
    assert (calls.handled, waiting()) == (["0", "1", "2", "3"], 5)
    wire.lose_requests = set()
    moved.ahead = timedelta(minutes=5)
    dispatcher.drain(10)
    assert calls.handled == [str(number) for number in range(8)]
    assert [key for key, _, _ in calls.answers] == calls.handled


def test_another_receiver_is_served_while_one_is_paused(wire: Flaky) -> None:
    send("to the platform", key="p")
    send("to the network", key="n", receiver=NETWORK)
    wire.lose_requests = {PLATFORM}
    dispatcher = Dispatcher(wire, CITY_ONLY, longest_wait=timedelta(milliseconds=1))
    drain_until(dispatcher, lambda: bool(calls.handled) and circuit.is_paused(ALIAS, CITY, PLATFORM))
    assert calls.handled == ["to the network"]
    assert circuit.is_paused(ALIAS, CITY, PLATFORM)
    assert not circuit.is_paused(ALIAS, CITY, NETWORK)


def test_a_receiver_that_takes_nothing_now_is_left_alone_at_the_first_word(
    transport: InProcessTransport, moved: Clock
) -> None:
    closed = True

    def refuse(_: str) -> None:
        if closed:
            raise TodokeError(ErrorCode.SERVICE_CLOSED, what=PLATFORM, reason="計画停止")

    calls.during = refuse
    for number in range(4):
        send(str(number), key=str(number))
    moved.stop()
    dispatcher = Dispatcher(transport, CITY_ONLY, longest_wait=timedelta(milliseconds=1))
    drain_until(dispatcher, lambda: circuit.is_paused(ALIAS, CITY, PLATFORM))
    dispatcher.drain(0.2)
    assert calls.handled == ["0"]
    assert standing().reason == Pause.NOT_ACCEPTING
    closed = False
    moved.ahead += timedelta(minutes=2)
    dispatcher.drain(10)
    assert calls.handled == ["0", "0", "1", "2", "3"]
    assert parts.notes("intermediary_14100") == [f"handled {n}" for n in (2, 3, 4, 5)]


def test_a_kind_in_trouble_of_its_own_pauses_nobody(transport: InProcessTransport) -> None:
    def broken(text: str) -> None:
        if text == "broken":
            raise RuntimeError

    calls.during = broken
    send("broken", key="broken")
    for number in range(5):
        send(str(number), key=str(number), kind=OTHER)
    drain_until(
        Dispatcher(transport, CITY_ONLY, longest_wait=timedelta(milliseconds=1)), lambda: waiting() == 1
    )
    assert not circuit.is_paused(ALIAS, CITY, PLATFORM)
    assert (waiting(), changes()) == (1, [])


def test_of_many_who_ask_one_makes_the_try(moved: Clock) -> None:
    moved.stop()
    for _ in range(circuit.AFTER):
        circuit.unanswered(ALIAS, CITY, PLATFORM)
    assert not circuit.may_send(ALIAS, CITY, PLATFORM)
    moved.ahead = timedelta(seconds=5)
    assert [circuit.may_send(ALIAS, CITY, PLATFORM) for _ in range(4)] == [True, False, False, False]
    moved.ahead += circuit.LONGEST  # whoever took the try died: the next one is made
    assert circuit.may_send(ALIAS, CITY, PLATFORM)
