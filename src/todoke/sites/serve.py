"""`todoke serve`: one site as a process: its door, its deliveries, and its screens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from todoke.sites import entering, processes
from todoke.sites.demonstration.run_folder import newest_instance
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.sites.postgres import running_server
from todoke.sites.realms import Realm

SCREEN_PORTS = {Realm.CITY: 8401, Realm.PLATFORM: 8402, Realm.NATIONAL: 8403}


def serve(realm: Realm, *, screens: bool) -> None:
    """Serve until SIGTERM or SIGINT. Writes `<instance>/<realm>.ready` with our process id when the door is open."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    instance = entering.enter(realm)
    from todoke.exchange.server import DoorServer
    from todoke.sites import wiring

    with ExitStack() as stack:
        stack.enter_context(
            DoorServer(wiring.door(realm, instance), owner=realm.value, port=instance.ports[realm.value])
        )
        if screens:
            stack.callback(_screens(realm).terminate)
        (instance.path / f"{realm.value}.ready").write_text(str(os.getpid()), encoding="ascii")
        wiring.dispatcher(realm, instance).run(stop)


def _screens(realm: Realm) -> subprocess.Popen[bytes]:
    """The screens of the site on loopback: granian, a process of its own."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += [
        "--port",
        str(SCREEN_PORTS[realm]),
        "--no-ws",
        "--log-level",
        "warning",
        "todoke.sites.wsgi:application",
    ]
    return subprocess.Popen(command, preexec_fn=processes.die_with_parent(), env={**os.environ})


def serve_all(var: Path, say: Callable[[str], None]) -> None:
    """The three sites of the newest instance, with the database server; until Ctrl-C."""
    instance = Instance.load(newest_instance(var))
    environment = {ENVIRONMENT: str(instance.path)}
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with running_server(instance):
        children = [
            processes.Child(
                realm.value,
                ["serve", realm.value],
                log=instance.path / "log" / f"{realm.value}.log",
                environment=environment,
            )
            for realm in Realm
        ]
        for realm in Realm:
            say(f"{realm.value:<9} http://127.0.0.1:{SCREEN_PORTS[realm]}/")
        try:
            while not stop.wait(0.5):
                for child in children:
                    if not child.running():
                        raise processes.stopped(child, child.wait())
        finally:
            for child in children:
                child.stop()
