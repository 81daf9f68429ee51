"""A small exchange for the tests: three kinds, their handlers, and a record of who was called."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from django.db import connections

from todoke.exchange import envelope, keys, outbox
from todoke.exchange.door import Door
from todoke.exchange.envelope import Direction, Header
from todoke.exchange.handlers import handles, on_answer, on_refusal
from todoke.exchange.kinds import MessageKind
from todoke.exchange.ring import KeyRing
from todoke.exchange.transport import InProcessTransport

CITY, PLATFORM, NETWORK, NEIGHBOUR = "city:14100", "platform:14100", "network", "city:13112"
ALIASES = {CITY: "linkage", NETWORK: "network", PLATFORM: "intermediary_14100"}
URLS = {"city": "https://127.0.0.1:1", "platform": "https://127.0.0.1:1", "national": "https://127.0.0.1:1"}
NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


class Question(msgspec.Struct, frozen=True):
    text: str


class Reply(msgspec.Struct, frozen=True):
    text: str
    number: int


ECHO = MessageKind("tests.echo.v1", Question, Reply)
OTHER = MessageKind("tests.other.v1", Question, Reply)
UNHEARD = MessageKind("tests.unheard.v1", Question, Reply)
UNSERVED = MessageKind("tests.unserved.v1", Question, Reply)


class Calls:
    """What the handlers and callbacks saw, and what they shall do next."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.handled: list[str] = []
        self.answers: list[tuple[str, str, str]] = []
        self.refused: list[tuple[str, str]] = []
        self.during: Callable[[str], None] = lambda text: None
        self.hearing: Callable[[str], None] = lambda key: None
        self.lock = threading.Lock()


calls = Calls()


def note(alias: str, key: str) -> None:
    """A row of business data, written through the same connection."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_inbox (message_id, receiver, sender, contract, message_key, request_sha256,"
            " error_code) VALUES (gen_random_uuid(), 'note', 'note', 'note', %s, '', 'note')",
            [key],
        )


def notes(alias: str) -> list[str]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT message_key FROM exchange_inbox WHERE receiver = 'note' ORDER BY message_key")
        return [row[0] for row in cursor.fetchall()]


def _handle(alias: str, sender: str, body: Question) -> Reply:
    with calls.lock:
        calls.handled.append(body.text)
        number = len(calls.handled)
    note(alias, f"handled {number}")
    calls.during(body.text)
    return Reply(f"{sender} said {body.text}", number)


for kind in (ECHO, OTHER, UNHEARD):
    handles(kind, senders=lambda alias, sender: sender != NEIGHBOUR)(_handle)


@on_answer(ECHO)
@on_answer(OTHER)
@on_answer(UNSERVED)
def _heard(alias: str, key: str, body: Question, answer: Reply) -> None:
    calls.hearing(key)
    note(alias, f"heard {key}")
    calls.answers.append((key, body.text, answer.text))


@on_refusal(ECHO)
def _refused(alias: str, key: str, body: Question, error_code: str) -> None:
    calls.refused.append((key, error_code))


def owners() -> list[keys.Owner]:
    return keys.owners(city="14100", neighbours=["13112"], urls=URLS)


def make_keys(root: Path, instance: str = "testing") -> None:
    keys.make(root, instance=instance, owners=owners())


def all_keys(root: Path) -> KeyRing:
    return KeyRing(root, *(owner.folder for owner in owners()))


def in_process(ring: KeyRing) -> InProcessTransport:
    return InProcessTransport(ring, dict.fromkeys(ALIASES, Door(ring, ALIASES)))


def header(**changes: object) -> Header:
    fields: dict[str, object] = {
        "instance": "testing",
        "direction": Direction.REQUEST,
        "sender": CITY,
        "receiver": PLATFORM,
        "contract": ECHO.name,
        "message_key": "key-1",
        "sent_at": NOW,
    }
    return Header(**{**fields, **changes})  # type: ignore[arg-type]


def sealed(ring: KeyRing, body: bytes = b'{"text":"hello"}', **changes: object) -> tuple[Header, bytes]:
    plain = header(**changes)
    return envelope.seal(plain, body, ring.signing_key(plain.sender))


def send(
    text: str, *, key: str, kind: MessageKind = ECHO, sender: str = CITY, receiver: str = PLATFORM
) -> None:
    from django.db import transaction

    alias = ALIASES[sender]
    with transaction.atomic(using=alias):
        outbox.send(alias, sender=sender, receiver=receiver, kind=kind, body=Question(text), key=key)
