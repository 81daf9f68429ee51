"""非課税限度額: up to which income 均等割 and 所得割 are not levied, per 級地, tax year and dependants.

地方税法295条, 同法施行令47条の3, 同法施行規則9条の2の3 (shares 1.0, 0.9, 0.8 per 級地); an ordinance may differ, so a
programme carries its limits as data. facts/benefit.md §6.
"""

from __future__ import annotations

from dataclasses import dataclass

_SHARES = {1: 100, 2: 90, 3: 80}
_FIRST_R3 = 2021


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Alone: head + flat. With n dependants: head × (n + 1) + flat + extra. `special`: 障害者・未成年者・寡婦・ひとり親."""

    head: int
    flat: int
    extra: int
    special: int

    def income(self, dependants: int, *, special: bool = False) -> int:
        """The limit of 合計所得金額 (所得割: 総所得金額等)."""
        usual = self.head * (dependants + 1) + self.flat + (self.extra if dependants else 0)
        return max(usual, self.special) if special else usual

    def sql(self, dependants: str, special: str) -> str:
        """The same over two expressions: a count, and a truth value."""
        extra = f"CASE WHEN {dependants} > 0 THEN {self.extra} ELSE 0 END"
        usual = f"({self.head} * ({dependants} + 1) + {self.flat} + {extra})"
        return f"CASE WHEN {special} THEN GREATEST({usual}, {self.special}) ELSE {usual} END"


def per_capita(grade: int, tax_year: int) -> Limits:
    """均等割, by the standard ordinance."""
    share, since_r3 = _SHARES[grade], tax_year >= _FIRST_R3
    return Limits(
        head=350_000 * share // 100,
        flat=100_000 if since_r3 else 0,
        extra=210_000 * share // 100,
        special=1_350_000 if since_r3 else 1_250_000,
    )


def income_levy(tax_year: int) -> Limits:
    """所得割; the same everywhere (地方税法附則3条の3)."""
    since_r3 = tax_year >= _FIRST_R3
    return Limits(
        head=350_000,
        flat=100_000 if since_r3 else 0,
        extra=320_000,
        special=1_350_000 if since_r3 else 1_250_000,
    )
