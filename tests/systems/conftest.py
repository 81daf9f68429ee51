"""Imports stand inside the fixtures: pytest reads this file before Django is set up."""

from __future__ import annotations

import shutil

import pytest

from todoke.sites.instance import Instance


@pytest.fixture
def city_site(databases: Instance) -> Instance:
    """Empty databases, the city's staff, no keys of numbers and no snapshots of earlier tests."""
    from django.conf import settings

    from tests.systems import city

    shutil.rmtree(settings.TODOKE_DATA_FOLDER, ignore_errors=True)
    for key in settings.TODOKE_KEYS_FOLDER.iterdir():
        if not key.name.startswith("oplog."):  # those were made with the databases and stay with them
            key.unlink()
    city.hire()
    return databases
