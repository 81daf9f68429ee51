"""期限の処理 of a system: what ends, or goes on, by time alone; `systems/<name>/housekeeping.py` lists them as CHORES."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from todoke.access.permissions import Actor


@dataclass(frozen=True, kw_only=True)
class Chore:
    """One kind of work. `run` does it in one database of the system (its alias) and returns how many were concerned.

    It may run at any time and twice at once, and gives nobody a right.
    """

    title: str
    run: Callable[[str, Actor], int]
