"""Messages that wait together travel together, and each is still settled once, for itself, whatever dies."""

from __future__ import annotations

import msgspec
import pytest
from django.db import connections, transaction

from tests.exchange import parts
from tests.exchange.parts import CITY, PLATFORM, Reply, calls
from tests.exchange.test_dispatch import CITY_ONLY, Flaky, rows, running, until
from todoke.engine import postgres
from todoke.exchange import outbox, parcels
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.facts import FACTS
from todoke.exchange.handlers import before_sending, handles, on_answer, on_refusal
from todoke.exchange.kinds import MessageKind, join_records
from todoke.exchange.models import OutboxMessage
from todoke.exchange.transport import InProcessTransport
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

pytestmark = pytest.mark.usefixtures("databases")


class Bunch(msgspec.Struct, frozen=True):
    records: list[str]
    of: str = ""


BUNCH = MessageKind("tests.bunch.v1", Bunch, Reply, join=join_records)


@handles(BUNCH, senders=lambda _alias, sender: sender == CITY)
def _take(alias: str, _sender: str, body: Bunch) -> Reply:
    calls.handled.append(",".join(body.records))
    parts.note(alias, f"took {','.join(body.records)}")
    if "bad" in body.records:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="bad")
    return Reply("", len(body.records))


@on_answer(BUNCH)
def _heard(alias: str, key: str, body: Bunch, answer: Reply) -> None:
    calls.answers.append((key, ",".join(body.records), str(answer.number)))


@on_refusal(BUNCH)
def _refused(_alias: str, _key: str, body: Bunch, error_code: str) -> None:
    calls.refused.append((",".join(body.records), error_code))


protected: set[str] = set()


@before_sending(BUNCH)
def _look(_alias: str, body: Bunch) -> Bunch | None:
    if not protected & set(body.records):
        return None
    return Bunch(["held" if record in protected else record for record in body.records], body.of)


def send(*records: str, of: str = "") -> None:
    with transaction.atomic(using="linkage"):
        key = f"key {records[0]}"
        body = Bunch(list(records), of)
        outbox.send("linkage", sender=CITY, receiver=PLATFORM, kind=BUNCH, body=body, key=key)


def states() -> dict[str, str]:
    return {row.message_key: row.state for row in rows()}


def test_what_waits_together_travels_as_one_and_each_is_settled(transport: InProcessTransport) -> None:
    flaky = Flaky(transport)
    for name in "abc":
        send(name, name * 2)
    assert Dispatcher(flaky, CITY_ONLY).drain(5) == 3
    assert flaky.posts == 1
    assert calls.handled == ["a,aa,b,bb,c,cc"]
    assert [answer[1:] for answer in calls.answers] == [("a,aa,b,bb,c,cc", "6")]
    found = rows()
    assert {(row.state, row.body, row.attempts) for row in found} == {("delivered", None, 1)}
    assert len({row.answer_id for row in found}) == 1
    assert len({row.parcel for row in found}) == 1


def test_one_alone_keeps_its_own_key(transport: InProcessTransport) -> None:
    send("a")
    Dispatcher(transport, CITY_ONLY).drain(5)
    (row,) = rows()
    assert row.parcel == row.message_key == calls.answers[0][0]


def test_a_parcel_whose_answer_was_lost_is_repeated_as_it_was(transport: InProcessTransport) -> None:
    flaky = Flaky(transport)
    flaky.lose_answers = 1
    send("a")
    send("b")
    until(lambda: Dispatcher(flaky, CITY_ONLY).drain(0.01) or flaky.posts, seconds=30)
    send("c")  # came later: does not slip into what may have arrived already
    with running(Dispatcher(flaky, CITY_ONLY)):
        until(lambda: set(states().values()) == {"delivered"}, seconds=30)
    assert calls.handled == ["a,b", "c"]
    assert parts.notes(parts.ALIASES[PLATFORM]) == ["took a,b", "took c"]


def test_other_bytes_never_travel_under_a_key_that_was_used(transport: InProcessTransport) -> None:
    """Say, after an update that writes a body otherwise: the receiver may have done the parcel already."""
    flaky = Flaky(transport)
    flaky.lose_answers = 1
    send("a")
    send("b")
    until(lambda: Dispatcher(flaky, CITY_ONLY).drain(0.01) or flaky.posts, seconds=30)
    OutboxMessage.objects.using("linkage").update(sent_sha256="0" * 64, next_attempt_at=clock.now())
    Dispatcher(flaky, CITY_ONLY).drain(1)
    assert set(states().values()) == {"waiting"}
    assert {row.last_error for row in rows()} >= {"INPUT_CHANGED"}
    assert (flaky.posts, calls.handled) == (1, ["a,b"])


