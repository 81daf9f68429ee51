"""One folder per queue, in a folder per system that only the system's account may enter.

Nothing is read before it is complete (its manifest stands beside it), and what we write appears complete: written
aside, flushed, renamed. As root, folder and files belong to the system's account; else to ours.
"""

from __future__ import annotations

import math
import os
import pwd
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from todoke.exchange.files.notes import ACKNOWLEDGEMENT, MANIFEST
from todoke.kernel.errors import ErrorCode, TodokeError

SETTLE = 60.0
"""Seconds in which a file that does not agree with its manifest may still be on its way."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


@dataclass(frozen=True)
class Folder:
    """The folder of one queue of one system. `account`: who exchanges files there besides us (empty: nobody)."""

    root: Path
    system: str
    direction: str
    kind: str
    account: str = ""

    @property
    def path(self) -> Path:
        return self.root / self.system / self.direction / self.kind

    @property
    def answers(self) -> Path:
        """Where the acknowledgements lie."""
        return self.path / "ack"

    def make(self) -> None:
        """The folders, closed to everybody else."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o711)
        system = self.root / self.system
        for folder in (system, system / self.direction, self.path, self.answers):
            folder.mkdir(exist_ok=True, mode=0o700)
            folder.chmod(0o700)
            self._give(folder)

    def manifests(self) -> list[str]:
        """Names of the manifests that lie there, in the order of their numbers."""
        return _names(self.path, MANIFEST)

    def acknowledgements(self) -> list[str]:
        """Names of the acknowledgements that lie there."""
        return _names(self.answers, ACKNOWLEDGEMENT)

    def read_note(self, name: str) -> bytes:
        """A small file beside the data."""
        with self.open(name) as file:
            return file.read(1 << 24)

    def read_answer(self, name: str) -> bytes:
        """An acknowledgement."""
        with _opened(self.answers / name, self._owners()) as file:
            return file.read(1 << 26)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A file to read; INPUT_MISSING, SENDER_REFUSED when it is no plain file of the system's account."""
        with _opened(self.path / plain(name), self._owners()) as file:
            yield file

    def size(self, name: str) -> int | None:
        """Bytes that are there, None without the file."""
        try:
            return (self.path / plain(name)).lstat().st_size
        except FileNotFoundError:
            return None

    def age(self, name: str) -> float:
        """Seconds since anything was written to it; of a file that is not there, more than any."""
        try:
            return time.time() - (self.path / name).lstat().st_mtime
        except FileNotFoundError:
            return math.inf

    def write(self, name: str, data: bytes) -> None:
        """A small file, whole."""
        _write_whole(self.path / name, data)
        self._give(self.path / name)

    def write_answer(self, name: str, data: bytes) -> None:
        """An acknowledgement, whole."""
        _write_whole(self.answers / name, data)
        self._give(self.answers / name)

    def put(self, name: str, source: Path) -> None:
        """A copy of a file, whole."""
        with source.open("rb") as given, _aside(self.path / name) as made:
            shutil.copyfileobj(given, made, 1 << 20)
        self._give(self.path / name)

    def remove(self, *names: str) -> None:
        """Files that are done with, in this order."""
        for name in names:
            (self.path / plain(name)).unlink(missing_ok=True)
        _sync(self.path)

    def remove_answer(self, name: str) -> None:
        """An acknowledgement that was heard."""
        (self.answers / plain(name)).unlink(missing_ok=True)

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0 and self.account:
            user = _account(self.account)
            os.chown(path, user.pw_uid, user.pw_gid)

    def _owners(self) -> set[int]:
        return {os.geteuid()} | ({_account(self.account).pw_uid} if self.account else set())


def plain(name: str) -> str:
    """The name itself; MESSAGE_INVALID for what could lead out of the folder."""
    if not _PLAIN.fullmatch(name):
        raise TodokeError(ErrorCode.MESSAGE_INVALID, detail="ファイル名に使えない文字があります")
    return name


def _account(name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        todo = "OSにアカウントを作るか、登録を直してください。"
        raise TodokeError(
            ErrorCode.SETUP_MISSING, detail=f"OSのアカウント {name} がありません", todo=todo
        ) from None


def _names(folder: Path, suffix: str) -> list[str]:
    if not folder.is_dir():
        return []
    names = (path.name for path in folder.iterdir())
    return sorted(name for name in names if name.endswith(suffix) and _PLAIN.fullmatch(name))


@contextmanager
def _opened(path: Path, owners: set[int]) -> Iterator[IO[bytes]]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        raise TodokeError(ErrorCode.INPUT_MISSING, file=path.name) from None
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_uid not in owners:
            detail = "ファイルがこのシステムのアカウントのものではありません"
            raise TodokeError(ErrorCode.SENDER_REFUSED, detail=detail)
        yield file


@contextmanager
def _aside(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path` that takes its name when it is whole and on the disk."""
    waiting = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(path)
        _sync(path.parent)
    finally:
        waiting.unlink(missing_ok=True)


def _write_whole(path: Path, data: bytes) -> None:
    with _aside(path) as file:
        file.write(data)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
