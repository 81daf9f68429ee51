"""Point in time, as docs/deployment.md says it: WAL is archived, a base backup taken, and the site goes back between two transactions."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.backup.bank import Bank
from tests.oplog.support import seal, write
from todoke.sites.database.postgres import running_server
from todoke.sites.database.postgres_home import Home, open_home
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.sites.realms import Realm

pytestmark = pytest.mark.slow
ENTRY = (
    "INSERT INTO oplog_operation (at, verb, subject, leaf)"
    " VALUES (now(), 'benefits:decision:decide', %(what)s, sha256(convert_to(%(what)s, 'UTF8')))"
)


@pytest.fixture
def site(databases: Instance, tmp_path, machine: Path) -> Instance:
    """A national site of its own, restored from a backup, on a server of its own."""
    write("network", 6)
    seal(databases, Realm.NATIONAL)
    bank = Bank(tmp_path, databases, Realm.NATIONAL)
    done = bank.restore(bank.make().backup, machine / "site", *bank.witness("network", "linkage", Realm.CITY))
    assert done.returncode == 0, done.stderr
    return Instance.load(machine / "site")


def given(home: Home, folder: Path) -> Path:
    """A folder of the server's account."""
    folder.mkdir(mode=0o700)
    home.give(folder)
    return folder


def archiving(site: Instance, archive: Path) -> None:
    """What the operator sets once; counts from the next start."""
    with running_server(site) as server, psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET archive_mode = on")
        command = f"test ! -f {archive}/%f && cp %p {archive}/%f.part && mv {archive}/%f.part {archive}/%f"
        admin.execute(psycopg.sql.SQL("ALTER SYSTEM SET archive_command = {}").format(command))


def go_back(home: Home, base: Path, archive: Path, moment: str) -> None:
    """The stopped server's data give way to the base backup, which WAL brings to `moment`."""
    home.data.rename(home.data.with_name("damaged"))
    base.rename(home.data)
    with (home.data / "postgresql.auto.conf").open("a", encoding="ascii") as settings:
        settings.write(
            f"restore_command = 'cp {archive}/%f %p'\nrecovery_target_time = '{moment}'\n"
            "recovery_target_action = 'promote'\nhot_standby = off\n"
        )
    (home.data / "recovery.signal").touch()
    home.give(home.data / "recovery.signal")


def test_a_site_goes_back_between_two_transactions(site: Instance, machine: Path) -> None:
    home = open_home(machine / "postgres")
    archive, base = given(home, machine / "wal"), given(home, machine / "base")
    archiving(site, archive)
    with running_server(site) as server:
        done = home.run("pg_basebackup", "-D", str(base), "-X", "none", "-c", "fast", "-d", server.admin_url)
        assert done.returncode == 0, done.stderr
        with psycopg.connect(server.address.uri(site.account("network")), autocommit=True) as app:
            app.execute(ENTRY, {"what": "before the mishap"})
            moment = str(app.execute("SELECT clock_timestamp()").fetchone()[0])
            time.sleep(0.05)
            app.execute(ENTRY, {"what": "the mishap"})
        with psycopg.connect(server.admin_url, autocommit=True) as admin:
            admin.execute("SELECT pg_switch_wal()")
    go_back(home, base, archive, moment)

    with running_server(site) as server:
        with psycopg.connect(server.address.uri(site.account("network"))) as app:
            found = app.execute("SELECT subject FROM oplog_operation WHERE subject LIKE '%mishap'").fetchall()
        assert found == [("before the mishap",)]
        sealed = subprocess.run(
            [sys.executable, "-m", "todoke.cli", "oplog", "seal", "national", "--once"],
            env=os.environ | {ENVIRONMENT: str(site.path), "DJANGO_SETTINGS_MODULE": "todoke.sites.national"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert sealed.returncode == 0, sealed.stderr
