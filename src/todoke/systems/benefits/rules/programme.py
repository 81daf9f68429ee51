"""事業 (Programme): everything that differs from one benefit to the next, as dated data with its sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from todoke.systems.benefits.rules.deciding.push import OPT_OUT_DAYS, R3_PUSH, PushRow, Route
from todoke.systems.benefits.rules.rule import AmountRule, DecidingRule, FormingRule
from todoke.systems.benefits.rules.tax.income import SalaryMethod
from todoke.systems.benefits.rules.tax.limits import Limits
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus


class Unit(StrEnum):
    """Who is paid: a household through its head, or each person."""

    HOUSEHOLD = "household"
    PERSON = "person"


class Register(StrEnum):
    """Whose register a programme judges: as it stood on the base date, or the newest (申請日)."""

    BASE = "base"
    LATEST = "latest"


class Standing(StrEnum):
    """Where a household stood in an earlier round; a round's exclusion names those that count."""

    PAID = "支給済み"
    TARGETED = "未申請"  # 対象だったが申請しなかった
    DECLINED = "辞退"


@dataclass(frozen=True, kw_only=True)
class EarlierRound:
    """先行する給付の除外: households that stood so in that programme, and households that hold their former heads."""

    programme: str
    standings: frozenset[Standing]
    heads: bool = True


@dataclass(frozen=True, kw_only=True)
class ChildSupplement:
    """こども加算: yen for every child born on or after `born_from`; newborns after the base date until `newborn_until`."""

    amount: int
    born_from: date
    newborn_until: date


@dataclass(frozen=True, kw_only=True)
class Hardship:
    """家計急変: one month of a member × `factor` against `limits`, by one way to count salary.

    `months`: first and last month that may be chosen, as 202101. `incomes`: kinds that are added up. `limits`: of
    `grade` (級地) for `limits_year`, unless the ordinance differs.
    """

    months: tuple[int, int]
    factor: int
    incomes: tuple[str, ...]
    grade: int
    limits_year: int
    limits: Limits
    salary: SalaryMethod


@dataclass(frozen=True, kw_only=True)
class Programme:
    """One benefit. `edition` changes with every change of a value; decisions are sealed with it.

    amount: yen per unit, before supplements. base_date: 基準日 of the register. in_japan_on: a second base date, on
    which somebody of the household was in a register of any municipality. tax_date: 賦課期日 of `tax_year`. Persons
    who moved in on or after `moved_in_from` have no tax record here. `adult_age`: younger persons without a record
    count as not taxed. `exempt`: statuses that count as not taxed. `rules`: in the order in which they are asked.
    `figures`: declared amounts (items of the relation `figures`) that the rules read. `sources`: field → where its
    value is set. `opt_out_days`: so long after an お知らせ was sent a household may decline or name another account.
    """

    code: str
    edition: str
    number: int
    name: str
    unit: Unit = Unit.HOUSEHOLD
    register: Register = Register.BASE
    amount: int
    child: ChildSupplement | None = None
    base_date: date
    in_japan_on: date | None = None
    tax_year: int
    tax_date: date
    moved_in_from: date
    adult_age: int
    exempt: frozenset[TaxStatus]
    forming: tuple[type[FormingRule], ...] = ()
    rules: tuple[type[DecidingRule], ...]
    amounts: tuple[type[AmountRule], ...]
    earlier: tuple[EarlierRound, ...] = ()
    hardship: Hardship | None = None
    figures: tuple[str, ...] = ()
    push: tuple[PushRow, ...] = R3_PUSH
    paid_by: date | None = None
    opt_out_days: int = OPT_OUT_DAYS
    documents: tuple[tuple[Route, str], ...] = ()
    letters_from: date
    accepts_from: date
    deadline: date
    transfer_on: date
    sources: dict[str, str] = field(default_factory=dict)
