"""The notes beside a file: a manifest (送り状) of who sends it, and an acknowledgement (受領確認) of who got it.

A note is two lines: its content as JSON, and its Ed25519 signature. The second line ends it, so a note whose second line
is not there yet is still being written. A manifest comes after its file: a file without one is not complete.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from todoke.kernel.errors import ErrorCode, TodokeError

MANIFEST, ACKNOWLEDGEMENT = ".manifest", ".ack"
_DOMAIN = b"todoke.exchange.files.v1\x00"


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which file of which queue this is. `sha256` and `size` are of the content, also where `sealed` (age) hides it.

    `repeats`: the number of the refused file that this one corrects.
    """

    system: str
    kind: str
    direction: str
    number: int
    file: str
    sha256: str
    size: int
    records: int
    made_at: datetime
    sealed: bool = False
    repeats: int | None = None


class Result(StrEnum):
    """What became of a file."""

    TAKEN = "taken"
    REFUSED = "refused"


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the receiver says of one file. `bad_rows`: row, column, rule; never a value."""

    system: str
    kind: str
    direction: str
    file: str
    sha256: str
    result: Result
    records: int
    reason: str = ""
    bad_rows: tuple[tuple[int, str, str], ...] = ()


class Unfinished(Exception):
    """The note is still being written."""


Note = TypeVar("Note", Manifest, Acknowledgement)


def signed(note: Manifest | Acknowledgement, key: Ed25519PrivateKey) -> bytes:
    """The two lines."""
    line = msgspec.json.encode(note)
    signature = base64.b64encode(key.sign(_bound(type(note), line)))
    return line + b"\n" + signature + b"\n"


def opened(data: bytes, kind: type[Note], key: Ed25519PublicKey) -> Note:
    """The note, signed by whom it should be. Unfinished; SENDER_REFUSED; MESSAGE_INVALID."""
    line, _, rest = data.partition(b"\n")
    signature, ended, more = rest.partition(b"\n")
    if not ended:
        raise Unfinished
    try:
        key.verify(base64.b64decode(signature, validate=True), _bound(kind, line))
    except (InvalidSignature, binascii.Error):
        raise TodokeError(ErrorCode.SENDER_REFUSED, detail="送り状の署名が登録された鍵と合いません") from None
    try:
        if more:
            raise msgspec.DecodeError
        return msgspec.json.decode(line, type=kind)
    except msgspec.DecodeError:
        raise TodokeError(ErrorCode.MESSAGE_INVALID, detail="送り状の項目が正しくありません") from None


def _bound(kind: type[Manifest | Acknowledgement], line: bytes) -> bytes:
    """A manifest never passes for an acknowledgement."""
    return _DOMAIN + kind.__name__.encode() + b"\x00" + line
