"""Imports stand inside the fixtures: pytest reads this file before Django is set up."""

from __future__ import annotations

import shutil

import pytest

from todoke.sites.instance import Instance


@pytest.fixture
def city_site(databases: Instance) -> Instance:
    """Empty databases, the city's staff, no keys and no snapshots of earlier tests."""
    from django.conf import settings

    from tests.systems import city

    for folder in (settings.TODOKE_KEYS_FOLDER, settings.TODOKE_DATA_FOLDER):
        shutil.rmtree(folder, ignore_errors=True)
    city.hire()
    return databases
