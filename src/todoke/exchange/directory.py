"""当事者名簿 (Directory): the public half of every party, in `<instance>/directory.json`."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from todoke.kernel import clock
from todoke.kernel.clock import JAPAN
from todoke.kernel.errors import ErrorCode, TodokeError

FILE_NAME = "directory.json"


class Former(msgspec.Struct, frozen=True, kw_only=True):
    """Keys that a party has replaced, accepted beside the new ones until they are out of use everywhere."""

    signing_key: str
    certificate: str
    until: datetime


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One party: Ed25519 public key and SHA-256 of its TLS client certificate (hex), validity, door or ""."""

    owner: str
    signing_key: str
    certificate: str
    valid_from: datetime
    valid_until: datetime
    url: str = ""
    former: tuple[Former, ...] = ()

    def signed(self, data: bytes, signature: bytes) -> bool:
        """Whether `signature` over `data` was made with this party's key, or with one it has just replaced."""
        keys = (self.signing_key, *(one.signing_key for one in self.still_good(clock.now())))
        return any(_is_signed(key, data, signature) for key in keys)

    def has_certificate(self, fingerprint: str) -> bool:
        """Whether the party may come with this client certificate now."""
        good = (self.certificate, *(one.certificate for one in self.still_good(clock.now())))
        return fingerprint in good

    def still_good(self, now: datetime) -> tuple[Former, ...]:
        """Replaced keys whose overlap is not over."""
        return tuple(one for one in self.former if now <= one.until)

    def check_validity(self, party: str, now: datetime) -> None:
        """KEY_EXPIRED or KEY_NOT_YET_VALID, with the date in Japan."""
        if now > self.valid_until:
            raise TodokeError(ErrorCode.KEY_EXPIRED, party=party, until=_japanese(self.valid_until))
        if now < self.valid_from:
            raise TodokeError(ErrorCode.KEY_NOT_YET_VALID, party=party, since=_japanese(self.valid_from))


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """All parties of one instance. `authorities`: owner → its TLS authority's certificate (PEM)."""

    instance: str
    authorities: dict[str, str]
    parties: dict[str, Entry]

    def entry(self, party: str) -> Entry:
        """The party's entry; SENDER_REFUSED when it is not listed."""
        try:
            return self.parties[party]
        except KeyError:
            raise TodokeError(ErrorCode.SENDER_REFUSED, detail="名簿にない当事者です") from None

    def party_with(self, certificate: str) -> str | None:
        """The party whose client certificate has this fingerprint."""
        return next((name for name, one in self.parties.items() if one.has_certificate(certificate)), None)

    def authority_of(self, party: str) -> str:
        """The PEM certificate of the authority that vouches for the party's door."""
        return self.authorities[self.entry(party).owner]


class DirectoryFile:
    """A directory on disk, read again when the file is replaced: a new key or port needs no restart."""

    def __init__(self, root: Path) -> None:
        self._path = root / FILE_NAME
        self._stamp: tuple[int, int] | None = None
        self._directory: Directory | None = None

    def current(self) -> Directory:
        """The directory as it stands; SETUP_MISSING when there is none or it cannot be read."""
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_ino)
            directory = self._directory
            if directory is None or stamp != self._stamp:
                directory = msgspec.json.decode(self._path.read_bytes(), type=Directory)
                self._directory, self._stamp = directory, stamp
        except (OSError, msgspec.MsgspecError):
            raise missing(FILE_NAME) from None
        return directory


def missing(what: str) -> TodokeError:
    """SETUP_MISSING for a file that `todoke keys init` makes."""
    return TodokeError(
        ErrorCode.SETUP_MISSING, detail=f"{what} を読めません", todo="todoke keys init を実行してください。"
    )


def _japanese(moment: datetime) -> str:
    return f"{moment.astimezone(JAPAN):%Y-%m-%d %H:%M}"


def _is_signed(key: str, data: bytes, signature: bytes) -> bool:
    try:
        _public_key(key).verify(signature, data)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=4096)
def _public_key(text: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))
