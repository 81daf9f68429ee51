"""One part of a backup: a stream, sealed with age for a recipient whose private key is elsewhere, in constant memory.

age cuts a stream into chunks of 64 KiB, each authenticated with its place and whether it is the last one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import msgspec
import pyrage
from pyrage import x25519

from todoke.exchange.files.vault import Digest
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy import key_files

Work = Callable[[IO[bytes]], None]
_BUFFER: Final = 1 << 20


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sealed file of a backup: its name in the folder, and the size and SHA-256 of its bytes as they lie there."""

    name: str
    size: int
    sha256: str


class _Side(threading.Thread):
    """The other end of a pipe. What went wrong there is kept for whoever waits."""

    def __init__(self, work: Work, end: IO[bytes]) -> None:
        super().__init__(name="backup-pipe", daemon=True)
        self._work, self._end = work, end
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            with self._end as stream:
                self._work(stream)
        except BaseException as error:  # of another thread: whoever waits for it raises or refuses
            self.error = error


def seal(folder: Path, name: str, produce: Work, recipient: str) -> Part:
    """Seal what `produce` writes as the file `name`; whole or not at all. Errors of `produce` pass."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.part")
    read, write = os.pipe()
    side = _Side(produce, os.fdopen(write, "wb", _BUFFER))
    try:
        with os.fdopen(read, "rb", _BUFFER) as given, private(unfinished) as made:
            side.start()
            digest = Digest(made)
            pyrage.encrypt_io(given, digest, [recipient_of(recipient)])
        side.join()
        if side.error is not None:
            raise side.error
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return Part(name=name, size=digest.size, sha256=digest.sha256)


@contextmanager
def opened(path: Path, identity: x25519.Identity, backup: str) -> Iterator[IO[bytes]]:
    """The content as a stream; BACKUP_REFUSED when it was altered, cut, continued or sealed for another key."""

    def decrypt(stream: IO[bytes]) -> None:
        with path.open("rb") as given:
            pyrage.decrypt_io(given, stream, [identity])

    read, write = os.pipe()
    side = _Side(decrypt, os.fdopen(write, "wb", _BUFFER))
    side.start()
    try:
        with os.fdopen(read, "rb", _BUFFER) as stream:
            yield stream
            rest = stream.read(1)
    except (EOFError, ValueError):
        side.join()
        raise refused(backup, f"{path.name} を読めません") from None
    side.join()
    if side.error is not None or rest:
        raise refused(backup, f"{path.name} を開けません")


def probe(path: Path, identity: x25519.Identity, backup: str) -> None:
    """Open a part to its end, for nothing but the certainty. Errors: `opened`."""
    with opened(path, identity, backup) as stream:
        while stream.read(_BUFFER):
            pass


@contextmanager
def private(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only we may read, on the disk when the block ends."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb", _BUFFER) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def identity_of(path: Path) -> x25519.Identity:
    """The private key in a file of mode 600 (AGE-SECRET-KEY-1…); SETUP_MISSING."""
    text = key_files.read_private(path).decode("ascii", "replace")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    try:
        return x25519.Identity.from_str("".join(lines).strip())
    except (ValueError, pyrage.IdentityError):
        raise _missing(f"{path.name} は age の秘密鍵ではありません") from None


def recipient_of(text: str) -> x25519.Recipient:
    """The public key (age1…) that something is sealed for; SETUP_MISSING for other text."""
    try:
        return x25519.Recipient.from_str(text)
    except (ValueError, pyrage.RecipientError):
        raise _missing("控えの公開鍵（age1…）が正しくありません") from None


def refused(backup: str, reason: str) -> TodokeError:
    """A backup that is not used."""
    return TodokeError(ErrorCode.BACKUP_REFUSED, backup=backup, reason=reason)


def _missing(detail: str) -> TodokeError:
    todo = "「todoke backup keys」で作った鍵を確かめてください。"
    return TodokeError(ErrorCode.SETUP_MISSING, detail=detail, todo=todo)
