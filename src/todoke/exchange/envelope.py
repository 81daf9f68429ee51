"""署名封筒 (Envelope): who says what to whom, once, signed with Ed25519.

Wire: `TDK1`, header length (4 bytes, big-endian), header, signature (64 bytes), body to the end.
The header travels in its canonical form: the fields in the order of `Header`, each as its length in bytes
(4 bytes, big-endian) and then its UTF-8 text; a number is decimal text, a time microseconds since 1970 UTC.
Lengths come first and the order is fixed, so two headers never share a form and a form has one reading.
Signed is `DOMAIN` + canonical header; the header holds the SHA-256 of the body. Version 1 means these
algorithms, and a signature made for one instance never verifies in another.
"""

from __future__ import annotations

import hashlib
import struct
from datetime import UTC, datetime, timedelta
from enum import Enum
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from todoke.exchange import kinds, parties, skews
from todoke.exchange.directory import Directory
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

VERSION = 1
DOMAIN = b"todoke.exchange.envelope.v1\x00"
ALLOWED_SKEW = timedelta(minutes=5)
MAX_HEADER = 4096
MAX_KEY = 200
_MAGIC = b"TDK1"
_SIGNATURE = 64
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Direction(Enum):
    """A refusal is an answer whose body is only an error code."""

    REQUEST = "request"
    ANSWER = "answer"
    REFUSAL = "refusal"


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The signed part. `message_id` and `in_reply_to` (the request's `digest`) are empty in a request."""

    version: int = VERSION
    instance: str
    direction: Direction
    sender: str
    receiver: str
    contract: str
    message_key: str
    message_id: str = ""
    in_reply_to: str = ""
    sent_at: datetime
    body_sha256: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form, in hex: what an answer points to."""
        return hashlib.sha256(canonical(self)).hexdigest()


class Envelope(msgspec.Struct, frozen=True):
    """An opened message: every check of `open_` has passed."""

    header: Header
    body: bytes


def canonical(header: Header) -> bytes:
    """The one byte form of a header (see the module's text)."""
    fields = [_text(getattr(header, name)).encode() for name in Header.__struct_fields__]
    return b"".join(struct.pack(">I", len(field)) + field for field in fields)


def seal(header: Header, body: bytes, key: Ed25519PrivateKey) -> tuple[Header, bytes]:
    """Sign and frame: the header as sealed (with the digest of the body) and the wire."""
    sealed = msgspec.structs.replace(header, body_sha256=sha256(body))
    head = canonical(sealed)
    return sealed, b"".join((_MAGIC, struct.pack(">I", len(head)), head, key.sign(DOMAIN + head), body))


def read_header(wire: bytes) -> Header:
    """The header as it claims to be, nothing verified yet; MESSAGE_INVALID when it cannot be read."""
    return _split(wire)[0]


def open_(wire: bytes, directory: Directory, *, now: datetime) -> Envelope:
    """Verify form, instance, signature, time and body.

    Errors: MESSAGE_INVALID, SENDER_REFUSED, KEY_EXPIRED, KEY_NOT_YET_VALID, CLOCK_SKEW (which side, how many seconds).
    """
    header, head, signature, body = _split(wire)
    if header.version != VERSION:
        raise _invalid(f"版 {header.version} は扱えません")
    if header.instance != directory.instance:
        raise _invalid("別の環境 (instance) の電文です")
    sender = directory.entry(header.sender)
    sender.check_validity(header.sender, now)
    if not sender.signed(DOMAIN + head, signature):
        raise TodokeError(ErrorCode.SENDER_REFUSED, detail="署名が一致しません")
    if header.body_sha256 != sha256(body):
        raise _invalid("本文の要約値が一致しません")
    skews.check(header.sender, header.sent_at - now, ALLOWED_SKEW)
    return Envelope(header, body)


def open_request(wire: bytes, directory: Directory, *, receiver: str, now: datetime) -> Envelope:
    """`open_`, and it is a request to `receiver`."""
    envelope = open_(wire, directory, now=now)
    header = envelope.header
    if header.direction is not Direction.REQUEST or header.message_id or header.in_reply_to:
        raise _invalid("要求の電文ではありません")
    if header.receiver != receiver:
        raise _invalid("宛先が違います")
    return envelope


def open_answer(wire: bytes, directory: Directory, *, request: Header, now: datetime) -> Envelope:
    """`open_`, and it is the answer (or refusal) to exactly this request from its receiver."""
    envelope = open_(wire, directory, now=now)
    header = envelope.header
    if header.direction is Direction.REQUEST or header.in_reply_to != request.digest:
        raise _invalid("この要求への回答ではありません")
    back = (request.receiver, request.sender, request.contract, request.message_key)
    if (header.sender, header.receiver, header.contract, header.message_key) != back:
        raise _invalid("回答の当事者・種類・キーが要求と違います")
    if not header.message_id:
        raise _invalid("回答に電文番号がありません")
    return envelope


def answer_header(
    request: Header, answerer: str, direction: Direction, *, instance: str, message_id: UUID
) -> Header:
    """The header that answers `request` now: parties turned round, bound to the request's digest.

    `answerer` and `instance` are the signer's own, not the request's claims.
    """
    return Header(
        instance=instance,
        direction=direction,
        sender=answerer,
        receiver=request.sender,
        contract=request.contract,
        message_key=request.message_key,
        message_id=str(message_id),
        in_reply_to=request.digest,
        sent_at=clock.now(),
    )


def sha256(body: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(body).hexdigest()


def is_message_key(text: str) -> bool:
    """An idempotency key: 1 to 200 printable characters."""
    return 0 < len(text) <= MAX_KEY and text.isprintable()


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return str((value - EPOCH) // MICROSECOND)
    return str(value.value if isinstance(value, Direction) else value)


def _split(wire: bytes) -> tuple[Header, bytes, bytes, bytes]:
    start = len(_MAGIC) + 4
    if len(wire) < start or wire[: len(_MAGIC)] != _MAGIC:
        raise _invalid("電文の形式が違います")
    end = start + int.from_bytes(wire[len(_MAGIC) : start], "big")
    if end - start > MAX_HEADER or len(wire) < end + _SIGNATURE:
        raise _invalid("電文が途中で切れています")
    head = wire[start:end]
    return _parse(head), head, wire[end : end + _SIGNATURE], wire[end + _SIGNATURE :]


def _parse(head: bytes) -> Header:
    fields: dict[str, object] = {}
    at = 0
    try:
        for name in Header.__struct_fields__:
            (length,) = struct.unpack_from(">I", head, at)
            at += 4 + length
            fields[name] = head[at - length : at].decode()
        fields["version"] = int(str(fields["version"]))
        fields["sent_at"] = EPOCH + int(str(fields["sent_at"])) * MICROSECOND
        fields["direction"] = Direction(fields["direction"])
        header = Header(**fields)  # type: ignore[arg-type]
        # one reading and no other spelling of it: `+5`, `05`, trailing bytes
        well_formed = canonical(header) == head
    except (struct.error, ValueError, OverflowError):
        well_formed = False
    if not (well_formed and _plausible(header)):
        raise _invalid("見出しを読めません")
    return header


def _plausible(header: Header) -> bool:
    """Names and keys fit their columns, so that a refusal is clean and nothing odd reaches a log."""
    for party in (header.sender, header.receiver):
        parties.parse(party)
    return kinds.is_kind_name(header.contract) and is_message_key(header.message_key)


def _invalid(detail: str) -> TodokeError:
    return TodokeError(ErrorCode.MESSAGE_INVALID, detail=detail)
