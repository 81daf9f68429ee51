"""The signed list of what a backup holds: it names every part, table, count and hash, and no person."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from todoke.privacy import key_files
from todoke.sites.backup.parts import Part, private, refused

FILE: Final = "manifest.json"
FORMAT: Final = "todoke-backup-1"
SIGN_KEY: Final = "backup.sign.key"
_DOMAIN: Final = b"todoke backup manifest v1\n"


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table: its rows, and the SHA-256 over its COPY BINARY."""

    name: str
    rows: int
    sha256: str


class Log(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far the operation log of a database stood: segments, entries, and its newest signed checkpoint."""

    segments: int
    rows: int
    checkpoint: str


class Database(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One database: the moment of its one snapshot, the edition of its tables (migrations), its content."""

    alias: str
    part: Part
    taken_at: str
    migrations: list[str]
    tables: list[Table]
    log: Log


class Files(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sealed folder: how many files and bytes."""

    part: Part
    files: int
    size: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of one backup. The key parcel lies elsewhere; its hash binds it to this backup."""

    format: str
    backup: str
    instance: str
    realm: str
    city: str
    path: str
    began_at: str
    ended_at: str
    version: str
    server: str
    log_key: str
    databases: list[Database]
    files: Files
    keys: Files

    @property
    def parts(self) -> list[Part]:
        """Every part that lies beside the manifest."""
        return [*(one.part for one in self.databases), self.files.part]

    @property
    def rows(self) -> int:
        return sum(table.rows for one in self.databases for table in one.tables)

    @property
    def size(self) -> int:
        return sum(part.size for part in (*self.parts, self.keys.part))


class _Signed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    manifest: str
    signature: str


def signing_key(keys: Path) -> Ed25519PrivateKey:
    """The realm's key for backups, made on first use."""
    key_files.make(keys / SIGN_KEY)
    return Ed25519PrivateKey.from_private_bytes(key_files.read(keys / SIGN_KEY))


def write(folder: Path, manifest: Manifest, key: Ed25519PrivateKey) -> None:
    """Sign and write it: the last file of a backup."""
    text = msgspec.json.encode(manifest)
    signed = _Signed(manifest=text.decode(), signature=key.sign(_DOMAIN + text).hex())
    with private(folder / FILE) as out:
        out.write(msgspec.json.encode(signed))


def read(folder: Path, signer: Ed25519PublicKey) -> Manifest:
    """The manifest; BACKUP_REFUSED when there is none (interrupted), or it is not signed by `signer`."""
    name = folder.name
    try:
        signed = msgspec.json.decode((folder / FILE).read_bytes(), type=_Signed)
        text = signed.manifest.encode()
        signer.verify(bytes.fromhex(signed.signature), _DOMAIN + text)
        found = msgspec.json.decode(text, type=Manifest)
    except OSError:
        raise refused(name, "目録がありません。作成の途中で止まった控えです") from None
    except InvalidSignature:
        raise refused(name, "目録の署名が一致しません") from None
    except (msgspec.DecodeError, ValueError):
        raise refused(name, "目録を読めません") from None
    if found.format != FORMAT or found.backup != name:
        raise refused(name, "目録が別の控えか別の版のものです")
    return found


def check_parts(folder: Path, manifest: Manifest) -> None:
    """BACKUP_REFUSED unless every part beside the manifest is there with its size and hash."""
    for part in manifest.parts:
        check_part(folder / part.name, part, manifest.backup)


def check_part(path: Path, part: Part, backup: str) -> None:
    """BACKUP_REFUSED unless the file is this part, byte for byte."""
    if not path.is_file():
        raise refused(backup, f"{part.name} がありません")
    if path.stat().st_size != part.size:
        raise refused(backup, f"{part.name} の大きさが違います")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != part.sha256:
            raise refused(backup, f"{part.name} の内容が違います")
