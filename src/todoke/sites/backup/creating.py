"""Making a backup: one snapshot of every database, sealed as it is read; the manifest comes last.

The snapshots of a realm are taken together, within milliseconds, callers before those they call: what a caller does not
remember it does again under the same key, and what is only left over at the called one harms nobody (ADR 0031).
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog import keys as log_keys
from todoke.sites.backup import dumping, files, manifest, parts
from todoke.sites.backup.dumping import Snapshot
from todoke.sites.backup.manifest import Database, Files, Manifest, Table
from todoke.sites.backup.parts import Part
from todoke.sites.backup.plan import Plan
from todoke.sites.instance import Instance
from todoke.sites.realms import DIRECTORY, Realm, alias

CALLERS_FIRST: Final = (
    "benefits", "inquiry", "linkage", "residents", "intermediary", "network", DIRECTORY,
)  # fmt: skip
TOGETHER: Final = 16
"""Snapshots that are open at once: all of a city; a platform's municipalities share nothing and come in turns."""

Say = Callable[[str], None]
Wall = tuple[str, str | None]
_OLD_PART: Final = 86_400


def create(instance: Instance, realm: Realm, plan: Plan, *, say: Say = lambda _line: None) -> Manifest:
    """Make one backup of a realm's site, as its own account. STATE_CONFLICT while another one is being made."""
    began = clock.now()
    name = f"{realm.value}-{began:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    keys = instance.path / realm.value / "keys"
    signer = manifest.signing_key(keys)
    write_public_key(instance, realm)
    with _place(plan, realm) as (home, keys_home):
        unfinished = home / f".{name}.part"
        unfinished.mkdir(mode=0o700)
        try:
            databases = list(_databases(instance, realm, unfinished, plan, say))
            found = Manifest(
                format=manifest.FORMAT,
                backup=name,
                instance=instance.name,
                realm=realm.value,
                city=instance.city,
                path=str(instance.path),
                began_at=began.isoformat(),
                ended_at=clock.now().isoformat(),
                version=version("todoke"),
                server=_server(instance, realm),
                log_key=log_keys.public_key(instance.path, realm.value).public_bytes_raw().hex(),
                databases=databases,
                files=_sealed(
                    files.data(instance, realm), unfinished, "files.tar.age", plan.data_recipient
                ),
                keys=_sealed(
                    files.secrets(instance, realm), keys_home, f"{name}.keys.age", plan.keys_recipient
                ),
            )  # fmt: skip
            manifest.write(unfinished, found, signer)
            manifest.check_parts(unfinished, found)
            manifest.check_part(keys_home / found.keys.part.name, found.keys.part, name)
            unfinished.rename(home / name)
            _settle(home)
        except BaseException:  # also Ctrl-C: nothing may stay that looks like a backup
            (keys_home / f"{name}.keys.age").unlink(missing_ok=True)
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    say(f"{name}  {found.rows:,} 行  {found.size / 1e6:,.1f} MB")
    return found


def home(plan: Plan, realm: Realm) -> Path:
    """Where a realm's backups lie."""
    return Path(plan.folder) / realm.value


def keys_home(plan: Plan, realm: Realm) -> Path:
    """Where its key parcels lie."""
    return Path(plan.keys_folder) / realm.value


def write_public_key(instance: Instance, realm: Realm) -> str:
    """The public key of the realm's manifests, also written to `<instance>/backup.<realm>.pub`."""
    key = manifest.signing_key(instance.path / realm.value / "keys").public_key().public_bytes_raw().hex()
    file = instance.path / f"backup.{realm.value}.pub"
    if not file.exists() or file.read_text(encoding="ascii").strip() != key:
        file.write_text(f"{key}\n", encoding="ascii")
    return key


@contextmanager
def _place(plan: Plan, realm: Realm) -> Iterator[tuple[Path, Path]]:
    """The two folders, held by one process; what a killed one left in them is removed."""
    ours, keys = home(plan, realm), keys_home(plan, realm)
    for folder in (ours, keys):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (ours / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="別の処理が控えを作っています") from None
        for left in ours.glob(".*.part"):
            shutil.rmtree(left, ignore_errors=True)
        old = time.time() - _OLD_PART
        for stray in keys.glob("*.keys.age"):
            backup = stray.name.removesuffix(".keys.age")
            if not (ours / backup).exists() and stray.stat().st_mtime < old:
                stray.unlink(missing_ok=True)
        yield ours, keys


def _databases(instance: Instance, realm: Realm, folder: Path, plan: Plan, say: Say) -> Iterator[Database]:
    walls = sorted(instance.walls(realm), key=lambda wall: CALLERS_FIRST.index(wall[0]))
    for start in range(0, len(walls), TOGETHER):
        with ExitStack() as stack:
            for one in _snapshots(instance, walls[start : start + TOGETHER], stack):
                yield _database(one, folder, plan)
                one.connection.close()
                say(f"  {one.alias}")


def _snapshots(instance: Instance, walls: Sequence[Wall], stack: ExitStack) -> list[Snapshot]:
    found = []
    for wall in walls:
        one = dumping.snapshot(alias(*wall), instance.uri(*wall))
        stack.callback(one.connection.close)
        found.append(one)
    return found


def _database(one: Snapshot, folder: Path, plan: Plan) -> Database:
    tables: list[Table] = []
    part = parts.seal(
        folder,
        f"databases/{one.alias}.age",
        lambda stream: tables.extend(one.dump(stream)),
        plan.data_recipient,
    )
    return Database(
        alias=one.alias,
        part=part,
        taken_at=_text(one.taken_at),
        migrations=one.migrations,
        tables=tables,
        log=one.log,
    )


def _sealed(entries: list[files.Entry], folder: Path, name: str, recipient: str) -> Files:
    seen: dict[str, int] = {}
    part: Part = parts.seal(folder, name, files.packed(entries, seen), recipient)
    return Files(part=part, files=seen.get("files", 0), size=seen.get("size", 0))


def _server(instance: Instance, realm: Realm) -> str:
    with dumping.connect(instance.uri(DIRECTORY, realm.value)) as connection:
        return f"PostgreSQL {connection.info.server_version // 10000}"


def _settle(folder: Path) -> None:
    """The new name is on the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _text(moment: datetime) -> str:
    return moment.isoformat()
