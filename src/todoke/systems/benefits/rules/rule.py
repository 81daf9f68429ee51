"""条 (Rule): one sentence of a benefit's 要綱 as a small class: where it stands, since when, what it says, when it applies.

A rule's SQL is an expression that DuckDB and Spark both understand (decision_sql says which words there are).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from todoke.systems.benefits.rules.deciding.outcome import Reason

if TYPE_CHECKING:
    from todoke.systems.benefits.rules.programme import Programme


class Rule:
    """`sentence` is read out to the household; `citation` says where it is written. Named after the article of the
    usual list (目的, 定義, 支給対象者, 支給額, 受給権者 …: 酒田市告示484号 R6.6.21; facts/benefit.md §1.4)."""

    citation: ClassVar[str]
    sentence: ClassVar[str]
    valid_from: ClassVar[date]
    valid_to: ClassVar[date | None] = None

    @classmethod
    def in_force(cls, day: date) -> bool:
        """Whether the rule is law on that day."""
        return cls.valid_from <= day and (cls.valid_to is None or day <= cls.valid_to)


class FormingRule(Rule):
    """Who is one household: it moves a person, and refuses nobody."""


class DecidingRule(Rule):
    """The first of a programme's list that applies gives the reason."""

    reason: ClassVar[Reason]

    @classmethod
    def when(cls, programme: Programme) -> str:
        """The predicate: true, or anything else."""
        raise NotImplementedError


class MemberRule(DecidingRule):
    """`when` is asked of each member (a row of the relation `status`); the reason names all who meet it."""


class UnitRule(DecidingRule):
    """`when` is asked of the household (or person) as a whole, over `facts` and the columns of `unit`."""

    @classmethod
    def facts(cls, programme: Programme) -> dict[str, str]:
        """Column → aggregate over the members' rows of the relation `status`."""
        del programme
        return {}


class AmountRule(Rule):
    """A part of the amount in yen; the parts are added up."""

    @classmethod
    def yen(cls, programme: Programme) -> str:
        """Expression over the columns of `unit`."""
        raise NotImplementedError

    @classmethod
    def facts(cls, programme: Programme) -> dict[str, str]:
        """Column → aggregate over the members' rows of the relation `status`."""
        del programme
        return {}


def quoted(words: Iterable[str]) -> str:
    """Words of the house (never somebody's input) as the inside of an IN (…)."""
    return ", ".join(f"'{word}'" for word in words)
