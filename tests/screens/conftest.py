"""The three sites as they are really served, people at a terminal, and a browser without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.screens.office import Office, Sites
    from todoke.sites.instance import Instance


@pytest.fixture(scope="session")
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
