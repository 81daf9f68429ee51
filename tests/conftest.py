"""One server, one instance with seven municipalities and all its databases for the whole test run.

A test that touches a database asks for the fixture `databases`: every table of every database is empty then.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.db import connections
from hypothesis import HealthCheck, settings

from tests import provisioned
from tests.emptying import Emptier
from todoke.sites.database.postgres import Server, running_server
from todoke.sites.database.postgres_home import remove
from todoke.sites.database.provision import drop, provision
from todoke.sites.instance import ENVIRONMENT, EXAMPLE, Instance
from todoke.sites.ports import realm_ports

pytest_plugins = [
    "tests.browser",
    "tests.clocks",
]  # one Chromium for the whole run: Playwright starts but once a thread

# how fast something is, a benchmark shows; a test that a busy machine fails proves nothing
settings.register_profile(
    "todoke", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("todoke")

_folder = Path(tempfile.mkdtemp(prefix="todoke-test-"))


def pytest_configure() -> None:
    """Set Django up before test modules import models; the server starts only when a test needs it."""
    _folder.chmod(0o711)  # as root the server's own account must be able to pass
    name = provisioned.NAME if provisioned.copy_into(_folder) else f"test_{secrets.token_hex(4)}"
    Instance.create(_folder / "instance", name, municipalities=EXAMPLE, ports=realm_ports())
    os.environ[ENVIRONMENT] = str(_folder / "instance")
    os.environ["DJANGO_SETTINGS_MODULE"] = "todoke.sites.everything"
    django.setup()


def pytest_unconfigure() -> None:
    remove(_folder / "postgres")
    shutil.rmtree(_folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _realm() -> Iterator[None]:
    """A command that a test runs in this process enters a realm; the programs that later tests start must not follow it."""
    before = {name: os.environ.get(name, "") for name in (ENVIRONMENT, "DJANGO_SETTINGS_MODULE")}
    yield
    os.environ.update(before)


@pytest.fixture(scope="session")
def instance() -> Instance:
    """The instance of this test run. Its databases exist once `server` was asked for."""
    return Instance.load(_folder / "instance")


@pytest.fixture(scope="session")
def server(instance: Instance) -> Iterator[Server]:
    """The running server, with every database of the instance made and migrated."""
    with running_server(instance) as server:
        try:
            provision(instance, server)
            yield server
        finally:
            connections.close_all()
            if os.environ.get("TODOKE_DATABASE_URL"):
                drop(instance, server)


@pytest.fixture(scope="session")
def _emptier(instance: Instance, server: Server) -> Iterator[Emptier]:
    with Emptier(instance, server) as emptier:
        yield emptier


@pytest.fixture
def databases(instance: Instance, _emptier: Emptier) -> Iterator[Instance]:
    """Every table empty at the start; commits are real, so threads, processes and COPY see the same rows."""
    connections.close_all()
    _emptier.empty()
    yield instance
    connections.close_all()
