"""支給額 (第4条)."""

from __future__ import annotations

from datetime import date

from todoke.systems.benefits.rules.deciding import shortfall
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.rule import AmountRule


class Article4FlatAmount(AmountRule):
    """The same for every household."""

    citation = "支給要綱4条; 令和3年11月19日閣議決定"
    sentence = "1世帯あたりの額です。"
    valid_from = date(2021, 11, 19)

    @classmethod
    def yen(cls, programme: Programme) -> str:
        return str(programme.amount)


class Article4ChildSupplement(AmountRule):
    """For each child of the household born in the window, and each newborn of the newest register."""

    citation = "Yokohama R5 10万円・R6 3万円（こども加算、基準日後の新生児を含む）; facts/benefit.md §1.4"
    sentence = "対象の児童1人あたりの額を加算します。"
    valid_from = date(2023, 12, 1)

    @classmethod
    def facts(cls, programme: Programme) -> dict[str, str]:
        if programme.child is None:
            return {}
        return {
            "children": f"sum(CASE WHEN birth_date >= DATE '{programme.child.born_from}' THEN 1 ELSE 0 END)"
        }

    @classmethod
    def yen(cls, programme: Programme) -> str:
        return "0" if programme.child is None else f"{programme.child.amount} * (children + newborns)"


class Article4Shortfall(AmountRule):
    """調整給付: what the tax reduction could not take off."""

    citation = "調整給付（1万円単位で切り上げ）; facts/benefit.md §1.4"
    sentence = "定額減税しきれないと見込まれる額を、1万円単位で切り上げた額です。"
    valid_from = date(2024, 6, 1)

    @classmethod
    def facts(cls, programme: Programme) -> dict[str, str]:
        del programme
        return {"shortfall": f"max({shortfall.yen()})"}

    @classmethod
    def yen(cls, programme: Programme) -> str:
        del programme
        return "shortfall"


AMOUNTS = (Article4FlatAmount, Article4ChildSupplement, Article4Shortfall)
