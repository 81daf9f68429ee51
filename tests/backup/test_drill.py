"""復元訓練: a city's site comes back from its backup on a machine that has nothing, with every count, hash and log entry."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest
from pyrage import x25519

from tests.oplog.honest import seal_and_witness
from tests.oplog.support import seal, write
from tests.systems import city
from todoke.kernel import clock
from todoke.oplog import exporting
from todoke.oplog.entry import microseconds
from todoke.sites.backup import creating, manifest, running, witnessed
from todoke.sites.backup.plan import Plan
from todoke.sites.database.postgres import running_server
from todoke.sites.database.postgres_home import remove
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.sites.realms import Realm


def says_nothing(_line: str) -> None:
    """Nobody listens."""


class Bank:
    """The place with the two private keys, and what a site that is lost leaves behind elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.identities = {name: x25519.Identity.generate() for name in ("data", "keys")}
        for name, identity in self.identities.items():
            (folder / f"{name}.key").write_text(f"{identity}\n", encoding="ascii")
            (folder / f"{name}.key").chmod(0o600)
        self.plan = Plan(
            data_recipient=str(self.identities["data"].to_public()),
            keys_recipient=str(self.identities["keys"].to_public()),
            folder=str(folder / "backups"),
            keys_folder=str(folder / "parcels"),
            copies=[str(folder / "away")],
        ).check()

    def restore(self, name: str, target: Path, *more: str) -> subprocess.CompletedProcess[str]:
        """As the person with both keys does it, on a machine without anything of ours."""
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("TODOKE_", "DJANGO_"))
        }
        return subprocess.run(
            [
                sys.executable, "-m", "todoke.cli", "backup", "restore", str(self.folder / "backups" / "city" / name),
                "--parcel", str(self.folder / "parcels" / "city" / f"{name}.keys.age"),
                "--data-identity", str(self.folder / "data.key"), "--keys-identity", str(self.folder / "keys.key"),
                "--signer", str(self.folder / "signer.pub"), "--to", str(target), *more,
            ],
            env=clean, capture_output=True, text=True, check=False,
        )  # fmt: skip


@pytest.fixture
def machine() -> Iterator[Path]:
    """A folder that the database server's own account can reach, unlike pytest's."""
    folder = Path(mkdtemp(prefix="todoke-drill-"))
    folder.chmod(0o711)
    yield folder
    remove(folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def bank(databases: Instance, tmp_path) -> Bank:
    city.open_site()
    data = databases.path / "city" / "data" / "benefits"
    data.mkdir(parents=True, exist_ok=True)
    (data / "decision-first-00.parquet").write_bytes(b"sealed rows")
    found = Bank(tmp_path)
    key = creating.write_public_key(databases, Realm.CITY)
    (tmp_path / "signer.pub").write_text(key, encoding="ascii")
    return found


def test_from_nothing(bank: Bank, databases: Instance, tmp_path, machine) -> None:
    write("benefits", 12)
    seal_and_witness(databases)
    older = running.make(databases, Realm.CITY, bank.plan, say=says_nothing)
    write("benefits", 7, start=50)
    seal(databases)
    seal_and_witness(databases)
    write("benefits", 3, start=90)
    newer = running.make(databases, Realm.CITY, bank.plan, say=says_nothing)
    running.verify(databases, Realm.CITY, bank.plan, newer.backup, bank.identities["data"])
    running.copy(bank.plan, newer, Realm.CITY, say=says_nothing)
    seen, at = exporting.witnessed("network"), microseconds(clock.now())
    witnessed.export(seen, tmp_path / "seen", instance=databases.name, realm="national", at=at)
    witness = ("--witness", str(tmp_path / "seen"))

    target = machine / "site"
    refused = bank.restore(older.backup, target, *witness)
    assert (refused.returncode, "BACKUP_BEHIND" in refused.stderr) == (4, True), refused.stderr
    assert bank.restore(newer.backup, target).returncode == 4  # without a witness nobody can tell
    assert not list(target.parent.iterdir())

    done = bank.restore(newer.backup, target, *witness)
    assert done.returncode == 0, done.stderr
    assert not target.with_name("site.restoring").exists()
    restored = Instance.load(target)
    assert (target / "city/data/benefits/decision-first-00.parquet").read_bytes() == b"sealed rows"
    for name in ("oplog.detail.key", "authority.key"):
        there, here = (site.path / "city" / "keys" / name for site in (restored, databases))
        assert there.exists() == here.exists()
    assert (target / "city/keys/oplog.sign.key").stat().st_mode & 0o777 == 0o600
    with running_server(restored) as server:
        uri = server.address.uri(restored.account("benefits"))
        assert_rights(uri)
        assert_goes_on(target, uri)


def assert_rights(uri: str) -> None:
    """The app role reads what was there, its guards are back, and the restore is in the log."""
    with psycopg.connect(uri, autocommit=True) as app:
        assert app.execute("SELECT count(*) FROM oplog_operation").fetchone() == (22,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("UPDATE oplog_operation SET actor = 'x'")
        mark = (
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        assert app.execute(mark).fetchone() == (None,)


def assert_goes_on(target: Path, uri: str) -> None:
    """A new server's transaction numbers begin low; the restored log is sealed on all the same."""
    with psycopg.connect(uri, autocommit=True) as app:
        (before,) = app.execute("SELECT max(seg) FROM oplog_segment").fetchone()
        app.execute(
            "INSERT INTO oplog_operation (at, verb, leaf) VALUES (now(), 'benefits:decision:decide', sha256('x'))"
        )
        done = subprocess.run(
            [sys.executable, "-m", "todoke.cli", "oplog", "seal", "city", "--once"],
            env=os.environ | {ENVIRONMENT: str(target), "DJANGO_SETTINGS_MODULE": "todoke.sites.city"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        newest = "SELECT seg, n FROM oplog_segment ORDER BY seg DESC LIMIT 1"
        assert app.execute(newest).fetchone() == (before + 1, 4)


def test_the_machine_that_makes_backups_cannot_open_them(bank: Bank, databases: Instance) -> None:
    made = running.make(databases, Realm.CITY, bank.plan, say=says_nothing)
    secrets = {
        path.read_bytes()
        for path in databases.path.rglob("*")
        if path.is_file() and path.stat().st_size < 10_000
    }
    for identity in bank.identities.values():
        assert not any(str(identity).encode() in secret for secret in secrets)
    names = {path.name for path in creating.home(bank.plan, Realm.CITY).rglob("*") if path.is_file()}
    assert not any("keys" in name for name in names)
    assert manifest.FILE in names
    assert running.listed(databases, Realm.CITY, bank.plan) == [made]
