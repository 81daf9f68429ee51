"""世代の保存: which backups stay. Pure: moments and proofs in, names out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from todoke.kernel.clock import JAPAN


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A backup as retention sees it."""

    name: str
    at: datetime
    verified: bool


def superfluous(backups: Iterable[Kept], *, daily: int, monthly: int) -> list[str]:
    """What may go: all but the newest of each of the last `daily` days and `monthly` months that have any.

    The newest one and the newest verified one always stay, so the only verified one never goes.
    """
    newest_first = sorted(backups, key=lambda one: (one.at, one.name), reverse=True)
    days: dict[str, str] = {}
    months: dict[str, str] = {}
    for one in newest_first:
        local = one.at.astimezone(JAPAN)
        days.setdefault(f"{local:%Y-%m-%d}", one.name)
        months.setdefault(f"{local:%Y-%m}", one.name)
    stay = {*list(days.values())[:daily], *list(months.values())[:monthly]}
    stay |= {one.name for one in newest_first[:1]}
    stay |= {one.name for one in [one for one in newest_first if one.verified][:1]}
    return [one.name for one in reversed(newest_first) if one.name not in stay]
