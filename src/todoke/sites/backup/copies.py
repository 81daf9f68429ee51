"""Copies elsewhere: folders, or S3 and its kin by the clients that pyarrow ships; each is read back before it counts.

An address: `/mnt/remote/todoke` or `s3://bucket/prefix?endpoint_override=host:9000&scheme=https&region=…`. Credentials
come from the environment or the machine's role (AWS_ACCESS_KEY_ID…), never from a file of ours.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from pyarrow import fs

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.backup.manifest import FILE, Manifest
from todoke.sites.backup.parts import refused

_CHUNK: Final = 4 << 20


def put(folder: Path, found: Manifest, address: str) -> int:
    """Copy a backup; the manifest last, after every other part was read back there. Returns the bytes written."""
    there, base = _open(address)
    base = f"{base}/{found.realm}/{found.backup}"
    try:
        for part in found.parts:
            _send(there, folder / part.name, f"{base}/{part.name}")
            if _sha256(there, f"{base}/{part.name}") != part.sha256:
                raise refused(found.backup, f"写した {part.name} の内容が違います")
        _send(there, folder / FILE, f"{base}/{FILE}")
    except OSError:
        raise TodokeError(ErrorCode.UNAVAILABLE, what="控えの写し先") from None
    return sum(part.size for part in found.parts)


def get(address: str, realm: str, backup: str, folder: Path) -> Path:
    """Bring a copy back into `folder`, for verification and restore; the manifest last."""
    there, base = _open(address)
    base = f"{base}/{realm}/{backup}"
    target = folder / backup
    try:
        names = _names(there, base)
        if FILE not in names:
            raise refused(backup, "写し先に目録がありません")
        for name in sorted(names, key=lambda name: name == FILE):
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with there.open_input_stream(f"{base}/{name}") as given, path.open("wb") as made:
                while data := given.read(_CHUNK):
                    made.write(data)
    except OSError:
        raise TodokeError(ErrorCode.UNAVAILABLE, what="控えの写し先") from None
    return target


def remove(address: str, realm: str, backup: str) -> None:
    """Remove a copy, its manifest first: what is half removed is no backup."""
    there, base = _open(address)
    base = f"{base}/{realm}/{backup}"
    try:
        if FILE in _names(there, base):
            there.delete_file(f"{base}/{FILE}")
        if there.get_file_info(base).type != fs.FileType.NotFound:
            there.delete_dir(base)
    except OSError:
        raise TodokeError(ErrorCode.UNAVAILABLE, what="控えの写し先") from None


def _open(address: str) -> tuple[fs.FileSystem, str]:
    try:
        if "://" not in address:
            return fs.LocalFileSystem(), str(Path(address).resolve())
        there, base = fs.FileSystem.from_uri(address)
    except (ValueError, OSError):
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail="控えの写し先を読めません",
            todo="フォルダーか s3://… を書いてください。",
        ) from None
    return there, base.rstrip("/")


def _has_folders(there: fs.FileSystem) -> bool:
    """Not so in S3, where a folder is but a part of its objects' names, and an empty object in its stead would stay."""
    return bool(there.type_name == "local")


def _send(there: fs.FileSystem, path: Path, target: str) -> None:
    if _has_folders(there):
        there.create_dir(target.rpartition("/")[0], recursive=True)
    with path.open("rb") as given, there.open_output_stream(target) as made:
        while data := given.read(_CHUNK):
            made.write(data)


def _sha256(there: fs.FileSystem, target: str) -> str:
    digest = hashlib.sha256()
    with there.open_input_stream(target) as given:
        while data := given.read(_CHUNK):
            digest.update(data)
    return digest.hexdigest()


def _names(there: fs.FileSystem, base: str) -> list[str]:
    found = there.get_file_info(fs.FileSelector(base, recursive=True, allow_not_found=True))
    return [info.path.removeprefix(f"{base}/") for info in found if info.type == fs.FileType.File]
