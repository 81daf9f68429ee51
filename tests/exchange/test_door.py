"""The door answers each key once, only to the party that sent it, and writes all or nothing."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from wsgiref.util import setup_testing_defaults

import pytest
from django.db import IntegrityError, connections, transaction

from tests.exchange import parts
from tests.exchange.parts import (
    ALIASES,
    CITY,
    ECHO,
    NEIGHBOUR,
    NETWORK,
    PLATFORM,
    UNSERVED,
    Question,
    Reply,
    calls,
    notes,
)
from todoke.exchange import client, door, envelope, kinds
from todoke.exchange.door import Door
from todoke.exchange.handlers import handles
from todoke.exchange.models import InboxMessage
from todoke.exchange.refusals import RefusalBody, RefusedError
from todoke.exchange.ring import KeyRing
from todoke.exchange.transport import InProcessTransport
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

pytestmark = pytest.mark.usefixtures("databases")
ALIAS = ALIASES[PLATFORM]


def ask(transport: InProcessTransport, text: str, *, key: str = "k", sender: str = CITY) -> Reply:
    return client.request(
        transport, sender=sender, receiver=PLATFORM, kind=ECHO, body=Question(text), key=key
    )


def knock(ring: KeyRing, *, certificate_of: str = CITY, **changes: object) -> tuple[int, str]:
    """(HTTP status, error name or "") for one sealed request at the door."""
    header, wire = parts.sealed(ring, **{"sent_at": clock.now(), **changes})
    certificate = ring.directory.entry(certificate_of).certificate
    response = Door(ring, ALIASES).receive(PLATFORM, wire, certificate=certificate)
    answer = envelope.open_answer(response.wire, ring.directory, request=header, now=clock.now())
    if answer.header.direction is envelope.Direction.ANSWER:
        return response.status, ""
    return response.status, kinds.decode(RefusalBody, answer.body).error


def test_a_question_is_answered_and_stored(transport: InProcessTransport) -> None:
    assert ask(transport, "hello") == Reply("city:14100 said hello", 1)
    stored = InboxMessage.objects.using(ALIAS).exclude(receiver="note").get()
    assert (stored.receiver, stored.sender, stored.message_key, stored.error_code) == (
        PLATFORM,
        CITY,
        "k",
        "",
    )
    assert stored.message_id.version == 7
    assert notes(ALIAS) == ["handled 1"]


def test_a_repeat_gets_the_first_answer_and_changes_nothing(transport: InProcessTransport) -> None:
    first = ask(transport, "hello")
    assert [ask(transport, "hello") for _ in range(3)] == [first] * 3
    assert calls.handled == ["hello"]
    assert notes(ALIAS) == ["handled 1"]


def test_a_replayed_wire_gets_the_same_body_and_message_id(ring: KeyRing) -> None:
    header, wire = parts.sealed(ring, sent_at=clock.now())
    at = Door(ring, ALIASES)
    certificate = ring.directory.entry(CITY).certificate
    one, two = (at.receive(PLATFORM, wire, certificate=certificate) for _ in range(2))
    opened = [
        envelope.open_answer(x.wire, ring.directory, request=header, now=clock.now()) for x in (one, two)
    ]
    assert opened[0].body == opened[1].body
    assert opened[0].header.message_id == opened[1].header.message_id
    assert calls.handled == ["hello"]


def test_the_same_key_with_other_content_is_a_conflict(transport: InProcessTransport) -> None:
    ask(transport, "hello")
    with pytest.raises(RefusedError) as refused:
        ask(transport, "goodbye")
    assert refused.value.code is ErrorCode.MESSAGE_CONFLICT
    assert ask(transport, "hello").number == 1
    assert calls.handled == ["hello"]


def test_keys_of_different_senders_do_not_meet(transport: InProcessTransport) -> None:
    assert ask(transport, "hello").number == 1
    assert ask(transport, "goodbye", sender=NETWORK).number == 2


def test_a_crash_writes_nothing_and_the_next_try_succeeds(transport: InProcessTransport) -> None:
    def crash(text: str) -> None:
        raise ZeroDivisionError(text)

    calls.during = crash
    with pytest.raises(TodokeError) as failed:
        ask(transport, "hello")
    assert failed.value.code is ErrorCode.UNAVAILABLE
    assert not InboxMessage.objects.using(ALIAS).exists()
    calls.during = lambda text: None
    assert ask(transport, "hello").number == 2
    assert notes(ALIAS) == ["handled 2"]


def test_a_crash_is_logged_without_its_words(
    transport: InProcessTransport, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(text: str) -> None:
        raise ValueError("山田太郎")

    calls.during = crash
    with pytest.raises(TodokeError):
        ask(transport, "hello")
    assert "ValueError (crash:" in caplog.text
    assert "山田太郎" not in caplog.text


def test_a_final_refusal_undoes_the_work_and_is_remembered(transport: InProcessTransport) -> None:
    def refuse(text: str) -> None:
        raise TodokeError(ErrorCode.NOT_FOUND, what=text)

    calls.during = refuse
    with pytest.raises(RefusedError) as refused:
        ask(transport, "hello")
    assert refused.value.code is ErrorCode.NOT_FOUND
    assert "hello" not in str(refused.value)
    assert notes(ALIAS) == []
    calls.during = lambda text: None
    with pytest.raises(RefusedError):
        ask(transport, "hello")
    assert calls.handled == ["hello"]
    assert InboxMessage.objects.using(ALIAS).get().error_code == "NOT_FOUND"


@pytest.mark.parametrize("code", [ErrorCode.UNAVAILABLE, ErrorCode.SETUP_MISSING])
def test_a_passing_error_is_not_remembered(transport: InProcessTransport, code: ErrorCode) -> None:
    def refuse(text: str) -> None:
        raise TodokeError(code, what="x", detail="x", todo="x")

    calls.during = refuse
    with pytest.raises(TodokeError) as failed:
        ask(transport, "hello")
    assert failed.value.code is ErrorCode.UNAVAILABLE
    assert not isinstance(failed.value, RefusedError)
    calls.during = lambda text: None
    assert ask(transport, "hello").number == 2


def test_a_repeat_during_the_first_is_told_to_come_again(transport: InProcessTransport) -> None:
    inside, leave = threading.Event(), threading.Event()

    def slowly(text: str) -> None:
        inside.set()
        leave.wait(10)

    calls.during = slowly
    answers: list[Reply] = []

    def first() -> None:
        answers.append(ask(transport, "hello"))
        connections.close_all()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(10)
    with pytest.raises(TodokeError) as failed:
        ask(transport, "hello")
    assert failed.value.code is ErrorCode.UNAVAILABLE
    leave.set()
    thread.join()
    assert ask(transport, "hello") == answers[0]
    assert calls.handled == ["hello"]


def test_the_certificate_must_be_the_senders(ring: KeyRing) -> None:
    assert knock(ring) == (200, "")
    for other in (NETWORK, PLATFORM, NEIGHBOUR):
        assert knock(ring, certificate_of=other, message_key="k2") == (403, "SENDER_REFUSED")
    _, wire = parts.sealed(ring, sent_at=clock.now(), message_key="k3")
    unlisted = Door(ring, ALIASES).receive(PLATFORM, wire, certificate="ab" * 32)
    assert unlisted.status == 403
    assert calls.handled == ["hello"]


def test_a_swapped_signature_is_refused_even_with_the_right_certificate(ring: KeyRing) -> None:
    header = parts.header(sent_at=clock.now())
    _, wire = envelope.seal(header, b'{"text":"hello"}', ring.signing_key(NETWORK))
    certificate = ring.directory.entry(CITY).certificate
    assert Door(ring, ALIASES).receive(PLATFORM, wire, certificate=certificate).status == 403
    assert calls.handled == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"contract": UNSERVED.name}, (404, "CONTRACT_UNKNOWN")),
        ({"receiver": NETWORK}, None),
        ({"sender": NEIGHBOUR, "certificate_of": NEIGHBOUR}, (403, "PERMISSION_DENIED")),
        ({"body": b'{"text":1}'}, (422, "MESSAGE_INVALID")),
        ({"body": b"\xff"}, (422, "MESSAGE_INVALID")),
        ({"sent_at": clock.now() - timedelta(minutes=6)}, (503, "CLOCK_SKEW")),
    ],
)
def test_refusals(ring: KeyRing, changes: dict[str, object], expected: tuple[int, str] | None) -> None:
    if expected is None:  # the answerer is not whom the request names: no answer that the sender accepts
        with pytest.raises(TodokeError):
            knock(ring, **changes)  # type: ignore[arg-type]
    else:
        assert knock(ring, **changes) == expected  # type: ignore[arg-type]
    assert calls.handled == []


def test_unreadable_or_misdirected_wires_get_no_signature(ring: KeyRing) -> None:
    at = Door(ring, {PLATFORM: ALIAS})
    _, wire = parts.sealed(ring, sent_at=clock.now())
    certificate = ring.directory.entry(CITY).certificate
    assert at.receive(PLATFORM, wire[:50], certificate=certificate).status == 400
    assert at.receive(NETWORK, wire, certificate=certificate).status == 404


def test_a_kind_has_one_handler() -> None:
    with pytest.raises(TodokeError) as refused:
        handles(ECHO, senders=lambda alias, sender: True)(lambda alias, sender, body: Reply("", 0))
    assert refused.value.code is ErrorCode.STATE_CONFLICT


def test_the_database_itself_keeps_a_key_once(transport: InProcessTransport) -> None:
    ask(transport, "hello")
    stored = InboxMessage.objects.using(ALIAS).exclude(receiver="note").get()
    stored.pk = "0197f3c1-0000-7000-8000-000000000000"
    with pytest.raises(IntegrityError, match="inbox_key_once"), transaction.atomic(using=ALIAS):
        stored.save(using=ALIAS, force_insert=True)
    with pytest.raises(IntegrityError, match="inbox_answer_or_refusal"), transaction.atomic(using=ALIAS):
        InboxMessage.objects.using(ALIAS).update(error_code="NOT_FOUND")


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"REQUEST_METHOD": "GET", "PATH_INFO": "/health"}, "200"),
        ({"PATH_INFO": "/health"}, "404"),
        ({"REQUEST_METHOD": "GET", "PATH_INFO": "/exchange/network"}, "405"),
        ({"PATH_INFO": "/exchange/network", door.CERTIFICATE: ""}, "403"),
        (
            {"PATH_INFO": "/exchange/network", "HTTP_TODOKE_CLIENT_CERTIFICATE": "a", door.CERTIFICATE: ""},
            "403",
        ),
        ({"PATH_INFO": "/exchange/network"}, "411"),
        ({"PATH_INFO": "/exchange/network", "CONTENT_LENGTH": "-1"}, "411"),
        ({"PATH_INFO": "/exchange/network", "CONTENT_LENGTH": str(door.MAX_WIRE + 1)}, "413"),
        ({"PATH_INFO": "/exchange/network", "CONTENT_LENGTH": "0"}, "400"),
        ({"PATH_INFO": "/exchange/../health", "CONTENT_LENGTH": "0"}, "404"),
    ],
)
def test_http(ring: KeyRing, environ: dict[str, str], status: str) -> None:
    started: list[str] = []
    full = {"REQUEST_METHOD": "POST", door.CERTIFICATE: "ab" * 32, **environ}
    setup_testing_defaults(full)
    body = Door(ring, ALIASES)(full, lambda line, headers, info=None: started.append(line))  # type: ignore[arg-type, return-value]
    assert started[0].split()[0] == status
    told = json.loads(b"".join(body))
    if status == "200":
        assert told == {"status": "ok"}
    else:
        assert told["error"] in ErrorCode.__members__
        assert told["sentence"].endswith("。")
