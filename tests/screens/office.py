"""The three sites as they are really served: a process behind mutual TLS, a terminal with a certificate, a browser."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from tests import hiring
from tests.browser import PATIENCE, WIDE
from tests.hiring import Right
from todoke.access import middleware, sessions
from todoke.access.models import Session, Terminal, TerminalKind
from todoke.access.permissions import Role
from todoke.kernel import clock
from todoke.sites import terminals
from todoke.sites.instance import Instance
from todoke.sites.ports import free_ports
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
            screens, port = free_ports(2)
            self._start(realm, screens, origin=f"http://{HOST}:{port}")
            agent = TerminalAgent(self.instance, realm, TERMINAL, screens_port=screens, port=port)
            self.stack.enter_context(AgentServer(agent, port=port))
            self.addresses[realm] = f"http://{HOST}:{port}"
            _until_up(self.addresses[realm])
        return self.addresses[realm]

    def fingerprint(self, realm: Realm) -> str:
        """What the terminal `desk` is known by."""
        return terminals.fingerprint(terminals.issue(self.instance, realm, TERMINAL))

    def _start(self, realm: Realm, port: int, *, origin: str) -> None:
        settings = f"todoke.sites.{realm.value}"
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "TODOKE_ORIGINS": origin}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.screens.site", realm.value, str(port)], env=environment, cwd=ROOT
        )
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)


def _until_up(address: str) -> None:
    until = time.monotonic() + 120
    while (answer := httpx.get(f"{address}/health", trust_env=False, timeout=60)).status_code != 200:
        assert answer.status_code == 502, answer.text  # 502: it does not listen yet
        assert time.monotonic() < until, f"the site did not start: {answer.text}"
        time.sleep(0.1)


class Person:
    """A member of staff of a realm, at the terminal `desk`, already signed in; and the pages they open."""

    def __init__(
        self, sites: Sites, realm: Realm, context: BrowserContext, *, staff_id: str, token: str
    ) -> None:
        self.address, self.staff_id, self.token = sites.address(realm), staff_id, token
        self.page = context.new_page()
        self.sit_down()

    def sit_down(self) -> None:
        """Be the one who is signed in at this browser."""
        self.page.context.add_cookies([{"name": middleware.COOKIE, "value": self.token, "url": self.address}])

    def open(self, route: str, *arguments: object, query: str = "", status: int = 200) -> Page:
        """Open a route by its name; the site must answer with that status."""
        answer = self.page.goto(f"{self.address}{reverse(route, args=arguments)}{query}")
        assert answer is not None
        assert answer.status == status, self.page.inner_text("main")
        return self.page

    def with_script(self, browser: Browser, address: str) -> Page:
        """The same person at a browser that runs scripts, at that address of the site."""
        context = browser.new_context(viewport=WIDE, locale="ja-JP", timezone_id="Asia/Tokyo")
        context.set_default_timeout(PATIENCE)
        self.sit_down()
        context.add_cookies(self.page.context.cookies())
        page = context.new_page()
        page.goto(f"{self.address}{address}")
        return page


class Office:
    """Hires people into a realm's directory and seats them at the terminal."""

    def __init__(self, sites: Sites, context: BrowserContext) -> None:
        self.sites, self.context = sites, context

    def hire(self, realm: Realm, people: dict[str, Sequence[Right | Role]]) -> None:
        """People with confirmed rights, and the terminal on the register."""
        alias = f"directory_{realm.value}"
        hiring.hire(alias, people)
        Terminal.objects.using(alias).get_or_create(
            fingerprint=self.sites.fingerprint(realm),
            defaults={"name": TERMINAL, "place": "本庁3階", "kind": TerminalKind.SCREEN, "valid_from": hiring.LONG_AGO,
                      "valid_until": hiring.FAR, "registered_by": hiring.SETTER, "registered_at": clock.now()},
        )  # fmt: skip

    def seat(self, realm: Realm, staff_id: str, *, idle: timedelta = timedelta()) -> Person:
        """The person, signed in so long ago, and idle since."""
        token, at = secrets.token_urlsafe(32), clock.now() - idle
        Session.objects.using(f"directory_{realm.value}").create(
            token_hash=sessions.digest(token), staff_id=staff_id, terminal_id=self.sites.fingerprint(realm),
            begun_at=at, seen_at=at, factor="passkey", factor_at=at,
        )  # fmt: skip
        return Person(self.sites, realm, self.context, staff_id=staff_id, token=token)

    def person(self, *roles: Right | Role, realm: Realm = Realm.CITY, staff_id: str = "s001") -> Person:
        """Hire one and seat them."""
        self.hire(realm, {staff_id: roles})
        return self.seat(realm, staff_id)
