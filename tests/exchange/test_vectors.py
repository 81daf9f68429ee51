"""The published vectors say what the protocol page says: read here by a second, independent implementation."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PAGE = json.loads((Path(__file__).parents[2] / "docs/made/exchange-vectors.json").read_text(encoding="utf-8"))
ORDER = (
    "version", "instance", "direction", "sender", "receiver", "contract", "message_key", "message_id", "in_reply_to",
    "sent_at", "body_sha256",
)  # fmt: skip


@pytest.mark.parametrize("case", PAGE["cases"], ids=lambda case: str(case["name"]))
def test_a_vector_follows_from_the_protocol_page_alone(case: dict[str, object]) -> None:
    body, header = bytes.fromhex(str(case["body"])), dict(case["header"])  # type: ignore[call-overload]
    header["sent_at"] = case["sent_at_microseconds"]
    assert header["body_sha256"] == hashlib.sha256(body).hexdigest()
    texts = [str(header[name]).encode() for name in ORDER]
    canonical = b"".join(len(text).to_bytes(4, "big") + text for text in texts)
    assert canonical.hex() == case["canonical"]
    assert hashlib.sha256(canonical).hexdigest() == case["digest"]
    signature = bytes.fromhex(str(case["signature"]))
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(PAGE["public_key"]))
    key.verify(signature, b"todoke.exchange.envelope.v1\0" + canonical)
    with pytest.raises(InvalidSignature):
        key.verify(signature, canonical)
    wire = b"TDK1" + len(canonical).to_bytes(4, "big") + canonical + signature + body
    assert wire.hex() == case["wire"]
