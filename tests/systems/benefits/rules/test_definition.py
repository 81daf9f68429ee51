"""A definition's text is canonical, strict both ways, and refuses what no programme may do."""

import json
from dataclasses import replace
from datetime import date

import pytest

from todoke.systems.benefits.rules import definition, definition_checks, programmes
from todoke.systems.benefits.rules.articles.members import Article3StatusUnknown
from todoke.systems.benefits.rules.articles.units import Article3Eligible, Article4OncePerHousehold
from todoke.systems.benefits.rules.programme import Programme
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
]


@pytest.mark.parametrize(("programme", "sentence"), WRONG, ids=[sentence for _, sentence in WRONG])
def test_what_no_definition_may_do(programme: Programme, sentence: str) -> None:
    assert any(sentence in found for found in definition_checks.problems(programme))
