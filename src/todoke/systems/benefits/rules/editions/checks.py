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
from todoke.systems.benefits.rules.articles.units import (
    Article3EarlierRound,
    Article3Eligible,
    Article3FormerHead,
    Article4OncePerHousehold,
)
from todoke.systems.benefits.rules.deciding import push
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.hardship.conditions import INCOMES
from todoke.systems.benefits.rules.payments.bank_days import is_closed
from todoke.systems.benefits.rules.programme import Hardship, Programme, Unit
from todoke.systems.benefits.rules.rule import Rule

_NUMBERS = range(1, 1000)
_MONTHS_A_YEAR = 12


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
    found = [*_rules(programme), *_dates(programme), *_amounts(programme), *_earlier(programme)]
    return found + ([] if programme.hardship is None else [*_hardship(programme, programme.hardship)])


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
    until = push.opt_out_until(programme.letters_from, programme.letters_from, programme.opt_out_days)
    if programme.opt_out_days < 1 or (_notifies(programme) and until >= programme.transfer_on):
        yield "お知らせの届出期間は1日以上で、その期限は振込指定日より前でなければなりません"
    if programme.tax_date.year != programme.tax_year:
        yield "賦課期日は課税年度の1月1日でなければなりません"


def _notifies(programme: Programme) -> bool:
    return any(row.route is Route.NOTICE for row in programme.push)


def _amounts(programme: Programme) -> Iterator[str]:
    if programme.amount <= 0:
        yield "支給額は1円以上でなければなりません"
    if programme.number not in _NUMBERS:
        yield "事業の番号は1から999まででなければなりません"
    if (programme.child is None) != (Article4ChildSupplement not in programme.amounts):
        yield "こども加算の額と Article4ChildSupplement は、どちらも置くか、どちらも置かないかです"
    if programme.child is not None and programme.child.amount <= 0:
        yield "こども加算の額は1円以上でなければなりません"


def _hardship(programme: Programme, test: Hardship) -> Iterator[str]:
    first, last = test.months
    deadline = programme.deadline.year * 100 + programme.deadline.month
    if not all(1 <= month % 100 <= _MONTHS_A_YEAR for month in test.months):
        yield "家計急変の対象となる月は、1月から12月まででなければなりません"
    elif first > last:
        yield "家計急変の対象となる最初の月が、最後の月より後です"
    elif last > deadline:
        yield "家計急変の対象となる最後の月が、申請期限の月より後です（まだ来ていない月の収入では申請できません）"
    if first < test.limits_year * 100 + 1:
        yield f"家計急変の対象となる最初の月は、限度額の年度（{test.limits_year}年度）の1月以降でなければなりません"
    if not test.incomes:
        yield "家計急変で合計する収入の種類を、1つ以上選んでください（選ばないと、だれの収入も0円になります）"
    if not set(test.incomes) <= set(INCOMES):
        yield "家計急変で合計する収入の種類に、知らないものがあります"
    if not 1 <= test.factor <= _MONTHS_A_YEAR:
        yield "月から年への倍数は、1から12まででなければなりません"
    if test.limits.income(0) <= 0:
        yield "家計急変の限度額は、1円以上でなければなりません"


def _earlier(programme: Programme) -> Iterator[str]:
    names = [one.programme for one in programme.earlier]
    if len(set(names)) != len(names):
        yield "先行する給付が2回あります"
    for one in programme.earlier:
        if not one.standings:
            yield (
                f"先行する給付（{one.programme}）の除外する世帯の状況を、1つ以上選んでください"
                "（除外をやめるときは、除外のルールの適用を外します）"
            )
    heads = any(one.heads for one in programme.earlier)
    if Article3EarlierRound in programme.rules and not programme.earlier:
        yield "先行する給付がないため、Article3EarlierRound は置けません"
    if Article3FormerHead in programme.rules and not heads:
        yield (
            "世帯主だった人がいる世帯を除く先行する給付がないため、Article3FormerHead は働きません"
            "（このルールの適用も外してください）"
        )
