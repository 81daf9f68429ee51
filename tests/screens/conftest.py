"""The three sites as they are really served: a process behind mutual TLS, a terminal with a certificate, a browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.browser import chromium, context, examiner, page  # noqa: F401 — fixtures
from todoke.exchange import keys
from todoke.sites import terminals
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm
from todoke.sites.terminal_agent import HOST, AgentServer, TerminalAgent

ROOT = Path(__file__).parents[2]
TERMINAL = "desk"


class Sites:
    """Starts a realm's screens when they are first asked for, and stops them all in the end."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.stack = ExitStack()
        self.addresses: dict[Realm, str] = {}

    def address(self, realm: Realm) -> str:
        """Where a browser of the terminal `desk` finds the realm's screens."""
        if realm not in self.addresses:
            terminals.issue(self.instance, realm, TERMINAL)
            screens, port = _free_port(), _free_port()
            self._start(realm, screens)
            agent = TerminalAgent(self.instance, realm, TERMINAL, screens_port=screens, port=port)
            self.stack.enter_context(AgentServer(agent, port=port))
            self.addresses[realm] = f"http://{HOST}:{port}"
            _until_up(self.addresses[realm])
        return self.addresses[realm]

    def _start(self, realm: Realm, port: int) -> None:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": f"todoke.sites.{realm.value}"}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.screens.site", realm.value, str(port)], env=environment, cwd=ROOT
        )
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _until_up(address: str) -> None:
    until = time.monotonic() + 30
    while httpx.get(f"{address}/health", trust_env=False).status_code != 200:
        assert time.monotonic() < until, "the site did not start"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def sites(instance: Instance, server: object) -> Iterator[Sites]:
    keys.init(instance.path)
    sites = Sites(instance)
    with sites.stack:
        yield sites
