"""The columns that every part of the sample city shares, and the dates that part its people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from todoke.sample.city.draw import Bools, Dates, Ints

BASE_DATE = np.datetime64("2021-12-10")
LATEST_DATE = np.datetime64("2022-02-01")
# 賦課期日: whoever lives in a city on 1 January is taxed there (地方税法 318条).
TAX_DATE = np.datetime64("2021-01-01")
TAX_YEAR = 2021

NEIGHBOURS = ("13112", "13104", "14130", "14150", "27100", "14401")
DESIGNATED = frozenset({"14130", "14150", "27100"})

RELATIONSHIPS = (
    "世帯主", "妻", "夫", "子", "父", "母", "兄", "姉", "弟", "妹", "同居人",
    "祖母", "祖父", "夫の父", "夫の母", "妻の父", "妻の母",
)  # fmt: skip
HEAD, WIFE, HUSBAND, CHILD, FATHER, MOTHER = range(6)
LODGER = RELATIONSHIPS.index("同居人")

# stage: registered on the base date; moved in after it; born after it
REGISTERED, LATE, NEWBORN = range(3)


@dataclass(frozen=True, kw_only=True)
class People:
    """Every invented resident, one row each: those registered on the base date first, household by household.

    Shapes: every column (n,). `household` numbers base-date households from 0; `kind` is the row of
    households.KINDS; `relation` indexes RELATIONSHIPS and names the place in the base-date household.
    """

    household: Ints
    kind: Ints
    relation: Ints
    sex: Ints
    birth: Dates
    stage: Ints

    @property
    def count(self) -> int:
        return len(self.household)

    @property
    def households(self) -> int:
        """How many households there are, late ones included."""
        return int(self.household.max()) + 1

    @property
    def sizes(self) -> Ints:
        """Members registered on the base date or moved in since, by household."""
        return np.bincount(self.household[self.stage != NEWBORN], minlength=self.households)

    @property
    def registered(self) -> Bools:
        marked: Bools = self.stage == REGISTERED
        return marked


def ages(birth: Dates, day: np.datetime64) -> Ints:
    """Age in whole years on `day`, as todoke.kernel.clock.age_on counts; below 0 when not yet born."""
    after = day + 1
    return _year(after) - _year(birth) - (_month_and_day(after) < _month_and_day(birth))


def _year(days: Dates | np.datetime64) -> Ints:
    return np.asarray(days).astype("datetime64[Y]").astype(np.int64)


def _month_and_day(days: Dates | np.datetime64) -> Ints:
    months = np.asarray(days).astype("datetime64[M]")
    return months.astype(np.int64) % 12 * 32 + (days - months.astype("datetime64[D]")).astype(np.int64)
