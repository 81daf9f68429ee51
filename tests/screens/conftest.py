"""The three sites as they are really served, people at a terminal, and a browser without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.screens.office import Office, Sites
    from tests.systems.world import World
    from todoke.sites.instance import Instance


@pytest.fixture(scope="package")
def sites(instance: Instance, server: object) -> Iterator[Sites]:
    from tests.screens.office import Sites  # needs Django, which is set up after this file is read
    from todoke.exchange import keys

    keys.init(instance.path)
    sites = Sites(instance)
    with sites.stack:
        yield sites


@pytest.fixture
def office(databases: Instance, sites: Sites, context: BrowserContext) -> Office:
    from tests.screens.office import Office

    return Office(sites, context)


@pytest.fixture(scope="package")
def doors(instance: Instance, sites: Sites) -> Iterator[None]:
    """The platform's and the nation's doors, open for messages of the served sites, over real mutual TLS."""
    from todoke.exchange.server import DoorServer
    from todoke.sites import wiring
    from todoke.sites.realms import Realm

    with ExitStack() as stack:
        for realm in (Realm.PLATFORM, Realm.NATIONAL):
            door = wiring.door(realm, instance)
            stack.enter_context(DoorServer(door, owner=realm.value, port=instance.ports[realm.value]))
        yield


@pytest.fixture
def sample_city(office: Office, sites: Sites, doors: None) -> World:
    """The office amid the invented city of 600: register, numbers, neighbours, their 符号 and replicas (tests/systems/world.py).

    The served screens and this process see the same databases; `world.exchange(...)` moves messages on. Staff of
    tests/systems/city.py are hired, and act for steps that a test does not do at the screen.
    """
    from tests.systems import city, world
    from todoke.exchange.ring import KeyRing

    city.open_site()
    return world.joined(KeyRing(sites.instance.path, *world.owners()))
