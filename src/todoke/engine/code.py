"""Which code made a result: the release, and a digest of every line of it, so that a patched copy shows."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path


@cache
def code_version() -> str:
    """`<release>+<first 16 of SHA-256>` over paths and bytes of all our Python files, in the order of the paths."""
    home = Path(__file__).parents[1]
    found = hashlib.sha256()
    for path in sorted(home.rglob("*.py")):
        found.update(f"{path.relative_to(home).as_posix()}\0".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{version('todoke')}+{found.hexdigest()[:16]}"
