"""Whatever bytes come to the door: each refusal has its own stable code, and nothing is handled."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.exchange import parts
from tests.exchange.parts import ALIASES, CITY, NEIGHBOUR, NETWORK, PLATFORM, calls
from todoke.exchange import envelope, kinds
from todoke.exchange.door import Door, Response
from todoke.exchange.envelope import Direction
from todoke.exchange.refusals import RefusalBody
from todoke.exchange.ring import KeyRing
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, Family

BODY = b'{"text":"hello"}'
MANY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def door(ring: KeyRing, databases: object) -> Door:
    return Door(ring, ALIASES)


def knock(door: Door, wire: bytes, certificate_of: str = CITY) -> tuple[int, str, str]:
    """(HTTP status, code, sentence) of a refusal; it must be one of the closed list, in its defined form."""
    certificate = door.ring.directory.entry(certificate_of).certificate
    response = door.receive(PLATFORM, wire, certificate=certificate)
    told = _told(response)
    code = ErrorCode[told.error]
    assert code.family is not Family.FAULT
    assert response.status == (code.family.http_status if response.signed else 400)
    assert told.sentence.endswith("。")
    assert calls.handled == []
    return response.status, told.error, told.sentence


def _told(response: Response) -> RefusalBody:
    if not response.signed:
        return msgspec.json.decode(response.wire, type=RefusalBody)
    header, _, _, body = envelope._split(response.wire)
    assert header.direction is Direction.REFUSAL
    return kinds.decode(RefusalBody, body)


def wire_of(ring: KeyRing, **changes: object) -> bytes:
    return parts.sealed(ring, **{"sent_at": clock.now(), **changes})[1]


@MANY
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit(door: Door, place: int, bit: int) -> None:
    wire = bytearray(wire_of(door.ring))
    wire[place % len(wire)] ^= 1 << bit
    assert knock(door, bytes(wire))[1] in ("MESSAGE_INVALID", "SENDER_REFUSED")


@MANY
@given(cut=st.integers(0, 10_000))
def test_a_truncated_wire(door: Door, cut: int) -> None:
    wire = wire_of(door.ring)
    assert knock(door, wire[: cut % len(wire)])[1] == "MESSAGE_INVALID"


@MANY
@given(cut=st.integers(1, 10_000), again=st.integers(0, 10_000))
def test_a_splice_of_two_valid_wires(door: Door, cut: int, again: int) -> None:
    one = wire_of(door.ring, message_key="a" * 20)
    two = wire_of(door.ring, message_key="b" * 20, body=b'{"text":"other"}')
    spliced = one[: cut % len(one)] + two[again % len(two) :]
    if spliced not in (one, two):
        assert knock(door, spliced)[1] in ("MESSAGE_INVALID", "SENDER_REFUSED")


@MANY
@given(wire=st.binary(max_size=300), framed=st.booleans())
def test_any_bytes(door: Door, wire: bytes, framed: bool) -> None:
    assert knock(door, b"TDK1" + wire if framed else wire)[:2] == (400, "MESSAGE_INVALID")


@MANY
@given(body=st.binary(max_size=60) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(
    lambda value: json.dumps(value).encode()
))  # fmt: skip
def test_any_signed_body(door: Door, body: bytes) -> None:
    """Well signed, but no Question: refused for its type, and not as a fault of ours."""
    assert (
        knock(door, wire_of(door.ring, body=body, message_key=envelope.sha256(body)))[1] == "MESSAGE_INVALID"
    )


LATE = timedelta(minutes=6)


@pytest.mark.parametrize(
    ("changes", "certificate_of", "expected"),
    [
        ({}, NETWORK, (403, "SENDER_REFUSED", "証明書が送信者のものではありません")),
        ({"instance": "production"}, CITY, (422, "MESSAGE_INVALID", "別の環境")),
        ({"version": 2}, CITY, (422, "MESSAGE_INVALID", "版 2")),
        ({"receiver": NETWORK}, CITY, (422, "MESSAGE_INVALID", "宛先")),
        ({"direction": Direction.ANSWER}, CITY, (422, "MESSAGE_INVALID", "要求の電文ではありません")),
        ({"late": -LATE}, CITY, (503, "CLOCK_SKEW", "360 秒 遅れて")),
        ({"late": LATE}, CITY, (503, "CLOCK_SKEW", "360 秒 進んで")),
        ({"contract": "tests.nobody.v9"}, CITY, (404, "CONTRACT_UNKNOWN", "tests.nobody.v9")),
        ({"sender": NEIGHBOUR}, NEIGHBOUR, (403, "PERMISSION_DENIED", "権限がありません")),
        ({"body": b"[]"}, CITY, (422, "MESSAGE_INVALID", "検証できません")),
    ],
)  # fmt: skip
def test_every_defect_has_its_own_code_and_words(
    door: Door, changes: dict[str, object], certificate_of: str, expected: tuple[int, str, str]
) -> None:
    late = changes.pop("late", timedelta(0)) if "late" in (changes := dict(changes)) else timedelta(0)
    assert isinstance(late, timedelta)
    found = knock(door, wire_of(door.ring, **changes, sent_at=clock.now() + late), certificate_of)
    assert found[:2] == expected[:2]
    assert expected[2] in found[2]


def test_a_list_above_the_limit_is_refused_at_the_door() -> None:
    from todoke.contracts import intermediary
    from todoke.kernel.errors import TodokeError

    def wanted(count: int) -> bytes:
        return kinds.encode(intermediary.CodeWanted(integrated_numbers=["1"] * count))

    kinds.decode_request(intermediary.ACQUISITIONS, wanted(kinds.RECORD_LIMIT))
    with pytest.raises(TodokeError, match="10,000 件を超えています"):
        kinds.decode_request(intermediary.ACQUISITIONS, wanted(kinds.RECORD_LIMIT + 1))
