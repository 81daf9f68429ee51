"""A machine for restore drills that has nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from todoke.sites.database.postgres_home import remove


@pytest.fixture
def machine() -> Iterator[Path]:
    """A folder that the database server's own account can reach, unlike pytest's."""
    folder = Path(mkdtemp(prefix="todoke-drill-"))
    folder.chmod(0o711)
    yield folder
    remove(folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)
