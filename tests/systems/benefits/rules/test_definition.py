"""A definition's text is canonical, strict both ways, and refuses what no programme may do."""

import json
from dataclasses import replace
from datetime import date

import pytest

from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.articles.members import Article3StatusUnknown
from todoke.systems.benefits.rules.articles.units import Article3Eligible, Article4OncePerHousehold
from todoke.systems.benefits.rules.editions import checks as definition_checks
from todoke.systems.benefits.rules.editions import definition
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.programmes.hardship import R3_HARDSHIP_FROM_JUNE
from todoke.systems.benefits.rules.programmes.r3_nontaxable import R3_NONTAXABLE

EVERY = pytest.mark.parametrize("programme", programmes.every(), ids=lambda one: one.code)


@EVERY
def test_there_and_back(programme: Programme) -> None:
    text = definition.to_text(programme)
    assert definition.from_text(text) == programme
    assert definition.to_text(definition.from_text(text)) == text


@EVERY
def test_released_programmes_have_no_problem_and_cite_every_article(programme: Programme) -> None:
    assert definition_checks.problems(programme) == []
    for rule in (*programme.forming, *programme.rules, *programme.amounts):
        assert rule.__name__.startswith("Article")
        assert rule.citation
        assert rule.sentence.endswith("。")
    assert {"amount", "base_date", "tax_year", "deadline"} <= set(programme.sources)


def test_every_value_is_in_the_digest() -> None:
    whole = definition.digest(R3_NONTAXABLE)
    changed = [
        replace(R3_NONTAXABLE, amount=99_999),
        replace(R3_NONTAXABLE, deadline=date(2022, 9, 29)),
        replace(R3_NONTAXABLE, rules=R3_NONTAXABLE.rules[1:]),
        replace(R3_NONTAXABLE, sources={}),
    ]
    assert len({whole, *map(definition.digest, changed)}) == 5


BROKEN = [
    ("unknown field", lambda d: d | {"bonus": 1}),
    ("missing field", lambda d: {name: value for name, value in d.items() if name != "amount"}),
    ("text for a number", lambda d: d | {"amount": "100000"}),
    ("truth for a number", lambda d: d | {"amount": True}),
    ("no such rule", lambda d: d | {"rules": ["Article99Everybody"]}),
    ("an amount rule among the deciding", lambda d: d | {"rules": ["Article4FlatAmount"]}),
    ("no such status", lambda d: d | {"exempt": ["無職"]}),
    ("no date", lambda d: d | {"deadline": "2022-09-31"}),
]


@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in BROKEN])
def test_a_text_that_is_no_definition(change) -> None:
    plain = json.loads(definition.to_text(R3_NONTAXABLE))
    with pytest.raises(ValueError, match=r".+"):
        definition.from_text(json.dumps(change(plain)))


def _without(rule: type) -> Programme:
    return replace(R3_NONTAXABLE, rules=tuple(one for one in R3_NONTAXABLE.rules if one is not rule))


def _tested(**changes: object) -> Programme:
    """家計急変 with another test."""
    assert R3_HARDSHIP_FROM_JUNE.hardship is not None
    return replace(R3_HARDSHIP_FROM_JUNE, hardship=replace(R3_HARDSHIP_FROM_JUNE.hardship, **changes))  # type: ignore[arg-type]


def _after(**changes: object) -> Programme:
    """家計急変 with another exclusion by the earlier round."""
    (one,) = R3_HARDSHIP_FROM_JUNE.earlier
    return replace(R3_HARDSHIP_FROM_JUNE, earlier=(replace(one, **changes),))  # type: ignore[arg-type]


WRONG = [
    (_without(Article3StatusUnknown), "Article3StatusUnknown は外せません"),
    (_without(Article4OncePerHousehold), "Article4OncePerHousehold は外せません"),
    (_without(Article3Eligible), "最後は Article3Eligible"),
    (replace(R3_NONTAXABLE, forming=()), "Article2ProtectedApart は外せません"),
    (replace(R3_NONTAXABLE, amount=0), "1円以上"),
    (replace(R3_NONTAXABLE, transfer_on=date(2022, 10, 29)), "銀行の営業日"),
    (replace(R3_NONTAXABLE, deadline=date(2022, 1, 1)), "この順"),
    (replace(R3_NONTAXABLE, base_date=date(2020, 4, 27)), "効力がありません"),
    (replace(R3_NONTAXABLE, tax_year=2020), "賦課期日"),
    (_tested(months=(202209, 202201)), "最初の月が、最後の月より後"),
    (_tested(months=(202201, 202210)), "申請期限の月より後"),
    (_tested(months=(202200, 202209)), "1月から12月まで"),
    (_tested(months=(202012, 202209)), "2021年度）の1月以降"),
    (_tested(incomes=()), "1つ以上選んでください"),
    (_tested(factor=13), "倍数は、1から12まで"),
    (_tested(limits=replace(R3_HARDSHIP_FROM_JUNE.hardship.limits, head=0, flat=0)), "限度額は、1円以上"),  # type: ignore[union-attr]
    (_after(standings=frozenset()), "世帯の状況を、1つ以上"),
    (_after(heads=False), "Article3FormerHead は働きません"),
    (replace(R3_HARDSHIP_FROM_JUNE, earlier=R3_HARDSHIP_FROM_JUNE.earlier * 2), "先行する給付が2回"),
    (replace(R3_HARDSHIP_FROM_JUNE, earlier=()), "Article3EarlierRound は置けません"),
]


@pytest.mark.parametrize(("programme", "sentence"), WRONG, ids=[sentence for _, sentence in WRONG])
def test_what_no_definition_may_do(programme: Programme, sentence: str) -> None:
    assert any(sentence in found for found in definition_checks.problems(programme))
