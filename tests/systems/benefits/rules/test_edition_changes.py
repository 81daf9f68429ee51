"""What a form may change: every value there and back, and what is said of it."""

from dataclasses import replace

import pytest

from todoke.systems.benefits.rules import edition_changes, programmes
from todoke.systems.benefits.rules.income import SalaryMethod
from todoke.systems.benefits.rules.programme import Programme, Standing
from todoke.systems.benefits.rules.programmes.hardship import R3_HARDSHIP_FROM_JUNE
from todoke.systems.benefits.rules.programmes.r3_nontaxable import R4_EXTENSION

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
