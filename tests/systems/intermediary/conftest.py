"""Imports stand inside the fixtures: pytest reads this file before Django is set up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.systems.three_towns import Towns


@pytest.fixture
def towns(databases: object, tmp_path: Path) -> Iterator[Towns]:
    """Three municipalities and the network, with empty databases and keys of their own."""
    from django.test import override_settings

    from tests.systems import lists, three_towns

    with override_settings(TODOKE_INSTANCE_NAME="towns", TODOKE_KEYS_FOLDER=tmp_path / "national" / "keys"):
        towns = three_towns.build(tmp_path, "towns")
        lists.register_organisations(three_towns.TOWNS)
        yield towns
