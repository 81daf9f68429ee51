"""判定内訳 (why): the rules of the programme one by one for one household, each with what it looked at and where that was read.

Nothing is judged here. The rules are laid beside the decision that the engine made, and `Explained.agrees` says
whether both come to the same end; a test proves that they do for every household of random cities.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from todoke.systems.benefits.rules.outcome import Reason
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.tax_status import TaxStatus


class Verdict(StrEnum):
    """Of one rule for one household."""

    MET = "満たす"
    NOT_MET = "満たさない"
    OPEN = "未確定"


class ReadFrom(StrEnum):
    """What a person's status was read from (rules/decision_sql.py, `source`)."""

    LIVELIHOOD_AID = "livelihood_aid"
    TAX_RECORD = "tax_record"
    INQUIRY = "inquiry"
    MINOR = "minor"
    DEPENDANT = "dependant"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """出どころ: which edition of what was read, of which day it is, and when it arrived here."""

    name: str
    edition: str = ""
    as_of: date | None = None
    arrived: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Value:
    """One value that a rule looked at; `whom` is the member it belongs to, empty for the household."""

    whom: str
    item: str
    shown: str
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class TaxRecord:
    """課税情報 of the programme's tax year; an absent amount is None, never zero."""

    declared: bool
    income_levy: int | None
    per_capita_levy: int | None
    total_income: int | None
    levy_waived: bool
    treaty_exempt: bool
    dependant: bool
    supporter_taxed: bool | None


@dataclass(frozen=True, kw_only=True)
class AnswerRead:
    """The answer of another municipality as it was read: values, or why there are none."""

    status: TaxStatus
    finding: str
    inquiry_kind: str
    tax_year: str | None
    income_levy: int | None
    per_capita_levy: int | None
    income_levy_reason: str | None
    per_capita_levy_reason: str | None
    taxing_municipality: str
    arrived: datetime
    edition: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The order in which a person was asked about."""

    order_id: str
    ordered_at: datetime
    abroad: bool


@dataclass(frozen=True, kw_only=True)
class Member:
    """One person of the household on the base date, with what decided the status."""

    resident_code: str
    name: str
    protected: bool
    status: TaxStatus
    read_from: ReadFrom
    is_head: bool
    relationship: str
    birth_date: date | None
    moved_in_on: date | None
    previous_municipality: str
    left_on: date | None
    left_reason: str
    record: TaxRecord | None = None
    answer: AnswerRead | None = None
    asked: Asked | None = None
    aid_from: date | None = None
    aid_to: date | None = None

    @property
    def title(self) -> str:
        """世帯主 届 太郎; a protected person has no name here."""
        name = "（支援措置により氏名を表示しません）" if self.protected else self.name
        return f"{self.relationship or '世帯員'} {name}"

    @property
    def dependant(self) -> bool:
        """Registered as somebody's 扶養親族等."""
        return self.record is not None and self.record.dependant

    @property
    def supporter_taxed(self) -> bool | None:
        """Whether that supporter is taxed; None where the city cannot see it."""
        return self.record.supporter_taxed if self.record else None


@dataclass(frozen=True, kw_only=True)
class Origins:
    """Where everything was read for one decision."""

    base: Origin
    latest: Origin
    tax: Origin
    assistance: Origin
    payments: Origin
    forms: Origin


@dataclass(frozen=True, kw_only=True)
class Household:
    """Everything that one decision saw of one household, and what it came to."""

    key: str
    reason: Reason
    protected: bool
    members: Sequence[Member]
    origins: Origins
    round: str
    decided_at: datetime
    paid: bool = False
    applied_on: date | None = None

    @property
    def unknown(self) -> list[Member]:
        """Members whose status is not known."""
        return [member for member in self.members if member.status.unknown]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One condition, the law it stands in, and how it is looked at."""

    reason: Reason
    condition: str
    article: str
    look: Callable[[Household, Programme], tuple[Verdict, str, list[Value]]]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One rule as it stands for the household; `decisive` marks the one that made the outcome."""

    rule: Rule
    verdict: Verdict
    sentence: str
    values: Sequence[Value]
    decisive: bool


@dataclass(frozen=True, kw_only=True)
class Explained:
    """All rules in their order, and whether they lead to the recorded decision."""

    checks: Sequence[Checked]
    agrees: bool


def explain(household: Household, programme: Programme, rules: Sequence[Rule]) -> Explained:
    """Each rule with its verdict; the first that is not met, or is open where all must be known, is the decisive one."""
    found = [(rule, *rule.look(household, programme)) for rule in rules]
    first = next(
        (
            rule.reason
            for rule, verdict, _, _ in found
            if verdict is Verdict.NOT_MET or (rule.reason is Reason.UNKNOWN and verdict is Verdict.OPEN)
        ),
        Reason.EXEMPT,
    )
    checks = [
        Checked(
            rule=rule,
            verdict=verdict,
            sentence=sentence,
            values=values,
            decisive=rule.reason is household.reason,
        )
        for rule, verdict, sentence, values in found
    ]
    return Explained(checks=checks, agrees=first is household.reason)
