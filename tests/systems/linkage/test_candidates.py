"""候補の検索 on the labelled set: what must not get worse, and what must never happen."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pyarrow as pa
import pytest

from todoke.engine import duck
from todoke.sample import matching, matching_quality
from todoke.sample.matching import KINDS
from todoke.sample.matching_quality import Quality
from todoke.systems.linkage.rules import candidates, explanation, match_forms
from todoke.systems.linkage.rules.blocking import BLOCKING_RULES, LEVELS, POINTS, Attribute, Level

HOME = match_forms.home("14100")
MOVED_AND_MISTYPED = "転居前の住所と氏名の誤字"
NOBODY = {kind.title for kind in KINDS if not kind.registered}
WRITTEN_OTHERWISE = {"登録のとおり", "住所の書き方", "氏名の空白・全角半角", "旧字体・異体字", "仮名の書き方"}


def find(register: pa.Table, queries: pa.Table) -> pa.Table:
    with duck.connect() as connection:
        connection.register("r", match_forms.of(register, HOME).append_column("person", register["person"]))
        connection.register("q", match_forms.of(queries, HOME).append_column("query", queries["query"]))
        return candidates.find(connection, queries="q", register="r")


@lru_cache(maxsize=1)
def labelled() -> tuple[matching.Labelled, pa.Table, dict[str, Quality]]:
    """40,000 persons, 8,000 queries, the candidates found, and how good they are."""
    made = matching.invent(40_000, 8_000, 3)
    found = find(made.register, made.queries)
    return made, found, {quality.title: quality for quality in matching_quality.score(made.truth, found)}


def test_four_equal_attributes_never_name_a_wrong_person() -> None:
    total = labelled()[2]["全体"]
    assert total.linked == total.right > 6_000
    assert total.ratios()["identical_recall"] > 0.8


@pytest.mark.parametrize("title", sorted(WRITTEN_OTHERWISE))
def test_another_writing_of_the_same_is_recognised(title: str) -> None:
    ratios = labelled()[2][title].ratios()
    assert ratios["identical_recall"] > 0.99
    assert ratios["first_recall"] > 0.99


@pytest.mark.parametrize("title", sorted({kind.title for kind in KINDS} - NOBODY - {MOVED_AND_MISTYPED}))
def test_the_right_person_is_always_among_the_candidates(title: str) -> None:
    quality = labelled()[2][title]
    assert quality.queries > 0
    assert quality.within == quality.meant
    assert quality.first / quality.meant > 0.98


@pytest.mark.parametrize("title", sorted(NOBODY))
def test_nobody_is_recognised_in_a_stranger(title: str) -> None:
    assert labelled()[2][title].linked == 0


def test_what_is_beyond_the_rules_is_not_guessed() -> None:
    """Moved and mistyped at once: only the number finds such a person, and no wrong one is called identical."""
    quality = labelled()[2][MOVED_AND_MISTYPED]
    assert quality.meant > 50
    assert quality.linked == 0


def test_identical_means_all_four_and_one_person_only() -> None:
    rows: list[dict[str, Any]] = labelled()[1].to_pylist()
    for row in rows:
        levels = {row[f"{attribute}_level"] for attribute in Attribute}
        assert not row["identical"] or (levels == {Level.EQUAL.value} and row["rank"] == 1)
    assert any(row["identical"] for row in rows)


def person(number: str, **changes: str) -> dict[str, str]:
    return {
        "person": number,
        "name_kanji": "髙橋　奈々",
        "sex": "2",
        "birth_date": "1956-03-02",
        "address": "神奈川県横浜市中区本町六丁目50番地10　コーポ若葉101号",
    } | changes


def asked(**changes: str) -> pa.Table:
    row = {
        "name_kanji": "高橋奈奈",
        "sex": "女",
        "birth_date": "昭和31年3月2日",
        "address": "中区本町6-50-10",
    }
    return pa.table({"query": pa.array([0], pa.int32()), **{k: [v] for k, v in (row | changes).items()}})


def test_every_attribute_in_another_writing() -> None:
    (row,) = find(pa.Table.from_pylist([person("1")]), asked()).to_pylist()
    assert row["identical"]


@pytest.mark.parametrize(
    "change",
    [
        {"name_kanji": "高橋奈美"},
        {"sex": "男"},
        {"sex": "不明"},
        {"birth_date": "昭和31年3月3日"},
        {"birth_date": "昭和31年3月不詳"},
        {"address": "中区本町6-50-11"},
    ],
)
def test_three_equal_attributes_are_a_candidate_and_no_more(change: dict[str, str]) -> None:
    (row,) = find(pa.Table.from_pylist([person("1")]), asked(**change)).to_pylist()
    assert not row["identical"]


def test_same_name_and_birthday_at_another_address_is_never_identical() -> None:
    """The wrong link of 2023 (facts/linkage.md §1.7): a stranger with the same name and birthday."""
    stranger = person("1", address="神奈川県横浜市緑区霧が丘三丁目2番5号")
    (row,) = find(pa.Table.from_pylist([stranger]), asked()).to_pylist()
    assert (row["name_level"], row["birth_date_level"], row["identical"]) == ("equal", "equal", False)


def test_two_persons_who_agree_in_all_four_are_both_left_to_a_human() -> None:
    rows = find(pa.Table.from_pylist([person("1"), person("2")]), asked()).to_pylist()
    assert [row["person"] for row in rows] == ["1", "2"]
    assert not any(row["identical"] for row in rows)


@pytest.mark.parametrize("absent", ["name_kanji", "sex", "birth_date", "address"])
def test_what_is_absent_on_both_sides_is_not_equal(absent: str) -> None:
    rows = find(pa.Table.from_pylist([person("1", **{absent: ""})]), asked(**{absent: ""})).to_pylist()
    assert not any(row["identical"] for row in rows)


def test_the_tables_of_the_rules_are_whole() -> None:
    assert all(len(rule.columns) >= 2 for rule in BLOCKING_RULES)
    assert all(set(rule.columns) <= set(match_forms.FORMS) for rule in BLOCKING_RULES)
    assert set(POINTS) == set(LEVELS) == set(Attribute)
    assert all(set(points) == set(Level) for points in POINTS.values())
    for points in POINTS.values():
        assert points[Level.EQUAL] > points[Level.NEAR] >= points[Level.ABSENT] > points[Level.DIFFERS]


@pytest.mark.parametrize(
    ("attribute", "level", "mine", "theirs", "sentence"),
    [
        (Attribute.NAME, Level.EQUAL, "高橋", "高橋", "一致"),
        (Attribute.NAME, Level.EQUAL, "高橋", "髙橋", "異体字・旧字体（髙→高）をそろえると一致"),
        (Attribute.ADDRESS, Level.EQUAL, "横浜市中区1-2", "中区1-2", "県名・市名の省略をそろえると一致"),
        (Attribute.SEX, Level.EQUAL, "女", "2", "性別の符号をそろえると一致"),
        (Attribute.BIRTH_DATE, Level.EQUAL, "S31.1.2", "1956-01-02", "日付の書き方をそろえると一致"),
        (Attribute.ADDRESS, Level.NEAR, "中区1-2", "中区1-3", "町名までは同じで、番地が違います"),
        (Attribute.SEX, Level.DIFFERS, "1", "2", "違います"),
        (Attribute.SEX, Level.ABSENT, "", "2", "欠けているか一部が不詳のため、比べていません"),
    ],
)
def test_why_in_a_sentence(attribute: Attribute, level: Level, mine: str, theirs: str, sentence: str) -> None:
    assert explanation.sentence(attribute, level, asked=mine, registered=theirs, home=HOME) == sentence
