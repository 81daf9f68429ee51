"""既知の答え (known-answer vectors): envelopes sealed with a published key, for implementations in other languages.

The key is the 32 bytes 00 01 … 1f: it signs nothing but these examples. docs/made/exchange-vectors.json holds the
text of `page`; whoever builds the same bytes from the same fields has understood docs/exchange-protocol.md.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from todoke.exchange import envelope
from todoke.exchange.envelope import Direction, Header

SEED: Final = bytes(range(32))
_SENT = datetime(2026, 4, 1, 3, 0, 0, 123456, tzinfo=UTC)
_REQUEST = Header(
    instance="vectors",
    direction=Direction.REQUEST,
    sender="city:14100",
    receiver="platform:14100",
    contract="intermediary.status.v1",
    message_key="key-1",
    sent_at=_SENT,
)


def page() -> str:
    """The vectors as JSON; every string of bytes in hex."""
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    sealed, _ = envelope.seal(_REQUEST, b"{}", key)
    cases = [
        _case("request", _REQUEST, b"{}", key),
        _case(
            "request with Japanese text in its key", _with(message_key="照会/一"), b'{"known_edition":0}', key
        ),
        _case("answer", _answer(sealed, Direction.ANSWER), b'{"count":1}', key),
        _case(
            "refusal",
            _answer(sealed, Direction.REFUSAL),
            b'{"error":"NOT_FOUND","sentence":"\xe3\x80\x82"}',
            key,
        ),
    ]
    return (
        json.dumps(
            {"domain": envelope.DOMAIN.hex(), "seed": SEED.hex(), "public_key": public.hex(), "cases": cases},
            ensure_ascii=False,
            indent=1,
        )
        + "\n"
    )


def _with(**changes: str) -> Header:
    return msgspec.structs.replace(_REQUEST, **changes)


def _answer(request: Header, direction: Direction) -> Header:
    return msgspec.structs.replace(
        _REQUEST,
        direction=direction,
        sender=request.receiver,
        receiver=request.sender,
        message_id="0197f3c1-0000-7000-8000-000000000000",
        in_reply_to=request.digest,
    )


def _case(name: str, header: Header, body: bytes, key: Ed25519PrivateKey) -> dict[str, Any]:
    sealed, wire = envelope.seal(header, body, key)
    head = envelope.canonical(sealed)
    return {
        "name": name,
        "header": msgspec.to_builtins(sealed),
        "sent_at_microseconds": (sealed.sent_at - envelope.EPOCH) // envelope.MICROSECOND,
        "body": body.hex(),
        "canonical": head.hex(),
        "digest": sealed.digest,
        "signature": wire[8 + len(head) : 72 + len(head)].hex(),
        "wire": wire.hex(),
    }
