"""鍵と証明書の作成 (`todoke keys init`): every private key of an instance and its public directory.

One TLS authority per owner (city, platform, national, each sample neighbour), not one per instance: no realm
can then make a certificate that another realm's clients accept, and no authority key lies between realms.
A door asks more than a certificate of a known authority: its fingerprint must be the sender's.

Each owner keeps `<instance>/<owner>/keys/` (mode 700): `authority.key/.pem`, `server.key/.pem` (owners with
a door), and per party `<party>.sign.key`, `<party>.tls.key/.pem`. Private keys have mode 600. Nothing is ever
overwritten here: `renewing` replaces keys while everybody goes on.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from todoke.exchange import certificates, parties
from todoke.exchange.directory import FILE_NAME, Directory, DirectoryFile, Entry, missing
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey


SYSTEMS = "systems"
"""Folder below an instance with a folder of keys for each existing system that sends messages."""

_LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Who keeps which keys. `url`: the door that answers for them (empty = none); `hosts`: its names."""

    folder: str
    parties: Sequence[str]
    url: str = ""
    hosts: Sequence[str] = _LOOPBACK


def owners(
    *,
    city: str,
    neighbours: Sequence[str],
    urls: Mapping[str, str],
    hosts: Iterable[str] = _LOOPBACK,
    systems: Iterable[str] = (),
) -> list[Owner]:
    """The owners of one instance: three realms; neighbour cities and the city's existing systems, which only ask and have no door.

    `urls`: realm (city, platform, national) → URL of its door.
    """
    names = tuple(hosts)
    realms = {
        "city": [parties.city(city)],
        "platform": [parties.platform(code) for code in (city, *neighbours)],
        "national": [parties.NETWORK],
    }
    return [
        *(Owner(folder=r, parties=p, url=urls.get(r, ""), hosts=names) for r, p in realms.items()),
        *(Owner(folder=f"neighbours/{code}", parties=[parties.city(code)]) for code in neighbours),
        *(Owner(folder=f"{SYSTEMS}/{code}", parties=[parties.system(city, code)]) for code in systems),
    ]


def init(root: Path, *, host: str = "127.0.0.1") -> Directory:
    """`make` for the instance that `<root>/instance.toml` describes; `host` is where its doors are reached.

    Error: SETUP_MISSING without that file.
    """
    file = root / "instance.toml"
    if not file.is_file():
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail=f"{root.name}/{file.name} がありません",
            todo="先に todoke database create を実行してください。",
        )
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    described = owners(
        city=found["city"],
        neighbours=[code for code in found["municipalities"] if code != found["city"]],
        urls={realm: f"https://{host}:{port}" for realm, port in found["ports"].items()},
        hosts=dict.fromkeys((host, *_LOOPBACK)),
        systems=sorted(folder.name for folder in (root / SYSTEMS).glob("*")),
    )
    return make(root, instance=found["name"], owners=described)


def add_system(root: Path, code: str, *, host: str = "127.0.0.1") -> Directory:
    """`init` with keys for one more existing system. A door that runs learns of its authority when it starts again.

    Errors: those of `init`; SENDER_REFUSED when the code cannot be in a party's name.
    """
    parties.system("00000", code)
    (root / SYSTEMS / code).mkdir(parents=True, exist_ok=True, mode=0o700)
    return init(root, host=host)


def make(root: Path, *, instance: str, owners: Sequence[Owner]) -> Directory:
    """Make what is missing, keep what is there, write the directory (URLs as given). Repeatable, killable."""
    entries: dict[str, Entry] = {}
    authorities: dict[str, str] = {}
    known = _known(root)
    for owner in owners:
        vault = Vault(root / owner.folder / "keys")
        authority = _authority(vault, instance, owner.folder)
        authorities[owner.folder] = authority.pem
        if owner.url:
            vault.certificate("server", partial(authority.server, hosts=owner.hosts))
        for party in owner.parties:
            entry = _entry(vault, authority, instance, owner, party)
            former = known[party].still_good(clock.now()) if party in known else ()
            entries[party] = msgspec.structs.replace(entry, former=former)
    directory = Directory(instance=instance, authorities=authorities, parties=entries)
    replace_file(root / FILE_NAME, msgspec.json.format(msgspec.json.encode(directory), indent=1))
    return directory


