"""The embedded server: starts, joins, stops with its program, and survives kill -9 of anything."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.database import postgres_home
from todoke.sites.database.postgres import running_server
from todoke.sites.database.postgres_home import remove
from todoke.sites.instance import Instance

STARTER = """
import sys, time, pathlib
from todoke.sites.database.postgres import running_server
with running_server(pathlib.Path(sys.argv[1])) as server:
    print(server.pid or 0, server.port, flush=True)
    time.sleep(120)
"""


@pytest.fixture
def var(monkeypatch) -> Iterator[Path]:
    """A folder for a server of this test's own, which the server's account can reach."""
    monkeypatch.delenv("TODOKE_DATABASE_URL", raising=False)
    folder = Path(tempfile.mkdtemp(prefix="todoke-test-"))
    folder.chmod(0o711)
    yield folder
    remove(folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)


def _program(var: Path) -> tuple[subprocess.Popen[str], int, int]:
    """Another program that starts or joins the server; its own process id, the postmaster's and the port."""
    program = subprocess.Popen([sys.executable, "-c", STARTER, str(var)], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    pid, port = map(int, program.stdout.readline().split())
    return program, pid, port


def _end(program: subprocess.Popen[str]) -> None:
    program.kill()
    program.wait()
    assert program.stdout is not None
    program.stdout.close()


def _gone(pid: int) -> bool:
    """Whether a process has ended (a zombie has) within ten seconds."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.1)
    return False


def _write(url: str, rows: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, %s)", [rows])


def _count(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert row is not None
        return int(row[0])


def test_it_demands_the_password_keeps_its_port_and_stops(var) -> None:
    with running_server(var) as server:
        stranger = f"host={server.host} port={server.port} user=postgres dbname=postgres"
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(stranger, passfile="/dev/null")
        assert os.listdir(var / "postgres" / "data").count("postmaster.pid") == 1
        _write(server.admin_url, 3)
    assert not (var / "postgres" / "data" / "postmaster.pid").exists()
    with running_server(var) as again:
        assert again.port == server.port
        assert _count(again.admin_url) == 3


def test_secrets_are_for_our_eyes_only(var) -> None:
    with running_server(var) as server:
        assert (var / "postgres" / "superuser.password").stat().st_mode & 0o077 == 0
        assert (var / "postgres" / "data").stat().st_mode & 0o077 == 0
        password = (var / "postgres" / "superuser.password").read_text()
        assert password not in repr(server)
        assert password.encode() not in Path(f"/proc/{server.pid}/cmdline").read_bytes()


def test_data_is_intact_after_kill_9_of_the_postmaster(var) -> None:
    with running_server(var) as server:
        assert server.pid is not None
        _write(server.admin_url, 100_000)
        os.kill(server.pid, signal.SIGKILL)
        with running_server(var) as again:  # at once: the old processes are still dying
            assert again.pid not in (None, server.pid)
            assert _count(again.admin_url) == 100_000
    with running_server(var) as last:
        assert _count(last.admin_url) == 100_000


def test_a_postmaster_killed_under_another_program_is_replaced(var) -> None:
    program, pid, _ = _program(var)
    try:
        os.kill(pid, signal.SIGKILL)  # its parent lives on and must have reaped it
        with running_server(var) as server:
            assert server.pid not in (None, pid)
            _write(server.admin_url, 1)
    finally:
        _end(program)


def test_the_server_stops_when_its_program_is_killed(var) -> None:
    program, pid, port = _program(var)
    _end(program)
    assert _gone(pid)
    with running_server(var) as server:
        assert (server.pid, server.port) != (pid, 0)
        assert server.port == port
        _write(server.admin_url, 1)


def test_a_start_right_after_the_kill_of_the_program_succeeds(var) -> None:
    for _ in range(3):
        program, _, _ = _program(var)
        _end(program)
    with running_server(var) as server:
        _write(server.admin_url, 1)


def test_a_second_program_joins_and_leaves_the_server_running(var) -> None:
    with running_server(var) as server:
        program, pid, port = _program(var)
        assert (pid, port) == (0, server.port)  # 0: it started nothing
        _end(program)
        with running_server(var) as joined:
            assert joined.pid is None
        _write(server.admin_url, 1)


def test_two_programs_starting_at_once_share_one_server(var) -> None:
    programs = [
        subprocess.Popen([sys.executable, "-c", STARTER, str(var)], stdout=subprocess.PIPE, text=True)
        for _ in "ab"
    ]
    try:
        said = [program.stdout.readline().split() for program in programs if program.stdout]
        assert len({port for _, port in said}) == 1
        assert sorted(pid == "0" for pid, _ in said) == [False, True]
    finally:
        for program in programs:
            _end(program)


def test_an_instance_learns_the_address(var) -> None:
    instance = Instance.create(var / "demo", "demo", municipalities=["14100"])
    with running_server(instance) as server:
        assert instance.server() == server.address
        assert (var / "postgres" / "data").is_dir()


def test_a_given_server_is_used_and_none_started(var, monkeypatch) -> None:
    url = "postgresql://chief:secret@db.example:6543/postgres?sslmode=verify-full"
    monkeypatch.setenv("TODOKE_DATABASE_URL", url)
    with running_server(var) as server:
        assert (server.host, server.port, server.admin_url, server.pid) == ("db.example", 6543, url, None)
        assert server.options == {"sslmode": "verify-full"}
        assert "secret" not in repr(server)
    assert not (var / "postgres").exists()


def test_data_of_another_edition_is_refused_not_touched(var) -> None:
    (var / "postgres" / "data").mkdir(parents=True)
    (var / "postgres" / "data" / "PG_VERSION").write_text("12\n")
    with pytest.raises(TodokeError, match="12") as refused, running_server(var):
        pass
    assert refused.value.code is ErrorCode.SETUP_MISSING
    assert os.listdir(var / "postgres" / "data") == ["PG_VERSION"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
class TestAsRoot:
    def test_the_server_runs_as_an_unprivileged_account(self, var) -> None:
        with running_server(var) as server:
            owner = Path(f"/proc/{server.pid}").stat().st_uid
            assert owner != 0
            assert (var / "postgres" / "data").stat().st_uid == owner

    def test_a_folder_that_the_account_cannot_reach_is_left_closed(self, var, monkeypatch) -> None:
        state = var / "state"
        monkeypatch.setattr(postgres_home, "_STATE", state)
        (var / "home").mkdir(mode=0o700)  # like root's home
        with running_server(var / "home") as server:
            pointer = json.loads((var / "home" / "postgres" / "where.json").read_text())
            assert Path(pointer["state"]).parent == state
            assert Path(f"/proc/{server.pid}/exe").resolve().is_relative_to(state)
            _write(server.admin_url, 2)
        assert (var / "home").stat().st_mode & 0o777 == 0o700
        with running_server(var / "home") as again:
            assert _count(again.admin_url) == 2
        shutil.rmtree(var / "home")  # somebody deletes the checkout
        (var / "other").mkdir(mode=0o700)
        with running_server(var / "other"):
            assert len(list(state.iterdir())) == 1
        remove(var / "other" / "postgres")
        assert list(state.iterdir()) == []
