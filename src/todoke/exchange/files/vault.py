"""Files while they wait: sealed with age for the instance's own key, which the municipality's key wraps.

Streaming both ways: a file of any size passes in constant memory. Outside of the vault a file is in the clear only in
the folder of its system, and in a private work folder while it is being read.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyrage import x25519

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy import key_files
from todoke.privacy.wrapping import Wrapper

_CONTEXT = b"v1|files|"
_DAY = 86_400


class Digest:
    """A stream that counts and hashes what passes, to or from another stream (or nowhere)."""

    def __init__(self, stream: IO[bytes] | None = None) -> None:
        self._stream, self._hash, self.size = stream, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        assert self._stream is not None
        data = self._stream.read(size)
        self._note(data)
        return data

    def write(self, data: bytes) -> int:
        self._note(data)
        return self._stream.write(data) if self._stream else len(data)

    def flush(self) -> None:
        if self._stream:
            self._stream.flush()

    def _note(self, data: bytes) -> None:
        self._hash.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


@dataclass(frozen=True, repr=False)
class Vault:
    """The sealed files of an instance, and the two keys of its file exchange."""

    folder: Path
    identity: x25519.Identity
    signing_key: Ed25519PrivateKey

    @property
    def recipient(self) -> str:
        """What other systems may seal their files for (age1…)."""
        return str(self.identity.to_public())

    @property
    def public_key(self) -> str:
        """By what other systems verify our notes (Ed25519, hex)."""
        return self.signing_key.public_key().public_bytes_raw().hex()

    def take_in(self, name: str, source: IO[bytes], *, sealed: bool = False) -> Digest:
        """Seal a stream as `name`; its digest. `sealed`: it is sealed for us already and stays as it is.

        INPUT_CHANGED for a sealed stream that our key does not open.
        """
        path = self._path(name)
        waiting = path.with_name(f".{name}.{secrets.token_hex(4)}.part")
        try:
            with _private(waiting) as made:
                digest = self._copied(source, made) if sealed else self._sealed(source, made)
            if sealed:
                digest = self._inside(waiting)
            waiting.replace(path)
        finally:
            waiting.unlink(missing_ok=True)
        return digest

    def open(self, name: str, target: Path) -> None:
        """The content in the clear, readable by us alone. INPUT_CHANGED when it was altered, NOT_FOUND when it is gone."""
        with _private(target) as made:
            self._open(self._path(name), made)

    def sealed_for(self, name: str, recipient: str, target: Path) -> None:
        """The content sealed for another system."""
        with self.in_the_clear(name) as source, source.open("rb") as given, _private(target) as made:
            pyrage.encrypt_io(given, made, [x25519.Recipient.from_str(recipient)])

    @contextmanager
    def in_the_clear(self, name: str) -> Iterator[Path]:
        """The content in a folder of its own that goes with the block."""
        with self.work() as folder:
            path = folder / "content"
            self.open(name, path)
            yield path

    @contextmanager
    def work(self) -> Iterator[Path]:
        """A private folder that goes with the block; what a killed process left is removed by `sweep`."""
        base = self.folder / "work"
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = Path(mkdtemp(prefix=f"{os.getpid()}-", dir=base))
        try:
            yield folder
        finally:
            _remove(folder)

    def sweep(self) -> int:
        """Remove the work folders of processes that are no more; how many."""
        found = [
            folder
            for folder in (self.folder / "work").glob("*-*")
            if not Path("/proc", folder.name.partition("-")[0]).exists()
        ]
        for folder in found:
            _remove(folder)
        return len(found)

    def remove_strays(self, kept: Collection[str]) -> int:
        """Remove contents that nobody has noted (their process was killed) and that are older than a day; how many."""
        old = time.time() - _DAY
        strays = [
            path
            for pattern in ("*.age", ".*.part")
            for path in self.folder.glob(pattern)
            if path.name not in kept and path.stat().st_mtime < old
        ]
        for path in strays:
            path.unlink(missing_ok=True)
        return len(strays)

    def remove(self, name: str) -> None:
        """Content that is no longer needed."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.folder / name

    def _sealed(self, source: IO[bytes], made: IO[bytes]) -> Digest:
        digest = Digest(source)
        pyrage.encrypt_io(digest, made, [self.identity.to_public()])
        return digest

    def _copied(self, source: IO[bytes], made: IO[bytes]) -> Digest:
        digest = Digest(made)
        while data := source.read(1 << 20):
            digest.write(data)
        return digest

    def _inside(self, path: Path) -> Digest:
        digest = Digest()
        self._open(path, digest)
        return digest

    def _open(self, path: Path, made: IO[bytes] | Digest) -> None:
        if not path.is_file():
            raise TodokeError(ErrorCode.NOT_FOUND, what="保管中のファイル")
        try:
            with path.open("rb") as given:
                pyrage.decrypt_io(given, made, [self.identity])
        except (pyrage.DecryptError, OSError):
            raise TodokeError(ErrorCode.INPUT_CHANGED, file=path.name) from None


def opened(folder: Path, keys: Path, municipality: str, wrapper: Wrapper) -> Vault:
    """The vault of an instance; its keys are made when there are none yet."""
    identity = _key(
        keys / f"files-{municipality}.age", wrapper, lambda: str(x25519.Identity.generate()).encode()
    )
    signing = _key(
        keys / f"files-{municipality}.sign", wrapper, lambda: secrets.token_bytes(key_files.KEY_BYTES)
    )
    return Vault(
        folder, x25519.Identity.from_str(identity.decode()), Ed25519PrivateKey.from_private_bytes(signing)
    )


def _key(path: Path, wrapper: Wrapper, make: Callable[[], bytes]) -> bytes:
    """A secret in a file, wrapped by the municipality's key; of two processes that make it, one stays."""
    context = _CONTEXT + path.name.encode()
    if not path.exists():
        wrapper.make()
        waiting = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        with _private(waiting) as file:
            file.write(base64.b64encode(wrapper.wrap(make(), context)))
        with suppress(FileExistsError):
            os.link(waiting, path)
        waiting.unlink()
    return wrapper.unwrap(base64.b64decode(key_files.read_private(path)), context)


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only we may read, on the disk when the block ends."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
