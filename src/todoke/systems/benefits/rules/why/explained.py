"""判定内訳 (why): the rules of the programme one by one for one household, each with what it looked at and where that was read.

Nothing is judged here. The rules are laid beside the decision that the engine made, and `Explained.agrees` says
whether both come to the same end; a test proves that they do for every household of random cities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from todoke.systems.benefits.rules.articles.forming import SpecialKind
from todoke.systems.benefits.rules.deciding.outcome import Reason
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.rule import DecidingRule
from todoke.systems.benefits.rules.tax.certificate import Certificate
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus


class Verdict(StrEnum):
    """Of one rule for one household."""

    MET = "満たす"
    NOT_MET = "満たさない"
    OPEN = "未確定"
    UNASKED = "確かめていない"


class ReadFrom(StrEnum):
    """What a person's status was read from (rules/deciding/decision_sql.py, `source`)."""

    LIVELIHOOD_AID = "livelihood_aid"
    TAX_RECORD = "tax_record"
    INQUIRY = "inquiry"
    MINOR = "minor"
    DEPENDANT = "dependant"
    NONE = "none"
    CERTIFICATE = "certificate"


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
class Certified:
    """課税証明書 as two people keyed it, and when it came to count."""

    certificate: Certificate
    arrived: datetime


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The order in which a person was asked about."""

    order_id: str
    ordered_at: datetime
    abroad: bool


@dataclass(frozen=True, kw_only=True)
class Special:
    """配慮を要する人: as what a member stands in the list, and since when (None: the list does not say so any more)."""

    kind: SpecialKind
    noted_on: date | None


@dataclass(frozen=True, kw_only=True)
class Stood:
    """先行する給付: how a household stood in an earlier round, and who was its head then."""

    programme: str
    household_key: str
    head: str
    standing: str


@dataclass(frozen=True, kw_only=True)
class Member:
    """One person of the household on the base date, with what decided the status.

    `protected_in`: the registers ("base", "latest") that say so. `figures`: what was declared, by item; absent is
    never zero. `came_from`: the former municipality by the register that is judged.
    """

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
    certified: Certified | None = None
    asked: Asked | None = None
    aid_from: date | None = None
    aid_to: date | None = None
    came_from: str = ""
    protected_in: Sequence[str] = ()
    specials: Sequence[Special] = ()
    figures: Mapping[str, int] = field(default_factory=dict)

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
    """Where everything was read for one decision. `register`: whichever of the two the programme judges."""

    register: Origin
    base: Origin
    latest: Origin
    tax: Origin
    assistance: Origin
    payments: Origin
    forms: Origin
    special: Origin = Origin(name="配慮を要する人の一覧")
    figures: Origin = Origin(name="申立て")
    earlier: Origin = Origin(name="先行する給付の記録")


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
    stood: Sequence[Stood] = ()

    @property
    def unknown(self) -> list[Member]:
        """Members whose status is not known."""
        return [member for member in self.members if member.status.unknown]


Looked = tuple[Verdict, str, list[Value]]


@dataclass(frozen=True, kw_only=True)
class Look:
    """How one rule is shown: the condition that must be met, and what is looked at to see whether it is."""

    condition: str
    at: Callable[[Household, Programme], Looked]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One rule as it stands for the household; `decisive` marks the one that made the outcome."""

    rule: type[DecidingRule]
    condition: str
    verdict: Verdict
    sentence: str
    values: Sequence[Value]
    decisive: bool


@dataclass(frozen=True, kw_only=True)
class Explained:
    """All rules in their order, and whether they lead to the recorded decision."""

    checks: Sequence[Checked]
    agrees: bool


def explain(
    household: Household, programme: Programme, looks: Mapping[type[DecidingRule], Look]
) -> Explained:
    """Each rule of the programme with its verdict; the first that stands against payment made the outcome.

    A rule that `looks` does not know is taken from the record: met when a later one decided, not asked when an earlier did.
    """
    rules = [rule for rule in programme.rules if rule.reason is not Reason.EXEMPT]
    found = [(rule, looks.get(rule) or _from_record(rule, rules)) for rule in rules]
    looked = [(rule, look, look.at(household, programme)) for rule, look in found]
    first = next((rule for rule, _, (verdict, _, _) in looked if _against(rule, verdict)), None)
    checks = [
        Checked(
            rule=rule, condition=look.condition, verdict=verdict, sentence=sentence, values=values,
            decisive=rule is first and rule.reason is household.reason,
        )
        for rule, look, (verdict, sentence, values) in looked
    ]  # fmt: skip
    reason = first.reason if first else Reason.EXEMPT
    return Explained(checks=checks, agrees=reason is household.reason)


def _against(rule: type[DecidingRule], verdict: Verdict) -> bool:
    return verdict is Verdict.NOT_MET or (rule.reason is Reason.UNKNOWN and verdict is Verdict.OPEN)


def _from_record(rule: type[DecidingRule], rules: Sequence[type[DecidingRule]]) -> Look:
    def at(household: Household, _: Programme) -> Looked:
        reasons = [one.reason for one in rules]
        decided = reasons.index(household.reason) if household.reason in reasons else len(rules)
        place = rules.index(rule)
        if place < decided:
            return Verdict.MET, "判定の記録では、この条件にあたりません。", []
        if place > decided:
            return Verdict.UNASKED, "前の条件で判定が決まっています。", []
        open_ = rule.reason is Reason.UNKNOWN
        return (Verdict.OPEN if open_ else Verdict.NOT_MET), rule.sentence, []

    return Look(condition=f"「{rule.sentence}」にあたらないこと", at=at)
