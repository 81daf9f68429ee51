"""What no definition of a programme may do, whoever approves it; each finding is a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from todoke.kernel.clock import wareki
from todoke.systems.benefits.rules.articles.amounts import Article4ChildSupplement
from todoke.systems.benefits.rules.articles.forming import Article2ProtectedApart
from todoke.systems.benefits.rules.articles.members import (
    Article3FiguresMissing,
    Article3IncomeOverLimit,
    Article3StatusUnknown,
    Article3TaxedMember,
)
from todoke.systems.benefits.rules.articles.units import Article3Eligible, Article4OncePerHousehold
from todoke.systems.benefits.rules.bank_days import is_closed
from todoke.systems.benefits.rules.programme import Programme, Unit
from todoke.systems.benefits.rules.rule import Rule

_NUMBERS = range(1, 1000)


def locked(programme: Programme) -> frozenset[type[Rule]]:
    """Rules that a programme may not switch off: without them the taxed or the unknown would be paid, somebody twice,
    or a protected person together with the household that was left."""
    found: set[type[Rule]] = {Article4OncePerHousehold, Article3Eligible}
    if programme.unit is Unit.HOUSEHOLD:
        found |= {Article3StatusUnknown, Article3TaxedMember, Article2ProtectedApart}
    else:
        found.add(Article3FiguresMissing)
    return frozenset(found)


def problems(programme: Programme) -> list[str]:
    """Everything that is wrong with a definition; empty when nothing is."""
    return [*_rules(programme), *_dates(programme), *_amounts(programme)]


def _rules(programme: Programme) -> Iterator[str]:
    used: tuple[type[Rule], ...] = (*programme.forming, *programme.rules, *programme.amounts)
    for rule in sorted(locked(programme) - set(used), key=lambda one: one.__name__):
        yield f"{rule.__name__} は外せません（{rule.sentence}）"
    if not programme.rules or programme.rules[-1] is not Article3Eligible:
        yield "判定ルールの最後は Article3Eligible でなければなりません"
    if len(set(used)) != len(used):
        yield "同じルールが2回あります"
    for rule in used:
        if not rule.in_force(programme.base_date):
            yield f"{rule.__name__} は基準日（{wareki(programme.base_date)}）に効力がありません"
    if (programme.hardship is None) != (Article3IncomeOverLimit not in programme.rules):
        yield "家計急変の条件と Article3IncomeOverLimit は、どちらも置くか、どちらも置かないかです"
    if programme.push and (programme.push[-1].yes or programme.push[-1].no):
        yield "送付の種類の表は、条件のない行で終わらなければなりません"


def _dates(programme: Programme) -> Iterator[str]:
    if not programme.base_date <= programme.letters_from <= programme.deadline:
        yield "基準日、発送開始日、申請期限は、この順でなければなりません"
    if not programme.accepts_from <= programme.deadline < programme.transfer_on:
        yield "受付開始日、申請期限、振込指定日は、この順でなければなりません"
    if is_closed(programme.transfer_on):
        yield "振込指定日は銀行の営業日でなければなりません"
    if programme.tax_date.year != programme.tax_year:
        yield "賦課期日は課税年度の1月1日でなければなりません"
    if programme.hardship is not None and programme.hardship.months[0] > programme.hardship.months[1]:
        yield "家計急変の対象となる最初の月が、最後の月より後です"


def _amounts(programme: Programme) -> Iterator[str]:
    if programme.amount <= 0:
        yield "支給額は1円以上でなければなりません"
    if programme.number not in _NUMBERS:
        yield "事業の番号は1から999まででなければなりません"
    if (programme.child is None) != (Article4ChildSupplement not in programme.amounts):
        yield "こども加算の額と Article4ChildSupplement は、どちらも置くか、どちらも置かないかです"
    if programme.child is not None and programme.child.amount <= 0:
        yield "こども加算の額は1円以上でなければなりません"
