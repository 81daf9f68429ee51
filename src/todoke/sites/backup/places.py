"""Where backups lie: how a place is shown, and how a backup is removed."""

from __future__ import annotations

import shutil
from pathlib import Path

from todoke.sites.backup.manifest import FILE


def shown(address: str) -> str:
    """An address without what follows its question mark, which may hold credentials."""
    before, _, place = address.partition("?")[0].rpartition("@")
    return f"{before.partition('://')[0]}://{place}" if before else place


def remove(folder: Path, keys: Path) -> None:
    """Remove a backup, its manifest first: what is half removed is no backup."""
    (folder / FILE).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    (keys / f"{folder.name}.keys.age").unlink(missing_ok=True)
