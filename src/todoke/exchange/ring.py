"""鍵束 (KeyRing): what one site (or actor) signs and connects with; only its owners' private keys."""

from __future__ import annotations

import ssl
import stat
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from todoke.exchange import parties
from todoke.exchange.directory import Directory, DirectoryFile, Entry, missing
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

Stamp = tuple[int, int]
_MOMENT = 0.1


class KeyRing:
    """The keys below `<root>/<owner>/keys` of the given owners, and the instance's directory.

    Errors: SETUP_MISSING when a key is absent or readable by others; KEY_EXPIRED, KEY_NOT_YET_VALID.
    """

    def __init__(self, root: Path, *owners: str) -> None:
        self._root = root
        self._owners = frozenset(owners)
        self._file = DirectoryFile(root)
        self._signing: dict[str, tuple[Stamp, Ed25519PrivateKey]] = {}
        self._served: dict[str, Stamp] = {}

    @property
    def directory(self) -> Directory:
        """The public directory as it stands now."""
        return self._file.current()

    def signing_key(self, party: str) -> Ed25519PrivateKey:
        """The party's Ed25519 key; only while it is valid."""
        self._own(party).check_validity(party, clock.now())
        path = self._party_file(party, "sign.key")
        stamp, known = _stamp(path), self._signing.get(party)
        if known is not None and known[0] == stamp:
            return known[1]
        loaded = load_pem_private_key(_private(path).read_bytes(), password=None)
        if not isinstance(loaded, Ed25519PrivateKey):
            raise missing(path.name)
        self._signing[party] = (stamp, loaded)
        return loaded

    def client_stamp(self, sender: str) -> Stamp:
        """Changes when the sender's TLS certificate is replaced: whoever keeps connections makes new ones."""
        return _stamp(self._party_file(sender, "tls.pem"))

    def client_context(self, sender: str, receiver: str) -> ssl.SSLContext:
        """TLS for knocking at `receiver`'s door as `sender`: trusts the receiver's authority only."""
        self._own(sender).check_validity(sender, clock.now())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_verify_locations(cadata=self.directory.authority_of(receiver))
        _load(context, _private(self._party_file(sender, "tls.key")))
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
        self._served[owner] = _stamp(certificate)
        _load(context, key)
        return context

    def renew_server(self, context: ssl.SSLContext, owner: str) -> None:
        """Let new connections see the owner's server certificate as it lies there now; cheap when it is the same."""
        key = self._root / owner / "keys" / "server.key"
        stamp = _stamp(key.with_suffix(".pem"))
        if self._served.get(owner) != stamp:
            _load(context, _private(key))
            self._served[owner] = stamp

    def _own(self, party: str) -> Entry:
        entry = self.directory.entry(party)
        if entry.owner not in self._owners:
            raise missing(f"{party} の鍵")
        return entry

    def _party_file(self, party: str, suffix: str) -> Path:
        return self._root / self._own(party).owner / "keys" / f"{parties.file_stem(party)}.{suffix}"


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        raise missing(path.name) from None
    return (status.st_mtime_ns, status.st_ino)


def _load(context: ssl.SSLContext, key: Path) -> None:
    """Certificate and key are two files: in the moment between their replacements they do not fit, and a moment later do."""
    for last in (False, False, True):
        try:
            context.load_cert_chain(key.with_suffix(".pem"), key)
        except ssl.SSLError:
            if last:
                raise
            time.sleep(_MOMENT)
        else:
            return


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
