"""署名済みチェックポイント: signed notes in the forms of C2SP (signed-note, tlog-checkpoint, tlog-cosignature), Ed25519.

    todoke.demo/log/benefits        origin: instance and database
    12                              segments
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
    time 1648602900000000           µs since 1970 UTC
    rows 40213                      entries in these segments

    — todoke.demo/city xyz…         key name, then base64 of key hash (4 bytes) and signature

A witness adds a line of its own: its signature is over `cosignature/v1`, a time, and the same text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_SIGNER, _WITNESS = b"\x01", b"\x04"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The state of one log: all its segments, as one root."""

    origin: str
    size: int
    root: bytes
    at: int
    rows: int

    def text(self) -> str:
        """The text that is signed."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\ntime {self.at}\nrows {self.rows}\n"


def sign(checkpoint: Checkpoint, name: str, key: Ed25519PrivateKey) -> str:
    """The note: text, blank line, the log's own signature."""
    text = checkpoint.text()
    blob = _key_hash(name, _SIGNER, key.public_key()) + key.sign(text.encode())
    return f"{text}\n{_line(name, blob)}"


def cosign(checkpoint: Checkpoint, name: str, key: Ed25519PrivateKey, *, at: int) -> str:
    """A witness's line: it saw this checkpoint at `at` (seconds since 1970) and nothing that contradicts it."""
    blob = struct.pack(">Q", at) + key.sign(_cosigned(checkpoint, at))
    return _line(name, _key_hash(name, _WITNESS, key.public_key()) + blob)


def read(note: str) -> Checkpoint:
    """The checkpoint as the note claims it, nothing verified yet; ValueError for another form."""
    text, _, _ = note.partition("\n\n")
    try:
        origin, size, root, time, rows = text.split("\n")
        found = Checkpoint(
            origin=origin,
            size=int(size),
            root=base64.b64decode(root, validate=True),
            at=int(time.removeprefix("time ")),
            rows=int(rows.removeprefix("rows ")),
        )
    except (ValueError, binascii.Error) as error:
        raise ValueError("not a checkpoint") from error
    if len(found.root) != 32 or not note.startswith(found.text() + "\n"):
        raise ValueError("not a checkpoint")
    return found


def signed_by(note: str, name: str, key: Ed25519PublicKey) -> bool:
    """Whether the note carries `name`'s signature, made with this key."""
    text, _, lines = note.partition("\n\n")
    prefix = _key_hash(name, _SIGNER, key)
    return any(_verifies(key, blob[4:], f"{text}\n".encode()) for blob in _blobs(lines, name, prefix))


def cosigned_by(checkpoint: Checkpoint, line: str, name: str, key: Ed25519PublicKey) -> bool:
    """Whether `line` is `name`'s co-signature of the checkpoint."""
    for blob in _blobs(line, name, _key_hash(name, _WITNESS, key)):
        if len(blob) == 76:
            (at,) = struct.unpack_from(">Q", blob, 4)
            if _verifies(key, blob[12:], _cosigned(checkpoint, at)):
                return True
    return False


def _cosigned(checkpoint: Checkpoint, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{checkpoint.text()}".encode()


def _line(name: str, blob: bytes) -> str:
    return f"— {name} {base64.b64encode(blob).decode()}\n"


def _blobs(lines: str, name: str, key_hash: bytes) -> list[bytes]:
    found = []
    for line in lines.splitlines():
        start = f"— {name} "
        if line.startswith(start):
            try:
                blob = base64.b64decode(line[len(start) :], validate=True)
            except binascii.Error:
                continue
            if blob[:4] == key_hash:
                found.append(blob)
    return found


def _key_hash(name: str, kind: bytes, key: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + kind + key.public_bytes_raw()).digest()[:4]


def _verifies(key: Ed25519PublicKey, signature: bytes, data: bytes) -> bool:
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True