def _known(root: Path) -> dict[str, Entry]:
    try:
        return DirectoryFile(root).current().parties
    except TodokeError:
        return {}


def _authority(vault: Vault, instance: str, folder: str) -> certificates.Authority:
    name = f"Todoke {instance} {folder}"
    certificate = vault.certificate("authority", lambda key: certificates.make_authority(key, name))
    return certificates.Authority(certificate, vault.tls_key("authority"))


def _entry(vault: Vault, authority: certificates.Authority, instance: str, owner: Owner, party: str) -> Entry:
    stem = parties.file_stem(party)
    client = vault.certificate(f"{stem}.tls", lambda key: authority.client(key, instance, party))
    public = vault.signing_key(f"{stem}.sign").public_key()
    return Entry(
        owner=owner.folder,
        signing_key=public.public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
        certificate=client.fingerprint(SHA256()).hex(),
        valid_from=client.not_valid_before_utc,
        valid_until=client.not_valid_after_utc,
        url=owner.url,
    )


class Vault:
    """One key folder: what is there is read, what is missing is made whole and only then given its name."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        self._folder = folder

    def signing_key(self, name: str) -> Ed25519PrivateKey:
        """`<name>.key`, an Ed25519 key."""
        key = self._key(name, Ed25519PrivateKey.generate)
        assert isinstance(key, Ed25519PrivateKey)
        return key

    def tls_key(self, name: str) -> ec.EllipticCurvePrivateKey:
        """`<name>.key`, a P-256 key."""
        key = self._key(name, lambda: ec.generate_private_key(ec.SECP256R1()))
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key

    def certificate(
        self, name: str, make: Callable[[ec.EllipticCurvePrivateKey], x509.Certificate]
    ) -> x509.Certificate:
        """`<name>.pem`, for the key `<name>.key`."""
        path = self._folder / f"{name}.pem"
        key = self.tls_key(name)
        if not path.exists():
            _create(path, make(key).public_bytes(Encoding.PEM), 0o644)
        return x509.load_pem_x509_certificate(path.read_bytes())

    def kept_certificate(self, name: str) -> x509.Certificate:
        """`<name>.pem` as it is; SETUP_MISSING without it."""
        try:
            return x509.load_pem_x509_certificate((self._folder / f"{name}.pem").read_bytes())
        except OSError:
            raise missing(f"{name}.pem") from None

    def hosts_of(self, name: str) -> list[str]:
        """The names that a server's certificate was made for."""
        found = self.kept_certificate(name).extensions.get_extension_for_class(x509.SubjectAlternativeName)
        addresses = [str(one) for one in found.value.get_values_for_type(x509.IPAddress)]
        return [*addresses, *found.value.get_values_for_type(x509.DNSName)]

    def _key(self, name: str, make: Callable[[], PrivateKey]) -> object:
        path = self._folder / f"{name}.key"
        if not path.exists():
            pem = make().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            _create(path, pem, 0o600)
        return load_pem_private_key(path.read_bytes(), password=None)


def _create(path: Path, content: bytes, mode: int) -> None:
    """Write aside, then link: the name appears whole or not at all, and an existing file wins."""
    aside = _write_aside(path, content, mode)
    try:
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        aside.unlink()


def replace_file(path: Path, content: bytes) -> None:
    """The new content under the name, whole or not at all; an equal one is left alone."""
    if not (path.exists() and path.read_bytes() == content):
        _write_aside(path, content, 0o644).replace(path)


def _write_aside(path: Path, content: bytes, mode: int) -> Path:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, mode)  # whatever the umask says
        file.write(content)
        file.flush()
        os.fsync(handle)
    return aside
