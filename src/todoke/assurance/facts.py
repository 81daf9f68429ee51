"""事実 (Facts): every number and date that the assessment depends on, counted somewhere else (`gathering`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Accident:
    """個人情報に関する重大事故. `specific`: of 特定個人情報 (指針 第2), which counts for the threshold."""

    published_on: date
    content: str
    count: int
    measures: str
    specific: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outsourced:
    """What the register of contracts says of one 委託契約."""

    contractor: str
    handlers: int
    subcontracted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """As of `on`. `users` are the city's own staff, `handlers` everybody who handles either file (取扱者数)."""

    on: date
    persons: int  # 対象人数 of the duty
    benefit_people: int  # 本人の数 of 給付金ファイル
    linkage_people: int  # 本人の数 of 統合番号連携ファイル
    benefit_users: int
    linkage_users: int
    handlers: int
    contracts: Mapping[str, Outsourced] = field(default_factory=dict)  # by 契約番号
    accidents: tuple[Accident, ...] = ()
    broken: frozenset[str] = frozenset()  # ids of promises that a check found broken

    def recent_accidents(self) -> list[Accident]:
        """Those of the three years before (III.7②), oldest first."""
        found = [one for one in self.accidents if _years_before(self.on, 3) <= one.published_on <= self.on]
        return sorted(found, key=lambda one: one.published_on)

    def grave(self) -> bool:
        """Whether a 重大事故 of 特定個人情報 became known within the year before (しきい値判断)."""
        since = _years_before(self.on, 1)
        return any(one.specific and since <= one.published_on <= self.on for one in self.accidents)


def _years_before(day: date, years: int) -> date:
    """The same day so many years earlier; of 29 February, the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
