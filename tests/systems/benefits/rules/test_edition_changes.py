"""What a form may change: every value there and back, and what is said of it."""

import hashlib
import json
from dataclasses import replace
from datetime import date

import pytest

from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.articles.units import (
    Article3EarlierRound,
    Article3FormerHead,
    Article4OncePerHousehold,
)
from todoke.systems.benefits.rules.deciding import push
from todoke.systems.benefits.rules.editions import changes as edition_changes
from todoke.systems.benefits.rules.editions import checks as definition_checks
from todoke.systems.benefits.rules.editions import definition
from todoke.systems.benefits.rules.programme import EarlierRound, Programme, Standing
from todoke.systems.benefits.rules.programmes.hardship import R3_HARDSHIP_FROM_JUNE
from todoke.systems.benefits.rules.programmes.r3_nontaxable import R3_NONTAXABLE, R4_EXTENSION
from todoke.systems.benefits.rules.tax.income import SalaryMethod

EVERY = pytest.mark.parametrize("programme", programmes.every(), ids=lambda one: one.code)


@EVERY
def test_unchanged_values_change_nothing(programme: Programme) -> None:
    on = {rule.__name__ for rule in (*programme.forming, *programme.rules)}
    assert edition_changes.changed(programme, edition_changes.values(programme), on, programme) == programme


@EVERY
def test_every_value_has_its_name_and_its_words(programme: Programme) -> None:
    titles = edition_changes.labels(programme)
    for name, value in edition_changes.values(programme).items():
        assert titles[name]
        assert edition_changes.shown(name, value) not in ("", "－")


def changed(programme: Programme, **new: edition_changes.Value) -> list[tuple[str, str, str]]:
    on = {rule.__name__ for rule in (*programme.forming, *programme.rules)}
    values = {name.replace("__", "."): value for name, value in new.items()}
    after = edition_changes.changed(programme, values, on, programme)
    return edition_changes.differences(programme, after)


def test_months_and_method_in_words() -> None:
    found = changed(
        R3_HARDSHIP_FROM_JUNE, hardship__months__0=202204, hardship__salary=SalaryMethod.OFFICIAL,
        hardship__incomes=("salary", "business"),
    )  # fmt: skip
    assert found == [
        ("家計急変：対象となる最初の月", "令和4年1月", "令和4年4月"),
        (
            "家計急変：合計する収入の種類",
            "給与収入・事業収入・不動産収入・公的年金等収入",
            "給与収入・事業収入",
        ),
        ("家計急変：給与所得の計算方法", "速算式", "別表第五"),
    ]


def test_standings_of_one_earlier_round_in_words() -> None:
    paid = frozenset({Standing.PAID})
    found = changed(R4_EXTENSION, earlier__0__standings=paid, earlier__1__heads=False)
    first, second = (programmes.find(one.programme).name for one in R4_EXTENSION.earlier)
    assert found == [
        (f"先行する給付の除外（{first}）：除外する世帯の状況", "支給済み・未申請・辞退", "支給済み"),
        (f"先行する給付の除外（{second}）：その世帯主だった人がいる世帯も除く", "除く", "除かない"),
    ]
    # the other round stays as it was
    after = edition_changes.changed(R4_EXTENSION, {"earlier.0.standings": paid}, (), R4_EXTENSION)
    assert after.earlier == (replace(R4_EXTENSION.earlier[0], standings=paid), R4_EXTENSION.earlier[1])


def test_an_earlier_round_is_added_with_the_rules_that_read_it_and_stays() -> None:
    (offered,) = edition_changes.may_follow(R3_NONTAXABLE)
    assert offered.code == "r3-hardship"
    added = EarlierRound(programme=offered.code, standings=frozenset({Standing.PAID}), heads=False)
    on = {rule.__name__ for rule in (*R3_NONTAXABLE.forming, *R3_NONTAXABLE.rules)}
    after = edition_changes.changed(R3_NONTAXABLE, {}, on, R3_NONTAXABLE, added)
    assert after.earlier == (added,)
    assert set(after.rules) - set(R3_NONTAXABLE.rules) == {Article3EarlierRound}
    assert after.rules.index(Article3EarlierRound) + 1 == after.rules.index(Article4OncePerHousehold)
    assert definition_checks.problems(after) == []
    assert definition.from_text(definition.to_text(after)) == after
    said = edition_changes.differences(R3_NONTAXABLE, after)
    assert (f"先行する給付の除外（{offered.name}）：除外する世帯の状況", "－", "支給済み") in said
    assert edition_changes.may_follow(after) == []
    # the next form offers the rule, and keeps it where it stays on
    assert Article3EarlierRound in edition_changes.switches(R3_NONTAXABLE, after)
    still = {rule.__name__ for rule in (*after.forming, *after.rules)}
    assert edition_changes.changed(after, edition_changes.values(after), still, R3_NONTAXABLE) == after
    heads = edition_changes.changed(R3_NONTAXABLE, {}, on, R3_NONTAXABLE, replace(added, heads=True))
    assert Article3FormerHead in heads.rules
    assert definition_checks.problems(heads) == []
    assert edition_changes.may_follow(programmes.find("r6-shortfall")) == []  # of persons


def test_the_time_to_answer_a_notice_is_a_value_of_the_edition() -> None:
    found = changed(programmes.find("r4-price-rise"), opt_out_days=21)
    assert found == [("お知らせの届出期間（発送からの日数）", "14", "21")]
    day = date(2022, 11, 14)
    assert push.opt_out_until(day, day, 21) == date(2022, 12, 5)
    for days in (0, 400):
        wrong = replace(programmes.find("r4-price-rise"), opt_out_days=days)
        assert any("お知らせの届出期間" in one for one in definition_checks.problems(wrong))


def test_an_edition_of_before_the_value_reads_as_it_was() -> None:
    text = json.loads(definition.to_text(R3_NONTAXABLE))
    del text["opt_out_days"]
    before = json.dumps(text, ensure_ascii=False, sort_keys=True, indent=1)
    assert definition.from_text(before) == R3_NONTAXABLE
    assert definition.digest_of_text(before) == hashlib.sha256(before.encode()).hexdigest()
    assert definition.digest(R3_NONTAXABLE) != definition.digest_of_text(before)
