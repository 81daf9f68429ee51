"""Data keys in files outside the database: made once, readable by their owner only."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from todoke.kernel.errors import ErrorCode, TodokeError

KEY_BYTES = 32


def make(path: Path) -> None:
    """A new random key at `path` (mode 600) unless one is there; of two processes that try, one key stays."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)  # unlike rename, never replaces a key that another process has just made
    except FileExistsError:
        return
    finally:
        unfinished.unlink(missing_ok=True)


def read(path: Path) -> bytes:
    """The key; SETUP_MISSING when it is absent, of the wrong size, or readable by others."""
    key = read_private(path)
    if len(key) != KEY_BYTES:
        raise _missing(f"鍵 {path.name} の長さが違います", "控えから戻してください。")
    return key


def read_private(path: Path) -> bytes:
    """The content of a file that only its owner may read; SETUP_MISSING when it is absent or readable by others."""
    try:
        status = path.stat()
        content = path.read_bytes()
    except OSError:
        raise _missing(f"鍵 {path.name} がありません", "控えから戻してください。") from None
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise _missing(f"鍵 {path.name} を他の利用者が読めます", "権限を 600 に直してください。")
    return content


def _missing(detail: str, todo: str) -> TodokeError:
    return TodokeError(ErrorCode.SETUP_MISSING, detail=detail, todo=todo)
