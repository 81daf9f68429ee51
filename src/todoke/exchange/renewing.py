"""鍵と証明書の更新: new keys of a party or a server while messages flow; the old ones are accepted for an overlap.

The order is what keeps every moment good: the new keys are made aside; the directory says them beside the old ones;
only then they take the files' names. Killed anywhere, the same call goes on with the keys that lie aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from todoke.exchange import parties
from todoke.exchange.certificates import Authority
from todoke.exchange.directory import FILE_NAME, Directory, DirectoryFile, Entry, Former
from todoke.exchange.keys import Vault, replace_file
from todoke.kernel import clock

OVERLAP = timedelta(hours=24)
_ASIDE = "next"
_PARTY = ("sign.key", "tls.key", "tls.pem")


def renew_party(root: Path, party: str, *, overlap: timedelta = OVERLAP) -> Entry:
    """New signing and TLS keys of one party; what it had is accepted for `overlap`. Errors: SETUP_MISSING, SENDER_REFUSED."""
    directory = DirectoryFile(root).current()
    old, stem = directory.entry(party), parties.file_stem(party)
    folder = root / old.owner / "keys"
    if _is_published(folder / f"{stem}.{_ASIDE}.tls.pem", old):  # a killed call had come so far
        _take_names(folder, stem, _PARTY)
        return old
    vault = Vault(folder)
    authority = Authority(vault.kept_certificate("authority"), vault.tls_key("authority"))
    client = vault.certificate(
        f"{stem}.{_ASIDE}.tls", lambda key: authority.client(key, directory.instance, party)
    )
    public = vault.signing_key(f"{stem}.{_ASIDE}.sign").public_key()
    fresh = msgspec.structs.replace(
        old,
        signing_key=public.public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
        certificate=client.fingerprint(SHA256()).hex(),
        valid_from=client.not_valid_before_utc,
        valid_until=client.not_valid_after_utc,
    )
    now = clock.now()
    gone = Former(
        signing_key=old.signing_key, certificate=old.certificate, until=min(now + overlap, old.valid_until)
    )
    fresh = msgspec.structs.replace(fresh, former=(*old.still_good(now), gone))
    _publish(root, directory, party, fresh)
    _take_names(folder, stem, _PARTY)
    return fresh


def renew_server(root: Path, owner: str) -> None:
    """A new key and certificate of an owner's door, by its authority; a door that runs shows it to new connections."""
    folder = root / owner / "keys"
    vault = Vault(folder)
    authority = Authority(vault.kept_certificate("authority"), vault.tls_key("authority"))
    hosts = vault.hosts_of("server")
    pem, key = (folder / f"server.{_ASIDE}.{suffix}" for suffix in ("pem", "key"))
    if key.exists() or not pem.exists():  # else a killed call had taken the key already
        vault.certificate(f"server.{_ASIDE}", partial(authority.server, hosts=hosts))
    _take_names(folder, "server", ("key", "pem"))


def _is_published(aside: Path, entry: Entry) -> bool:
    """Whether the certificate that lies aside is the one that the directory says: it takes its name last."""
    if not aside.exists():
        return False
    found = x509.load_pem_x509_certificate(aside.read_bytes())
    return found.fingerprint(SHA256()).hex() == entry.certificate


def _take_names(folder: Path, stem: str, suffixes: Sequence[str]) -> None:
    for suffix in suffixes:
        _take_name(folder, stem, suffix)


def _take_name(folder: Path, stem: str, suffix: str) -> None:
    aside = folder / f"{stem}.{_ASIDE}.{suffix}"
    if aside.exists():  # else a killed call had taken it
        aside.replace(folder / f"{stem}.{suffix}")


def _publish(root: Path, directory: Directory, party: str, entry: Entry) -> None:
    changed = msgspec.structs.replace(directory, parties={**directory.parties, party: entry})
    replace_file(root / FILE_NAME, msgspec.json.format(msgspec.json.encode(changed), indent=1))
