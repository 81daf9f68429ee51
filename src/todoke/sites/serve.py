"""`todoke serve`: one site as a process: its door, its deliveries, and its screens."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from todoke.sites import entering, processes, terminals
from todoke.sites.database.postgres import running_server
from todoke.sites.demonstration.run_folder import newest_instance
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.sites.realms import TRIAL_TERMINALS, Realm
from todoke.sites.terminal_agent import HOST

MAX_UPLOAD = 96 << 20
"""Largest request to a screen, in bytes: 300,000 numbers to be converted come in a file of some 60 MB."""

SCREENS = {Realm.CITY: 8441, Realm.PLATFORM: 8442, Realm.NATIONAL: 8443}
"""Ports of the screens, behind mutual TLS with a terminal's certificate."""

KEPT_CONNECTIONS = 40
"""Idle database connections of a site's process; with those in use far below the server's max_connections of 120."""

MAX_QUESTION = 16 << 10
"""Largest request to the page on the internet, in bytes."""

PUBLIC_PORT = 8404
"""Port of the page on the internet, on loopback: the city's gateway stands before it with the certificate that the public knows."""

KEPT_BY_SCREENS = 16
"""As many for the screens: as many as they have threads."""

TRIAL_TERMINAL = "trial"


def serve(realm: Realm, *, screens: bool) -> None:
    """Serve until SIGTERM or SIGINT. Writes `<instance>/<realm>.ready` with our process id when the door is open."""
    stop = _until_signalled()
    instance = entering.enter(realm)
    from todoke.engine.kept import base as connections
    from todoke.exchange.server import DoorServer
    from todoke.sites import log_keeping, watching, wiring

    connections.keep(KEPT_CONNECTIONS)

    log_keeping.check_durable(instance, realm)
    with ExitStack() as stack:
        stack.enter_context(
            DoorServer(wiring.door(realm, instance), owner=realm.value, port=instance.ports[realm.value])
        )
        if screens:
            log = instance.path / "log" / f"{realm.value}-screens.log"
            stack.callback(processes.Child("screens", ["screens", realm.value], log=log, environment={}).stop)
        if realm is Realm.CITY:
            stack.enter_context(watching.watched())
        (instance.path / f"{realm.value}.ready").write_text(str(os.getpid()), encoding="ascii")
        wiring.dispatcher(realm, instance).run(stop)


def serve_screens(realm: Realm, port: int) -> None:
    """The screens of one site, behind mutual TLS, until SIGTERM or SIGINT; a process of their own beside the door's."""
    stop = _until_signalled()
    instance = entering.enter(realm)
    from todoke.engine.kept import base as connections
    from todoke.exchange.server import TlsServer
    from todoke.sites import housekeeping
    from todoke.sites.wsgi import application

    connections.keep(KEPT_BY_SCREENS)
    context = terminals.server_context(instance, realm)
    with TlsServer(
        application, context, name=f"screens-{realm.value}", port=port, threads=16, max_body=MAX_UPLOAD
    ):
        housekeeping.keep_tidy(stop)


def serve_public(port: int) -> None:
    """The page on the internet (公開の状況照会), until SIGTERM or SIGINT: nobody is asked for a certificate, a name or a cookie."""
    import django

    stop = _until_signalled()
    os.environ["DJANGO_SETTINGS_MODULE"] = "todoke.sites.public"
    django.setup()
    from todoke.engine.kept import base as connections
    from todoke.exchange.server import PlainServer
    from todoke.sites.monitoring import journal
    from todoke.sites.wsgi import application

    journal.start()

    connections.keep(KEPT_CONNECTIONS)
    with PlainServer(application, name="public", port=port, threads=32, max_body=MAX_QUESTION):
        stop.wait()


def be_terminal(realm: Realm, name: str, *, screens_port: int, port: int) -> None:
    """The agent of one terminal on loopback, until SIGTERM or SIGINT."""
    from todoke.sites.terminal_agent import AgentServer, TerminalAgent

    stop = _until_signalled()
    instance = Instance.load(entering.chosen_instance())
    with AgentServer(TerminalAgent(instance, realm, name, screens_port=screens_port, port=port), port=port):
        stop.wait()


def _until_signalled() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def serve_all(var: Path, say: Callable[[str], None]) -> None:
    """The three sites of the newest instance, with the database server; until Ctrl-C."""
    instance = Instance.load(newest_instance(var))
    stop = _until_signalled()
    for realm in Realm:
        terminals.issue(instance, realm, TRIAL_TERMINAL)
    with running_server(instance):
        children = [child for realm in Realm for child in _site(instance, realm)]
        for realm in Realm:
            say(f"{realm.value:<9} http://{HOST}:{TRIAL_TERMINALS[realm]}/")
        children.append(_public(instance))
        say(f"{'public':<9} http://{HOST}:{PUBLIC_PORT}/")
        try:
            while not stop.wait(0.5):
                for child in children:
                    if not child.running():
                        raise processes.stopped(child, child.wait())
        finally:
            for child in children:
                child.stop()


def _public(instance: Instance) -> processes.Child:
    """The page on the internet, as a process."""
    log, environment = instance.path / "log" / "public.log", {ENVIRONMENT: str(instance.path)}
    return processes.Child("public", ["public"], log=log, environment=environment)


def _site(instance: Instance, realm: Realm) -> list[processes.Child]:
    """One site, the sealer of its operation logs, and a trial terminal, as processes."""
    commands = {
        realm.value: ["serve", realm.value],
        f"{realm.value}-sealer": ["oplog", "seal", realm.value],
        f"{realm.value}-terminal": ["terminal", "open", realm.value],
    }
    return [
        processes.Child(
            name,
            arguments,
            log=instance.path / "log" / f"{name}.log",
            environment={ENVIRONMENT: str(instance.path)},
        )
        for name, arguments in commands.items()
    ]
