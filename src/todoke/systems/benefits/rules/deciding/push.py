"""お知らせ・確認書・申請書: how a household is reached, as a decision table (facts/benefit.md §1.4, Yokohama 2022-11).

No action is needed only where the city has paid before into the head's own account and the name is still the same;
whoever moved in is asked to apply; all others get a form with what is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final


class Route(StrEnum):
    """The kind of letter."""

    NOTICE = "お知らせ"  # 手続不要
    CONFIRMATION = "確認書"
    APPLICATION = "申請書"


class PushFact(StrEnum):
    """What the table asks; each is a column of the relation `pushed`, true, false or not known."""

    PAID_BEFORE = "paid_before"  # この市が前回の給付を支給した
    OWN_ACCOUNT = "own_account"  # 世帯主本人の口座へ
    IN_TIME = "in_time"  # 締切日までに
    SAME_NAME = "same_name"  # 住民記録の氏名と口座名義が今も同じ
    MOVED_IN = "moved_in"  # 転入者がいる（市内に課税記録がない）
    NEEDS_DECLARATION = "needs_declaration"  # 扶養の申出が要る
    PROTECTED = "protected"  # 支援措置


EARLIER: Final = frozenset({PushFact.PAID_BEFORE, PushFact.OWN_ACCOUNT, PushFact.IN_TIME, PushFact.SAME_NAME})
"""Facts about an earlier payment."""
OPT_OUT_DAYS: Final = 14
"""Where a programme says nothing else. [K] Silence is consent only after a fair time to answer; no law says how long, cities
gave about two weeks."""

FACT_WORDS = {
    PushFact.PAID_BEFORE: "この市が前回支給",
    PushFact.OWN_ACCOUNT: "本人名義の口座",
    PushFact.IN_TIME: "締切日までに支給",
    PushFact.SAME_NAME: "氏名と名義が同じ",
    PushFact.MOVED_IN: "転入者がいる",
    PushFact.NEEDS_DECLARATION: "扶養の申出が要る",
    PushFact.PROTECTED: "支援措置の対象",
}


@dataclass(frozen=True, kw_only=True)
class PushRow:
    """Every fact of `yes` is true and every fact of `no` is false; what is not known fulfils neither."""

    yes: tuple[PushFact, ...] = ()
    no: tuple[PushFact, ...] = ()
    route: Route


_F = PushFact
R3_PUSH = (
    PushRow(yes=(_F.MOVED_IN,), route=Route.APPLICATION),
    PushRow(route=Route.CONFIRMATION),
)
"""No earlier benefit to go by: nobody is paid without a form."""
LATER_PUSH = (
    PushRow(yes=(_F.PROTECTED,), route=Route.APPLICATION),
    PushRow(yes=(_F.MOVED_IN,), route=Route.APPLICATION),
    PushRow(yes=(_F.NEEDS_DECLARATION,), route=Route.CONFIRMATION),
    PushRow(yes=(_F.PAID_BEFORE, _F.OWN_ACCOUNT, _F.IN_TIME, _F.SAME_NAME), route=Route.NOTICE),
    PushRow(route=Route.CONFIRMATION),
)
APPLY_ONLY = (PushRow(route=Route.APPLICATION),)


def expression(table: tuple[PushRow, ...]) -> str:
    """The route over the columns of `PushFact`; the first row that fits. The last row must ask nothing."""
    *asked, last = table
    if last.yes or last.no:
        raise ValueError("the last row of a push table must ask nothing")
    cases = "".join(f"WHEN {_fits(row)} THEN '{row.route}' " for row in asked)
    return f"CASE {cases}ELSE '{last.route}' END" if cases else f"'{last.route}'"


def reason(table: tuple[PushRow, ...]) -> str:
    """What the first row that fits asked, as text for `words`; empty for the last row."""
    cases = "".join(
        f"WHEN {_fits(row)} THEN '{' '.join((*row.yes, *(f'-{fact}' for fact in row.no)))}' "
        for row in table[:-1]
    )
    return f"CASE {cases}ELSE '' END" if cases else "''"


def words(found: str) -> str:
    """A reason in plain words."""
    asked = [
        f"{FACT_WORDS[PushFact(fact[1:])]}でない" if fact.startswith("-") else FACT_WORDS[PushFact(fact)]
        for fact in found.split()
    ]
    return "、かつ".join(asked) or "ほかの条件にあてはまらない"


def asked(table: tuple[PushRow, ...]) -> frozenset[PushFact]:
    """The facts that a table needs to know."""
    return frozenset(fact for row in table for fact in (*row.yes, *row.no))


def opt_out_until(printed: date, letters_from: date, days: int) -> date:
    """The last day on which a household may decline, or name another account, before an お知らせ printed that day is paid."""
    return max(printed, letters_from) + timedelta(days=days)


def _fits(row: PushRow) -> str:
    asked = [f"COALESCE({fact}, false)" for fact in row.yes]
    asked += [f"NOT COALESCE({fact}, true)" for fact in row.no]
    return " AND ".join(asked)
