"""Imports stand inside the fixtures: pytest reads this file before Django is set up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from todoke.exchange.ring import KeyRing
    from todoke.exchange.transport import InProcessTransport


@pytest.fixture(scope="session")
def key_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.exchange import parts

    root = tmp_path_factory.mktemp("keys")
    parts.make_keys(root)
    return root


@pytest.fixture(scope="session")
def ring(key_root: Path) -> KeyRing:
    from tests.exchange import parts

    return parts.all_keys(key_root)


@pytest.fixture
def transport(ring: KeyRing) -> InProcessTransport:
    from tests.exchange import parts

    return parts.in_process(ring)


@pytest.fixture(autouse=True)
def _fresh_calls() -> Iterator[None]:
    from tests.exchange import parts

    parts.calls.clear()
    yield
    parts.calls.clear()
