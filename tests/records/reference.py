"""Where the published host code tables are: beside the checkout, never in it.

CI lays them there, and without them it fails. A newcomer who has cloned the repository alone is told what was not run.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def folder() -> Path:
    """TODOKE_HOSTCODES, or ../shared/data/hostcodes of the checkout (of the main one, in a worktree)."""
    named = os.environ.get("TODOKE_HOSTCODES")
    if named:
        return Path(named)
    git = ROOT / ".git"
    checkout = ROOT
    if git.is_file():
        checkout = Path(git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()).parents[2]
    return checkout.parent / "shared" / "data" / "hostcodes"


def path(name: str) -> Path:
    """One table's file."""
    found = folder() / f"{name}_mapping.json"
    if not found.is_file():
        missing = f"no {found.name}: name the folder of the reference tables in TODOKE_HOSTCODES"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return found


@cache
def rows(name: str) -> list[dict[str, Any]]:
    """One table: rows of `code`, `unicode`, perhaps `hd`, `aj1`, `sp`, and `options`."""
    loaded: list[dict[str, Any]] = json.loads(path(name).read_bytes())
    return loaded
