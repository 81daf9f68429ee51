"""The canonical form has one reading, and its vectors never change."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange import parts
from todoke.exchange import envelope
from todoke.exchange.envelope import Direction, Header
from todoke.kernel.errors import ErrorCode, TodokeError

# few characters, so that two headers often differ only in where a field ends
_tight = st.text(alphabet="ab:\x00\x01", max_size=4)
_any = st.builds(
    Header,
    version=st.integers(),
    instance=_tight,
    direction=st.sampled_from(Direction),
    sender=_tight,
    receiver=_tight,
    contract=_tight,
    message_key=st.one_of(_tight, st.text(st.characters(exclude_categories=["Cs"]), max_size=8)),
    message_id=_tight,
    in_reply_to=_tight,
    sent_at=st.datetimes(timezones=st.just(UTC)),
    body_sha256=_tight,
)
_party = st.sampled_from(["city:14100", "platform:13112", "network"])
_plausible = st.builds(
    Header,
    instance=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    direction=st.sampled_from(Direction),
    sender=_party,
    receiver=_party,
    contract=st.from_regex(r"\A[a-z][a-z0-9_]{0,9}(\.[a-z0-9_]{1,9}){1,3}\Z"),
    message_key=st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=50),
    message_id=_tight,
    in_reply_to=_tight,
    sent_at=st.datetimes(timezones=st.just(UTC)),
)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@given(_any, _any)
def test_two_headers_never_share_a_form(one: Header, other: Header) -> None:
    assert (one == other) == (envelope.canonical(one) == envelope.canonical(other))


@given(
    _any,
    st.sampled_from(["instance", "sender", "receiver", "contract", "message_key", "message_id"]),
    st.data(),
)
def test_moving_a_border_between_fields_changes_the_form(one: Header, name: str, data: st.DataObject) -> None:
    names = Header.__struct_fields__
    following = names[names.index(name) + 1]
    if following in ("sent_at", "direction"):
        following = "body_sha256"
    joined = getattr(one, name) + getattr(one, following)
    cut = data.draw(st.integers(0, len(joined)))
    other = msgspec.structs.replace(one, **{name: joined[:cut], following: joined[cut:]})
    assert (one == other) == (envelope.canonical(one) == envelope.canonical(other))


@given(_plausible, st.binary(max_size=50))
def test_what_was_sealed_is_read_back(header: Header, body: bytes) -> None:
    sealed, wire = envelope.seal(header, body, KEY)
    assert envelope.read_header(wire) == sealed
    assert sealed == msgspec.structs.replace(header, body_sha256=hashlib.sha256(body).hexdigest())


@given(st.binary(max_size=400))
def test_noise_is_refused_cleanly(noise: bytes) -> None:
    for wire in (noise, b"TDK1" + noise, b"TDK1" + len(noise).to_bytes(4, "big") + noise + bytes(64)):
        with pytest.raises(TodokeError) as refused:
            envelope.read_header(wire)
        assert refused.value.code in (ErrorCode.MESSAGE_INVALID, ErrorCode.SENDER_REFUSED)


@pytest.mark.parametrize("number", [b"01", b"+1", b" 1", b"1_0", "１".encode(), b""])
def test_a_number_has_one_spelling(number: bytes) -> None:
    good = envelope.canonical(parts.header())
    head = len(number).to_bytes(4, "big") + number + good[5:]
    with pytest.raises(TodokeError) as refused:
        envelope.read_header(b"TDK1" + len(head).to_bytes(4, "big") + head + bytes(64))
    assert refused.value.code is ErrorCode.MESSAGE_INVALID


def test_vectors() -> None:
    """Another implementation must come to these bytes; a change here is a new version of the envelope."""
    header = Header(
        instance="見本",
        direction=Direction.ANSWER,
        sender="network",
        receiver="platform:14100",
        contract="network.permits.v1",
        message_key="run-1/0001",
        message_id="0197f3c1-0000-7000-8000-000000000000",
        in_reply_to="ab" * 32,
        sent_at=datetime(2026, 4, 1, 3, 0, 0, 123456, tzinfo=UTC),
    )
    sealed, wire = envelope.seal(header, b"{}", KEY)
    assert sealed.body_sha256 == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert envelope.canonical(sealed).startswith(
        b"\x00\x00\x00\x011\x00\x00\x00\x06\xe8\xa6\x8b\xe6\x9c\xac\x00\x00\x00\x06answer"
    )
    assert sealed.digest == "7029a3f0ecdb93f5ab05169f15979fec95a5ac9f0dbbe42a9b399ea9f36f2c16"
    assert (
        hashlib.sha256(wire).hexdigest() == "9f40b37359ac07596123a9a724d270e2aa622fbe5ecc0ae15b04e8992ac46a84"
    )
