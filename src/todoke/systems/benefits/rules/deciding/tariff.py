"""支給額の内訳: from which parts a programme makes up an amount, and how the parts are put into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from todoke.systems.benefits.rules.articles.amounts import Article4FlatAmount
from todoke.systems.benefits.rules.programme import Programme


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """`base` yen a unit and `child` yen for each child (0: no supplement); `own`: each unit has an amount of its own."""

    base: int
    child: int
    own: bool

    @property
    def varies(self) -> bool:
        """Whether two units may get different amounts."""
        return self.own or self.child > 0


def of(programme: Programme) -> Tariff:
    """The tariff of a programme's edition."""
    return Tariff(
        base=programme.amount,
        child=0 if programme.child is None else programme.child.amount,
        own=Article4FlatAmount not in programme.amounts,
    )


class Amount(Protocol):
    """An amount and its parts, as a case has them."""

    base_yen: int
    children: int
    child_yen: int
    amount_yen: int


def parts(*, base_yen: int, children: int, child_yen: int) -> str:
    """The sum in words; empty for an amount of one part."""
    if not children:
        return ""
    return f"基本 {base_yen:,}円 ＋ こども加算 {child_yen:,}円 × {children}人"


def words(amount: Amount) -> str:
    """150,000円（基本 100,000円 ＋ こども加算 50,000円 × 1人）."""
    made_of = parts(base_yen=amount.base_yen, children=amount.children, child_yen=amount.child_yen)
    return f"{amount.amount_yen:,}円" + (f"（{made_of}）" if made_of else "")
