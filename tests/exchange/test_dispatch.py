"""Every message is settled once and in order, whoever else delivers, fails or dies."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction

from tests.exchange import parts
from tests.exchange.parts import (
    ALIASES,
    CITY,
    ECHO,
    NETWORK,
    OTHER,
    PLATFORM,
    UNHEARD,
    UNSERVED,
    Question,
    calls,
    send,
)
from todoke.exchange import outbox
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.models import OutboxMessage
from todoke.exchange.ring import KeyRing
from todoke.exchange.transport import InProcessTransport
from todoke.kernel.errors import ErrorCode, TodokeError

pytestmark = pytest.mark.usefixtures("databases")
CITY_ONLY = {CITY: "linkage"}


class Flaky:
    """A transport that loses what it is told to lose, before or after the door."""

    def __init__(self, inner: InProcessTransport) -> None:
        self.ring = inner.ring
        self._inner = inner
        self.lose_requests: set[str] = set()
        self.lose_answers = 0
        self.posts = 0

    def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
        self.posts += 1
        if receiver in self.lose_requests:
            raise TodokeError(ErrorCode.UNAVAILABLE, what=receiver)
        answer = self._inner.post(receiver, wire, sender)
        if self.lose_answers:
            self.lose_answers -= 1
            raise TodokeError(ErrorCode.UNAVAILABLE, what=receiver)
        return answer


def rows(alias: str = "linkage") -> list[OutboxMessage]:
    return list(OutboxMessage.objects.using(alias).order_by("id"))


@contextmanager
def running(*dispatchers: Dispatcher) -> Iterator[None]:
    stop = threading.Event()
    threads = [threading.Thread(target=dispatcher.run, args=(stop,)) for dispatcher in dispatchers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()


def until(condition: object, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_message_is_delivered_and_its_answer_heard(transport: InProcessTransport) -> None:
    send("hello", key="k")
    dispatcher = Dispatcher(transport, CITY_ONLY)
    assert dispatcher.waiting() == 1
    assert dispatcher.drain(5) == 1
    assert dispatcher.waiting() == 0
    assert calls.answers == [("k", "hello", "city:14100 said hello")]
    (row,) = rows()
    assert (row.state, row.body, row.attempts) == ("delivered", None, 1)
    assert row.answer_id is not None
    assert dispatcher.drain(0) == 0


def test_sending_needs_a_transaction_and_follows_it(transport: InProcessTransport) -> None:
    fields = {"sender": CITY, "receiver": PLATFORM, "kind": ECHO, "body": Question("x"), "key": "k"}
    with pytest.raises(TodokeError) as refused:
        outbox.send("linkage", **fields)  # type: ignore[arg-type]
    assert refused.value.code is ErrorCode.STATE_CONFLICT
    with transaction.atomic(using="linkage"):
        outbox.send("linkage", **fields)  # type: ignore[arg-type]
        transaction.set_rollback(True, using="linkage")
    assert rows() == []


def test_the_same_key_is_sent_once(transport: InProcessTransport) -> None:
    for _ in range(3):
        send("hello", key="k")
    with pytest.raises(TodokeError) as refused:
        send("goodbye", key="k")
    assert refused.value.code is ErrorCode.MESSAGE_CONFLICT
    with pytest.raises(TodokeError):
        send("hello", key="k", kind=OTHER)
    assert Dispatcher(transport, CITY_ONLY).drain(5) == 1
    send("hello", key="k")
    assert Dispatcher(transport, CITY_ONLY).drain(1) == 0
    assert calls.handled == ["hello"]


def test_a_lost_answer_is_asked_for_again_with_no_second_effect(transport: InProcessTransport) -> None:
    flaky = Flaky(transport)
    flaky.lose_answers = 2
    send("hello", key="k")
    assert Dispatcher(flaky, CITY_ONLY, longest_wait=timedelta(milliseconds=10)).drain(5) == 1
    assert flaky.posts == 3
    assert calls.handled == ["hello"]
    assert parts.notes(ALIASES[PLATFORM]) == ["handled 1"]
    assert parts.notes("linkage") == ["heard k"]
    assert rows()[0].attempts == 3


def test_an_unreachable_receiver_is_noted_and_retried_with_growing_pauses(
    transport: InProcessTransport,
) -> None:
    flaky = Flaky(transport)
    flaky.lose_requests = {PLATFORM}
    send("hello", key="k")
    dispatcher = Dispatcher(flaky, CITY_ONLY)
    assert dispatcher.drain(1.0) == 0
    (row,) = rows()
    assert (row.state, row.last_error) == ("waiting", "UNAVAILABLE")
    assert row.body is not None
    assert 3 <= row.attempts <= 5  # 0, 0.1, 0.3, 0.7 s after the start, ±20%
    flaky.lose_requests = set()
    assert dispatcher.drain(5) == 1


def test_a_blocked_queue_keeps_its_order_and_holds_up_no_other(transport: InProcessTransport) -> None:
    flaky = Flaky(transport)
    flaky.lose_requests = {PLATFORM}
    for number in range(3):
        send(f"a{number}", key=f"a{number}")
        send(f"b{number}", key=f"b{number}", receiver=NETWORK)
    dispatcher = Dispatcher(flaky, CITY_ONLY, longest_wait=timedelta(milliseconds=20))
    assert dispatcher.drain(0.3) == 3
    assert calls.handled == ["b0", "b1", "b2"]
    assert [row.attempts for row in rows() if row.receiver == PLATFORM][1:] == [0, 0]
    flaky.lose_requests = set()
    assert dispatcher.drain(5) == 3
    assert calls.handled[3:] == ["a0", "a1", "a2"]


def test_a_refused_message_leaves_its_queue(transport: InProcessTransport) -> None:
    def refuse(text: str) -> None:
        if text == "bad":
            raise TodokeError(ErrorCode.NOT_FOUND, what="x")

    calls.during = refuse
    send("bad", key="k1")
    send("good", key="k2")
    assert Dispatcher(transport, CITY_ONLY).drain(5) == 2
    assert calls.refused == [("k1", "NOT_FOUND")]
    assert [(row.state, row.last_error, row.body) for row in rows()] == [
        ("refused", "NOT_FOUND", None),
        ("delivered", "", None),
    ]


def test_a_kind_that_nobody_serves_is_refused(transport: InProcessTransport) -> None:
    send("hello", key="k", kind=UNSERVED)
    assert Dispatcher(transport, CITY_ONLY).drain(5) == 1
    assert rows()[0].last_error == "CONTRACT_UNKNOWN"


def test_nothing_leaves_when_nobody_would_hear_the_answer(transport: InProcessTransport) -> None:
    flaky = Flaky(transport)
    send("hello", key="k", kind=UNHEARD)
    assert Dispatcher(flaky, CITY_ONLY).drain(0.2) == 0
    assert flaky.posts == 0
    assert rows()[0].last_error == "CONTRACT_UNKNOWN"


def test_a_failing_callback_leaves_the_message_waiting(transport: InProcessTransport) -> None:
    def crash(key: str) -> None:
        parts.note("linkage", "half")
        raise ZeroDivisionError

    calls.hearing = crash
    send("hello", key="k")
    dispatcher = Dispatcher(transport, CITY_ONLY, longest_wait=timedelta(milliseconds=10))
    assert dispatcher.drain(0.2) == 0
    assert rows()[0].state == "waiting"
    assert rows()[0].last_error.startswith("ZeroDivisionError (crash:")
    assert parts.notes("linkage") == []
    calls.hearing = lambda key: None
    assert dispatcher.drain(5) == 1
    assert calls.handled == ["hello"]


def test_a_database_speaks_only_in_the_name_of_its_party(transport: InProcessTransport) -> None:
    with transaction.atomic(using="network"):
        outbox.send("network", sender=CITY, receiver=PLATFORM, kind=ECHO, body=Question("x"), key="k")
    dispatcher = Dispatcher(transport, ALIASES)
    assert dispatcher.drain(0.2) == 0
    assert rows("network")[0].attempts == 0


def test_many_dispatchers_deliver_each_message_once_and_in_order(transport: InProcessTransport) -> None:
    flaky = Flaky(transport)
    for number in range(60):
        send(f"{number}", key=f"{number}", receiver=(PLATFORM, NETWORK)[number % 2])
    with running(*(Dispatcher(flaky, CITY_ONLY, workers=2, poll=0.01) for _ in range(3))):
        until(lambda: all(row.state == "delivered" for row in rows()))
    assert flaky.posts == 60
    assert sorted(calls.handled, key=int) == [str(number) for number in range(60)]
    for half in (0, 1):
        assert [text for text in calls.handled if int(text) % 2 == half] == [
            str(n) for n in range(half, 60, 2)
        ]
    assert len(parts.notes("linkage")) == 60


def test_a_commit_wakes_the_dispatcher_and_a_rollback_does_not(transport: InProcessTransport) -> None:
    with running(Dispatcher(transport, CITY_ONLY, poll=4)):
        time.sleep(0.3)
        with transaction.atomic(using="linkage"):
            outbox.send("linkage", sender=CITY, receiver=PLATFORM, kind=ECHO, body=Question("x"), key="no")
            transaction.set_rollback(True, using="linkage")
        send("hello", key="k")
        until(lambda: calls.answers, 2)
    assert [key for key, _, _ in calls.answers] == ["k"]


def test_a_broken_connection_does_not_stop_the_dispatcher(transport: InProcessTransport) -> None:
    with running(Dispatcher(transport, CITY_ONLY)):
        send("one", key="k1")
        until(
            lambda: rows()[0].state == "delivered"
        )  # committed: what a callback noted in memory may be undone
        with connections["linkage"].cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            )
        send("two", key="k2")
        until(lambda: rows()[1].state == "delivered")
    assert calls.handled == ["one", "two"]
    assert parts.notes("linkage") == ["heard k1", "heard k2"]


def test_the_database_itself_guards_the_outbox(ring: KeyRing) -> None:
    send("hello", key="k")
    messages = OutboxMessage.objects.using("linkage")
    for name, values in (
        ("outbox_body_only_while_waiting", {"body": None}),
        ("outbox_body_only_while_waiting", {"state": "delivered"}),
        ("outbox_not_to_itself", {"receiver": CITY}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic(using="linkage"):
            messages.update(**values)


@pytest.mark.parametrize("alias", ["linkage", "intermediary_13112"])
def test_bodies_are_stored_as_they_are(alias: str) -> None:
    """Compression would cost more than everything else; a cloned database must have it off too."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT attstorage FROM pg_attribute WHERE (attrelid, attname) IN"
            " (('exchange_outbox'::regclass, 'body'), ('exchange_inbox'::regclass, 'answer'))"
        )
        assert cursor.fetchall() == [("e",)]


def test_a_queue_that_is_never_empty_keeps_no_other_out(transport: InProcessTransport) -> None:
    def one_more(text: str) -> None:
        if text.startswith("a") and len(calls.handled) < 30:
            send("a", key=f"a{len(calls.handled)}", receiver=NETWORK)

    calls.during = one_more
    send("a", key="a", receiver=NETWORK)
    send("b", key="b")
    with running(Dispatcher(transport, CITY_ONLY, workers=1)):
        until(lambda: "b" in calls.handled and len(calls.handled) >= 30)
    assert calls.handled.index("b") < 10
