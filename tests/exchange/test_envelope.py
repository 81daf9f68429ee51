"""Nothing that was changed, misdirected, late or signed by somebody else is opened."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.exchange import parts
from tests.exchange.parts import CITY, NETWORK, PLATFORM, sealed
from todoke.exchange import envelope
from todoke.exchange.envelope import Direction, Header
from todoke.exchange.message_id import new_message_id
from todoke.exchange.ring import KeyRing
from todoke.kernel.errors import ErrorCode, TodokeError

NUMBER = UUID("0197f3c1-0000-7000-8000-000000000000")


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, ring: KeyRing) -> None:
    # keys are young: look at the envelopes from a moment at which they are valid
    monkeypatch.setattr(parts, "NOW", ring.directory.entry(CITY).valid_from + timedelta(minutes=4))


def opened(ring: KeyRing, wire: bytes, *, late: timedelta = timedelta(0)) -> envelope.Envelope:
    return envelope.open_request(wire, ring.directory, receiver=PLATFORM, now=parts.NOW + late)


def code_of(ring: KeyRing, wire: bytes, **options: timedelta) -> ErrorCode:
    with pytest.raises(TodokeError) as refused:
        opened(ring, wire, **options)
    return refused.value.code


def test_an_honest_message_opens(ring: KeyRing) -> None:
    header, wire = sealed(ring)
    message = opened(ring, wire)
    assert message.header == header
    assert message.body == b'{"text":"hello"}'


def test_no_byte_can_be_changed(ring: KeyRing) -> None:
    _, wire = sealed(ring)
    for position in range(len(wire)):
        changed = bytearray(wire)
        changed[position] ^= 1
        code = code_of(ring, bytes(changed))
        assert code in (ErrorCode.MESSAGE_INVALID, ErrorCode.SENDER_REFUSED), position


@pytest.mark.parametrize("cut", [0, 1, 7, 8, 100, -1])
def test_a_cut_or_longer_wire_is_refused(ring: KeyRing, cut: int) -> None:
    _, wire = sealed(ring)
    assert code_of(ring, wire[:cut]) is ErrorCode.MESSAGE_INVALID
    assert code_of(ring, wire + b"x") is ErrorCode.MESSAGE_INVALID


def test_a_signature_of_another_message_is_refused(ring: KeyRing) -> None:
    _, one = sealed(ring)
    _, two = sealed(ring, message_key="key-2")
    head = len(one) - 64 - len(b'{"text":"hello"}')
    assert code_of(ring, one[:head] + two[head:]) is ErrorCode.SENDER_REFUSED


def test_a_signature_without_the_domain_is_refused(ring: KeyRing) -> None:
    header, wire = sealed(ring)
    head = envelope.canonical(header)
    signature = ring.signing_key(CITY).sign(head)
    assert (
        code_of(ring, wire.replace(wire[8 + len(head) : 72 + len(head)], signature))
        is ErrorCode.SENDER_REFUSED
    )


def test_a_message_signed_by_another_is_refused(ring: KeyRing) -> None:
    for key in (ring.signing_key(NETWORK), Ed25519PrivateKey.generate()):
        _, wire = envelope.seal(parts.header(sent_at=parts.NOW), b"{}", key)
        assert code_of(ring, wire) is ErrorCode.SENDER_REFUSED


@pytest.mark.parametrize(
    "changes",
    [
        {"instance": "production"},
        {"version": 2},
        {"receiver": NETWORK},
        {"direction": Direction.ANSWER},
        {"message_id": str(NUMBER)},
        {"in_reply_to": "ab" * 32},
    ],
)
def test_signed_but_not_for_us(ring: KeyRing, changes: dict[str, object]) -> None:
    assert code_of(ring, sealed(ring, **changes)[1]) is ErrorCode.MESSAGE_INVALID


def test_unknown_party_is_refused(ring: KeyRing) -> None:
    _, wire = envelope.seal(
        parts.header(sender="city:99998", sent_at=parts.NOW), b"", Ed25519PrivateKey.generate()
    )
    assert code_of(ring, wire) is ErrorCode.SENDER_REFUSED


@pytest.mark.parametrize("seconds", [-301, 301, 4000])
def test_the_clock_error_says_by_how_much(ring: KeyRing, seconds: int) -> None:
    _, wire = sealed(ring, sent_at=parts.NOW + timedelta(seconds=seconds))
    with pytest.raises(TodokeError) as refused:
        opened(ring, wire)
    assert refused.value.code is ErrorCode.CLOCK_SKEW
    assert f"{abs(seconds)} 秒 {'進んで' if seconds > 0 else '遅れて'}" in str(refused.value)
    assert opened(ring, sealed(ring, sent_at=parts.NOW + timedelta(seconds=seconds // abs(seconds) * 300))[1])


def test_keys_have_an_end_and_a_beginning(ring: KeyRing) -> None:
    entry = ring.directory.entry(CITY)
    header, wire = sealed(ring)
    for now, code, words in (
        (entry.valid_until + timedelta(seconds=1), ErrorCode.KEY_EXPIRED, "切れました"),
        (entry.valid_from - timedelta(seconds=1), ErrorCode.KEY_NOT_YET_VALID, "から有効です"),
    ):
        with pytest.raises(TodokeError, match=words) as refused:
            envelope.open_request(wire, ring.directory, receiver=header.receiver, now=now)
        assert refused.value.code is code


def answer(ring: KeyRing, request: Header, **changes: object) -> bytes:
    plain = envelope.answer_header(request, PLATFORM, Direction.ANSWER, instance="testing", message_id=NUMBER)
    plain = msgspec.structs.replace(plain, **{"sent_at": parts.NOW, **changes})
    return envelope.seal(plain, b"{}", ring.signing_key(plain.sender))[1]


def test_an_answer_opens_for_its_request_only(ring: KeyRing) -> None:
    request, _ = sealed(ring)
    wire = answer(ring, request)
    assert envelope.open_answer(
        wire, ring.directory, request=request, now=parts.NOW
    ).header.message_id == str(NUMBER)
    for other in (
        sealed(ring, body=b"other")[0],
        sealed(ring, message_key="key-2")[0],
        sealed(ring, sent_at=parts.NOW + timedelta(microseconds=1))[0],
    ):
        with pytest.raises(TodokeError) as refused:
            envelope.open_answer(wire, ring.directory, request=other, now=parts.NOW)
        assert refused.value.code is ErrorCode.MESSAGE_INVALID


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": NETWORK},
        {"receiver": NETWORK},
        {"contract": "tests.other.v1"},
        {"message_key": "key-2"},
        {"message_id": ""},
        {"direction": Direction.REQUEST},
    ],
)
def test_an_answer_must_turn_the_request_round(ring: KeyRing, changes: dict[str, object]) -> None:
    request, _ = sealed(ring)
    with pytest.raises(TodokeError) as refused:
        envelope.open_answer(answer(ring, request, **changes), ring.directory, request=request, now=parts.NOW)
    assert refused.value.code is ErrorCode.MESSAGE_INVALID


def test_message_ids_are_version_7_and_sort_by_time() -> None:
    numbers = [new_message_id() for _ in range(1000)]
    assert len(set(numbers)) == 1000
    assert all(number.version == 7 and number.variant == "specified in RFC 4122" for number in numbers)
    assert [number.int >> 80 for number in numbers] == sorted(number.int >> 80 for number in numbers)
