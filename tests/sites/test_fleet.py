"""Many municipalities: a canary first, the others untouched when it fails, and every stop is gone on from."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from todoke.identifiers.municipality_names import nationwide
from todoke.kernel.errors import TodokeError
from todoke.sites.database import fleet, provision
from todoke.sites.database.fleet import State
from todoke.sites.database.postgres import Server
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm

CODES = ("01100", "02201", "03201", "04100")
MAKE = """
import sys, pathlib
from todoke.sites.instance import Instance
from todoke.sites.database.postgres import Server
from todoke.sites.entering import enter_everything
instance = Instance.load(sys.argv[1])
enter_everything(instance)
from todoke.sites.database.provision import provision
from todoke.sites.realms import Realm
class Seen:
    def total(self, count): print(count, flush=True)
    def advance(self, count): print("done", flush=True)
server = Server(host=sys.argv[2], port=int(sys.argv[3]), admin_url=sys.argv[4])
provision(instance, server, realms=[Realm.PLATFORM], meter=Seen())
"""


@pytest.fixture
def made(server: Server, tmp_path: Path) -> Iterator[Instance]:
    instance = Instance.create(tmp_path / "fleet", f"fleet_{secrets.token_hex(3)}", municipalities=CODES)
    instance.use_server(server.address)
    try:
        yield instance
    finally:
        provision.drop(instance, server)


def states(instance: Instance, server: Server) -> list[State]:
    return [one.state for one in provision.standings(instance, server)]


def program(instance: Instance, server: Server) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MAKE, str(instance.path), server.host, str(server.port), server.admin_url],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TODOKE_INSTANCE": str(instance.path)},
    )


def test_a_killed_run_is_gone_on_with_and_what_is_done_is_passed_over(made: Instance, server: Server) -> None:
    assert states(made, server) == [State.MISSING] * 4
    with program(made, server) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "4\n"
        assert running.stdout.readline() == "done\n"
        time.sleep(0.05)  # somewhere within the second
        os.kill(running.pid, signal.SIGKILL)
    after = states(made, server)
    assert after[0] is State.CURRENT
    assert after[3] is State.MISSING
    with program(made, server) as again:
        said, _ = again.communicate(timeout=120)
    assert again.returncode == 0
    assert int(said.split()[0]) == 4 - after.count(State.CURRENT)
    assert states(made, server) == [State.CURRENT] * 4
    with program(made, server) as idle:
        assert idle.communicate(timeout=60)[0] == ""  # nothing left to do
    for code in CODES:
        with psycopg.connect(server.address.uri(made.account("intermediary", code))) as own:
            assert own.execute("SELECT count(*) FROM intermediary_replica").fetchone() == (0,)


def behind(instance: Instance, server: Server) -> None:
    """As after an upgrade of the program: every database has an older edition."""
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        for wall in instance.walls(Realm.PLATFORM):
            if wall[0] == "intermediary":
                admin.execute(f"COMMENT ON DATABASE {instance.account(*wall).dbname} IS 'todoke older'")


def test_when_the_canary_fails_nobody_else_is_touched(
    databases: Instance, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind(databases, server)
    touched: list[str | None] = []
    real = provision._database

    def failing(admin, instance, server, system, part):  # type: ignore[no-untyped-def]
        if system == "intermediary":
            touched.append(part)
            raise psycopg.errors.DuplicateColumn
        real(admin, instance, server, system, part)

    monkeypatch.setattr(provision, "_database", failing)
    with pytest.raises(TodokeError, match="MIGRATION_STOPPED") as stopped:
        provision.provision(databases, server, canary="27100")
    assert touched == ["27100"]
    assert stopped.value.details == {
        "municipality": "27100",
        "kind": "DuplicateColumn",
        "untouched": len(databases.municipalities) - 1,
    }
    assert set(states(databases, server)) == {State.BEHIND}
    monkeypatch.undo()
    provision.provision(databases, server, canary="27100")
    assert set(states(databases, server)) == {State.CURRENT}
    connections.close_all()


def test_other_passwords_and_other_migrations_are_another_edition(
    databases: Instance, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(states(databases, server)) == {State.CURRENT}
    monkeypatch.setattr(fleet, "edition", lambda: "0" * 16)
    assert set(states(databases, server)) == {State.BEHIND}
    monkeypatch.undo()
    file = databases.path / "platform" / "database.secret"
    kept = file.read_text()
    try:
        file.write_text(secrets.token_hex(32))
        assert set(states(databases, server)) == {State.BEHIND}
    finally:
        file.write_text(kept)


def test_the_whole_nation_has_1788_municipalities() -> None:
    found = nationwide()
    assert len(found) == len(set(found)) == 1_788
    assert {"01000", "01100", "13101", "14100", "47382"} <= set(found)
    assert "14101" not in found
