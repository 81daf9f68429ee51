"""復元訓練: a city's site comes back from its backup on a machine that has nothing, with every count, hash and log entry."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.backup.bank import Bank, says_nothing
from tests.oplog.support import seal, write
from tests.systems import city
from todoke.sites.backup import creating, manifest, running
from todoke.sites.database.postgres import running_server
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.sites.realms import Realm


@pytest.fixture
def bank(databases: Instance, tmp_path) -> Bank:
    city.open_site()
    data = databases.path / "city" / "data" / "benefits"
    data.mkdir(parents=True, exist_ok=True)
    (data / "decision-first-00.parquet").write_bytes(b"sealed rows")
    return Bank(tmp_path, databases)


def test_from_nothing(bank: Bank, databases: Instance, machine) -> None:
    write("benefits", 12)
    seal(databases)
    older = bank.make()
    write("benefits", 7, start=50)
    seal(databases)
    witness = bank.witness("benefits", "network", Realm.NATIONAL)
    write("benefits", 3, start=90)
    newer = bank.make()
    running.verify(databases, Realm.CITY, bank.plan, newer.backup, bank.identities["data"])
    running.copy(bank.plan, newer, Realm.CITY, say=says_nothing)

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


@pytest.mark.slow
def test_the_platform_with_all_its_municipalities_comes_back(databases: Instance, tmp_path, machine) -> None:
    """The city is above, the national realm in test_stopped.py."""
    log = "intermediary_14100"
    write(log, 5)
    seal(databases, Realm.PLATFORM)
    bank = Bank(tmp_path, databases, Realm.PLATFORM)
    made = bank.make()
    assert len(made.databases) == len(databases.municipalities) + 1
    done = bank.restore(made.backup, machine / "site", *bank.witness(log, "network", Realm.NATIONAL))
    assert done.returncode == 0, done.stderr
    restored = Instance.load(machine / "site")
    with running_server(restored) as server:
        for code in databases.municipalities:
            uri = server.address.uri(restored.account("intermediary", code))
            with psycopg.connect(uri) as app:
                count = app.execute("SELECT count(*) FROM oplog_operation").fetchone()
            assert count == ((5,) if code == "14100" else (0,))


def test_the_machine_that_makes_backups_cannot_open_them(bank: Bank, databases: Instance) -> None:
    made = bank.make()
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
