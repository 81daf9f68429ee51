"""Imports stand inside the fixtures: pytest reads this file before Django is set up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from todoke.sites.instance import Instance

if TYPE_CHECKING:
    from tests.systems.world import World


@pytest.fixture
def city_site(databases: Instance) -> Instance:
    """Empty databases, the city's staff, no keys of numbers and no snapshots of earlier tests."""
    from tests.systems import city

    city.open_site()
    return databases


@pytest.fixture
def world(city_site: Instance, tmp_path: Path) -> World:
    """The three realms joined in process: see tests/systems/world.py."""
    from tests.systems import world

    return world.build(tmp_path / "keys")
