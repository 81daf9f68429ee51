"""What a realm keeps in files: its sealed data and public notes in one part, everything secret in the key parcel."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from todoke.sites.backup.parts import Work
from todoke.sites.instance import PUBLIC, Instance
from todoke.sites.realms import Realm

Entry = tuple[Path, str]
_PUBLIC_NOTES: Final = ("instance.toml", "directory.json", "oplog.*.pub", "backup.*.pub")
_PASSING: Final = ("cli-sessions", "log", "data")
"""Folders of a realm that are no secret, or last no longer than a session."""


def data(instance: Instance, realm: Realm) -> list[Entry]:
    """Parquet files and other sealed data, and the public notes of the instance."""
    found = [(path, path.name) for pattern in _PUBLIC_NOTES for path in instance.path.glob(pattern)]
    return [*found, *_below(instance.path / realm.value / "data", f"{realm.value}/data")]


def secrets(instance: Instance, realm: Realm) -> list[Entry]:
    """Keys, passwords and certificates of a realm; of the city also the public page's and what it keeps as a municipality.

    What a municipality keeps for the platform (鍵暗号化鍵) is its own and never the platform's; a key inside a PKCS#11
    token does not leave it.
    """
    folder = instance.path / realm.value
    found = [(path, f"{realm.value}/{path.name}") for path in sorted(folder.glob("*")) if path.is_file()]
    for inner in sorted(folder.glob("*/")):
        if inner.name not in _PASSING:
            found += _below(inner, f"{realm.value}/{inner.name}")
    if realm is Realm.CITY:
        found += _below(instance.path / PUBLIC, PUBLIC)
        own = Path(os.environ.get("TODOKE_MUNICIPAL_KEYS") or instance.path / "municipal-keys")
        found += _below(own / instance.city, f"municipal-keys/{instance.city}")
    return found


def packed(entries: list[Entry], seen: dict[str, int]) -> Work:
    """What writes these files as a tar; `seen` counts files and bytes. One that was purged meanwhile is left out."""

    def work(stream: IO[bytes]) -> None:
        with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            for path, name in entries:
                try:
                    with path.open("rb") as file:
                        member = tar.gettarinfo(arcname=name, fileobj=file)
                        member.uid = member.gid = 0
                        member.uname = member.gname = ""
                        tar.addfile(member, file)
                except FileNotFoundError:
                    continue
                seen["files"] = seen.get("files", 0) + 1
                seen["size"] = seen.get("size", 0) + member.size

    return work


def unpack(stream: IO[bytes], folder: Path) -> int:
    """Write the files below `folder`, only plain ones and nowhere else; how many."""
    count = 0
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        for member in tar:
            if not member.isreg():
                raise ValueError("only plain files are in a backup")
            (folder / member.name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            tar.extract(member, folder, filter="data")
            count += 1
    while stream.read(1 << 20):
        pass
    return count


def _below(folder: Path, name: str) -> Iterator[Entry]:
    """The finished files of a folder; one that is being written has a name that begins with a point."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            yield path, f"{name}/{path.relative_to(folder)}"