def test_the_evidence_shows_what_travelled(transport: InProcessTransport) -> None:
    send("a")
    send("b")
    Dispatcher(transport, CITY_ONLY).drain(5)
    sent = {row[3:5] for row in postgres.fetch("linkage", FACTS["outbox"])}
    inbox = postgres.fetch(parts.ALIASES[PLATFORM], FACTS["inbox"])
    taken = {(row[3], row[4]) for row in inbox if row[2] == BUNCH.name}
    assert sent == taken
    assert len(taken) == 1


def test_a_last_look_changes_its_own_message_of_a_parcel(
    transport: InProcessTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        send(name)
    monkeypatch.setattr(f"{__name__}.protected", {"b"})
    assert Dispatcher(transport, CITY_ONLY).drain(30) == 3
    assert calls.handled == ["a,held,c"]
    sent = {row[3:5] for row in postgres.fetch("linkage", FACTS["outbox"])}
    inbox = postgres.fetch(parts.ALIASES[PLATFORM], FACTS["inbox"])
    assert sent == {(row[3], row[4]) for row in inbox if row[2] == BUNCH.name}


def test_a_parcel_that_may_have_arrived_is_not_done_again_in_other_words(
    transport: InProcessTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    flaky = Flaky(transport)
    flaky.lose_answers = 1
    send("a")
    send("b")
    until(lambda: Dispatcher(flaky, CITY_ONLY).drain(0.01) or flaky.posts, seconds=30)
    monkeypatch.setattr(f"{__name__}.protected", {"b"})
    Dispatcher(flaky, CITY_ONLY).drain(30)
    assert calls.handled == ["a,b"]
    assert set(states().values()) == {"refused"}
    assert calls.refused == [("a,held", "MESSAGE_CONFLICT")]


def test_stopped_between_tying_and_sending(transport: InProcessTransport) -> None:
    class Dies(Flaky):
        def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
            raise KeyboardInterrupt

    send("a")
    send("b")
    with pytest.raises(KeyboardInterrupt):
        Dispatcher(Dies(transport), CITY_ONLY).drain(1)
    connections["linkage"].close()
    send("c")
    assert Dispatcher(transport, CITY_ONLY).drain(5) == 3
    assert calls.handled == ["a,b", "c"]


def test_a_refused_parcel_is_untied_and_only_the_bad_one_refused(transport: InProcessTransport) -> None:
    for name in ("a", "bad", "c"):
        send(name)
    Dispatcher(transport, CITY_ONLY).drain(5)
    assert states() == {"key a": "delivered", "key bad": "refused", "key c": "delivered"}
    assert parts.notes(parts.ALIASES[PLATFORM]) == ["took a", "took c"]
    assert calls.refused == [("bad", "RECORD_INVALID")]
    assert [answer[1] for answer in calls.answers] == ["a", "c"]


def test_what_differs_otherwise_is_not_joined(transport: InProcessTransport) -> None:
    send("a", of="x")
    send("b", of="y")
    assert Dispatcher(transport, CITY_ONLY).drain(5) == 2
    assert calls.handled == ["a", "b"]


def test_a_parcel_has_a_size(transport: InProcessTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcels, "MAX_BYTES", 60)
    for name in "abcd":
        send(name)
    send("e" * 100)  # larger than any parcel: goes alone
    Dispatcher(transport, CITY_ONLY).drain(5)
    assert calls.handled == ["a,b", "c,d", "e" * 100]


def test_many_dispatchers_and_parcels_deliver_everything_once(transport: InProcessTransport) -> None:
    with running(*(Dispatcher(transport, CITY_ONLY, workers=2, poll=0.01) for _ in range(3))):
        for number in range(60):
            send(str(number))
        until(lambda: set(states().values()) == {"delivered"}, seconds=60)
    assert ",".join(calls.handled).split(",") == [str(number) for number in range(60)]


def test_what_another_process_sent_is_found_in_turn(transport: InProcessTransport) -> None:
    """Nobody rings for it here."""
    with running(Dispatcher(transport, CITY_ONLY, poll=0.05)):
        until(lambda: True)
        with connections["linkage"].cursor() as cursor:
            cursor.execute(
                "INSERT INTO exchange_outbox (sender, receiver, contract, message_key, body, body_sha256)"
                " VALUES (%s, %s, %s, 'k', %s, repeat('0', 64))",
                [CITY, PLATFORM, BUNCH.name, msgspec.json.encode(Bunch(["x"]))],
            )
        until(lambda: states() == {"k": "delivered"}, seconds=30)
