"""鍵束 (KeyRing): what one site (or actor) signs and connects with; only its owners' private keys."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from todoke.exchange import parties
from todoke.exchange.directory import Directory, DirectoryFile, Entry, missing
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError


class KeyRing:
    """The keys below `<root>/<owner>/keys` of the given owners, and the instance's directory.

    Errors: SETUP_MISSING when a key is absent or readable by others; KEY_EXPIRED, KEY_NOT_YET_VALID.
    """

    def __init__(self, root: Path, *owners: str) -> None:
        self._root = root
        self._owners = frozenset(owners)
        self._file = DirectoryFile(root)
        self._signing: dict[str, Ed25519PrivateKey] = {}

    @property
    def directory(self) -> Directory:
        """The public directory as it stands now."""
        return self._file.current()

    def signing_key(self, party: str) -> Ed25519PrivateKey:
        """The party's Ed25519 key; only while it is valid."""
        self._own(party).check_validity(party, clock.now())
        key = self._signing.get(party)
        if key is None:
            path = self._party_file(party, "sign.key")
            loaded = load_pem_private_key(_private(path).read_bytes(), password=None)
            if not isinstance(loaded, Ed25519PrivateKey):
                raise missing(path.name)
            key = self._signing[party] = loaded
        return key

    def client_context(self, sender: str, receiver: str) -> ssl.SSLContext:
        """TLS for knocking at `receiver`'s door as `sender`: trusts the receiver's authority only."""
        self._own(sender).check_validity(sender, clock.now())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_verify_locations(cadata=self.directory.authority_of(receiver))
        key = _private(self._party_file(sender, "tls.key"))
        context.load_cert_chain(key.with_suffix(".pem"), key)
        return context

    def server_context(self, owner: str, *, clients: str | None = None) -> ssl.SSLContext:
        """TLS for the owner's servers: a client certificate of a listed authority, or of `clients` (PEM), is required."""
        key = _private(self._root / owner / "keys" / "server.key")
        certificate = key.with_suffix(".pem")
        _check_server(owner, certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED
        authorities = clients or "\n".join(self.directory.authorities.values())
        context.load_verify_locations(cadata=authorities)
        context.load_cert_chain(certificate, key)
        return context

    def _own(self, party: str) -> Entry:
        entry = self.directory.entry(party)
        if entry.owner not in self._owners:
            raise missing(f"{party} の鍵")
        return entry

    def _party_file(self, party: str, suffix: str) -> Path:
        return self._root / self._own(party).owner / "keys" / f"{parties.file_stem(party)}.{suffix}"


def _private(path: Path) -> Path:
    try:
        mode = path.stat().st_mode
    except OSError:
        raise missing(path.name) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail=f"秘密鍵 {path.name} を他の利用者が読めます",
            todo="権限を 600 に直し、漏れた疑いがあれば鍵を作り直してください。",
        )
    return path


def _check_server(owner: str, path: Path) -> None:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    as_entry = Entry(
        owner=owner,
        signing_key="",
        certificate="",
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
    )
    as_entry.check_validity(f"サイト {owner}", clock.now())
