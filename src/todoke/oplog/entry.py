"""操作の記録の一件 (entry): its fields, its one byte form, and its leaf hash. Knows no database.

Public part, big-endian: version (1 byte), time (µs since 1970 UTC, 8), persons (8), whether there is a personal part
(1), then each text as its length in bytes (4) and its UTF-8 form in NFC, in the order of `TEXTS`. Lengths come first
and the order is fixed, so two entries never share a form. Personal part: for the person's index and the encrypted
detail, each a presence byte, a length (4) and the bytes.

    leaf = SHA256(0x00 ‖ public ‖ commitment),  commitment = HMAC-SHA256(salt, personal), or nothing

The commitment is salted, so that after the salt is destroyed nobody can try numbers against it, while the leaf still
proves everything public (facts/exchange.md §e 6). `tree_leaf` binds a leaf to the place that PostgreSQL gave it.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

VERSION: Final = 1
SALT_BYTES: Final = 16
TEXTS: Final = (
    "actor", "organisation", "session_id", "terminal", "duty", "purpose", "verb", "subject", "object_type",
    "outcome", "permit_id",
)  # fmt: skip
_HEAD = struct.Struct(">BqqB")
_LENGTH = struct.Struct(">I")
_PLACE = struct.Struct(">QQ")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Outcome(Enum):
    """How the operation ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One operation as it is logged. `index` is the person's keyed index, `detail` a ciphertext."""

    at: datetime
    actor: str
    organisation: str
    session_id: str
    terminal: str
    duty: str
    purpose: str
    verb: str
    subject: str
    persons: int
    object_type: str
    outcome: str
    permit_id: str
    index: bytes | None = None
    detail: bytes | None = None


def nfc(text: str) -> str:
    """The text in NFC: one spelling for one text."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 UTC."""
    return (at - _EPOCH) // _MICROSECOND


def moment(count: int) -> datetime:
    """The moment so many microseconds after 1970 UTC."""
    return _EPOCH + count * _MICROSECOND


def public(at: int, persons: int, personal: bool, texts: tuple[str, ...]) -> bytes:
    """The byte form of the public part; `texts` in the order of `TEXTS`, `at` in µs."""
    parts = [_HEAD.pack(VERSION, at, persons, personal)]
    for text in texts:
        data = text.encode() if text.isascii() else unicodedata.normalize("NFC", text).encode()
        parts.append(_LENGTH.pack(len(data)))
        parts.append(data)
    return b"".join(parts)


def public_of(entry: Entry) -> bytes:
    """`public` of an entry."""
    personal = entry.index is not None or entry.detail is not None
    texts = tuple(getattr(entry, name) for name in TEXTS)
    return public(microseconds(entry.at), entry.persons, personal, texts)


def parse_public(data: bytes) -> tuple[int, int, bool, tuple[str, ...]]:
    """Time (µs), persons, whether a personal part exists, and the texts; ValueError for any other form."""
    try:
        version, at, persons, personal = _HEAD.unpack_from(data)
        place, texts = _HEAD.size, []
        for _ in TEXTS:
            (length,) = _LENGTH.unpack_from(data, place)
            place += 4 + length
            texts.append(data[place - length : place].decode())
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError("not the form of an entry") from error
    found = (at, persons, bool(personal), tuple(texts))
    # one reading and no other spelling of it: cut, trailing bytes, text not in NFC
    if version != VERSION or public(*found) != data:
        raise ValueError("not the form of an entry")
    return found


def personal(index: bytes | None, detail: bytes | None) -> bytes:
    """The byte form of the personal part."""
    return b"".join(
        b"\x00" if part is None else b"\x01" + _LENGTH.pack(len(part)) + part for part in (index, detail)
    )


def commitment(salt: bytes, index: bytes | None, detail: bytes | None) -> bytes:
    """The salted commitment to the personal part, 32 bytes."""
    return hmac.digest(salt, personal(index, detail), "sha256")


def leaf(form: bytes, committed: bytes = b"") -> bytes:
    """Leaf hash of an entry from its public form and its commitment (empty when nothing is personal)."""
    return hashlib.sha256(b"\x00" + form + committed).digest()


def tree_leaf(xid: int, number: int, hashed: bytes) -> bytes:
    """The leaf in its place: transaction and row number as PostgreSQL gave them (RFC 6962 leaf of 48 bytes)."""
    return hashlib.sha256(b"\x00" + _PLACE.pack(xid, number) + hashed).digest()
