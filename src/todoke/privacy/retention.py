"""保存期間 (retention) as data: how long the rows of a model are kept, from when, and by which law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CLAIMS: Final = "地方自治法236条1項（金銭債権の時効 5年）"
EXCHANGES: Final = "番号法23条、同法施行令29条（情報提供等の記録 7年）"
NO_LONGER_NEEDED: Final = "番号法20条（不要となった特定個人情報は保管しない）"
REGISTER: Final = "住民基本台帳法施行令34条（住民票の除票の保存 150年）に合わせ、住民記録とともに管理"
SAFEGUARDS: Final = "番号法12条、個人情報保護法66条（安全管理措置のための記録）"
TAX_YEARS: Final = "地方税法17条の5（更正・決定の期間 5年）を過ぎ、番号法20条により不要となった副本"
NOT_PERSONAL: Final = "個人の情報を含まず、後から証明するために残す"
ONLY_ONCE: Final = "同じ処理を二度しないための記録で、個人の情報を含まない"


@dataclass(frozen=True, kw_only=True)
class Period:
    """Rows are due `years` and `days` after `since`.

    since: a time or date column of the row (`settled_at`) or of the row it refers to (`inquiry.requested_at`).
    when: a further SQL condition on the row `r`, fixed text of ours.
    parent: rows that refer to one go with it instead; the period is for those without.
    files: columns with the paths of files that hold the same persons and go first.
    elsewhere: the room that deletes these rows by its own procedure; empty: `todoke privacy purge` does.
    """

    years: int = 0
    days: int = 0
    since: str
    law: str
    when: str = ""
    parent: str = ""
    files: tuple[str, ...] = ()
    elsewhere: str = ""

    @property
    def interval(self) -> str:
        """As PostgreSQL reads it."""
        return f"{self.years} years {self.days} days"


@dataclass(frozen=True)
class WithParent:
    """Rows are deleted together with the row that their foreign key `field` names."""

    field: str


@dataclass(frozen=True)
class ForEver:
    """Rows stay, and why."""

    because: str


Keeping = Period | WithParent | ForEver


def years(
    number: int, *, since: str, law: str, when: str = "", parent: str = "", files: tuple[str, ...] = ()
) -> Period:
    """So many years after `since`."""
    return Period(years=number, since=since, law=law, when=when, parent=parent, files=files)


def days(number: int, *, since: str, law: str, when: str = "") -> Period:
    """So many days after `since`."""
    return Period(days=number, since=since, law=law, when=when)


def with_parent(field: str) -> WithParent:
    """Together with the row that the foreign key `field` names."""
    return WithParent(field)


def for_ever(because: str) -> ForEver:
    """Never deleted, and why."""
    return ForEver(because)


def words(keeping: Keeping) -> str:
    """In Japanese, for the generated table."""
    if isinstance(keeping, WithParent):
        return f"{keeping.field} とともに"
    if isinstance(keeping, ForEver):
        return f"無期限: {keeping.because}"
    period = "と".join(
        text
        for text in (f"{keeping.years}年" * bool(keeping.years), f"{keeping.days}日" * bool(keeping.days))
        if text
    )
    return f"{keeping.since} から {period}: {keeping.law}"
