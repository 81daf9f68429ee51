"""検索の形と読み方: thirty pairs that must meet, some that must not, and what a text in the one box may mean."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from todoke.systems.benefits.rules.households import search_forms, search_terms
from todoke.systems.benefits.rules.households.phones import phone
from todoke.systems.benefits.rules.households.search_terms import By

HOME = search_forms.home("14100")
NAMES = [
    ("高橋", "髙橋"), ("山崎", "山﨑"), ("山崎", "山嵜"), ("吉田", "𠮷田"), ("斎藤", "齋藤"), ("斎藤", "斉藤"), ("斎藤", "齊藤"),
    ("渡辺", "渡邊"), ("渡辺", "渡邉"), ("浜田", "濱田"), ("浜田", "濵田"), ("桜井", "櫻井"), ("広瀬", "廣瀨"), ("島田", "嶋田"),
    ("島田", "嶌田"), ("佐佐木", "佐々木"), ("沢田", "澤田"), ("国分", "國分"), ("黒沢", "黑澤"), ("富田", "冨田"),
    ("柳田", "栁田"), ("山田　太郎", "山田 太郎"), ("山田太郎", "山田　太郎"), ("NGUYEN VAN AN", "nguyen van an"),
    ("ＳＭＩＴＨ", "smith"),
]  # fmt: skip
KANA = [
    ("タカハシ", "ﾀｶﾊｼ"), ("タカハシ", "たかはし"), ("カトウ", "ガトウ"), ("ハヤシ", "バヤシ"), ("キョウコ", "キヨウコ"),
    ("ジュン", "シユン"), ("オーノ", "オノ"), ("ヴァン", "ウアン"), ("ヂヅ", "チツ"), ("サトウ　ハナコ", "ｻﾄｳ ﾊﾅｺ"),
    ("パク", "ハク"), ("ゐど", "イド"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), NAMES)
def test_names_written_in_two_ways_meet(one: str, other: str) -> None:
    assert search_forms.name(one) == search_forms.name(other)


@pytest.mark.parametrize(("one", "other"), KANA)
def test_readings_written_in_two_ways_meet(one: str, other: str) -> None:
    assert set(search_forms.kana(one)) & set(search_forms.kana(other))


def test_a_typed_ji_finds_both_of_its_kana() -> None:
    assert search_forms.kana("ミジカ") == ("ミシカ", "ミチカ")
    assert search_forms.kana("シズカ") == ("シスカ", "シツカ")


@pytest.mark.parametrize(
    ("one", "other"), [("高橋", "高端"), ("伊藤", "伊東"), ("太田", "大田"), ("中島", "中嶌田")]
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert search_forms.name(one) != search_forms.name(other)


@pytest.mark.parametrize(
    ("text", "form"), [("ゞゞ", "ゝゝ"), ("みすゞ", "ミスス"), ("佐々々", "佐佐佐"), ("々ゝ", "々ゝ")]
)
def test_a_mark_that_repeats_nothing_comes_to_an_end(text: str, form: str) -> None:
    made = search_forms.name(text)
    assert search_forms.name(made) == made
    assert form in (made, search_forms.kana(text)[0])


@given(st.text("々ゝゞヽヾすず佐ーｶﾞﾞ゙A", max_size=6))
def test_every_form_of_marks_comes_to_an_end(text: str) -> None:
    assert search_forms.name(search_forms.name(text)) == search_forms.name(text)
    assert search_forms.kana(search_forms.kana(text)[0])[0] == search_forms.kana(text)[0]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text("髙橋﨑斉奈々ｶﾞｷﾞヴァーんゞ　 Aa1-", max_size=8), min_size=1, max_size=5))
def test_a_column_has_the_forms_of_its_texts(texts: list[str]) -> None:
    table = pa.table(
        {"name_kanji": texts, "name_kana": texts, "address": ["神奈川県横浜市中区本町1番1号"] * len(texts)}
    )
    keys = search_forms.of(table, HOME)
    assert keys["name_key"].to_pylist() == [search_forms.name(text) or None for text in texts]
    assert keys["kana_key"].to_pylist() == [search_forms.kana(text)[0] or None for text in texts]


@pytest.mark.parametrize(
    "typed",
    [
        "昭和40年3月5日",
        "S40.3.5",
        "s40/3/5",
        "Ｓ４０．３．５",
        "1965-03-05",
        "1965/3/5",
        "19650305",
        "昭和 40年 3月 5日",
    ],
)
def test_a_birth_date_is_read_in_every_usual_form(typed: str) -> None:
    ((condition,),) = search_terms.readings(typed, HOME)
    assert (condition.by, condition.day) == (By.BIRTH, date(1965, 3, 5))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0010000000015", [(By.CASE, "0010000000015")]),
        ("１２３４５６７８９０", [(By.RESIDENT, "1234567890"), (By.HOUSEHOLD, "1234567890")]),
        ("1234567890-1", [(By.HOUSEHOLD, "1234567890-1")]),
        (
            "045-671-2121",
            [(By.RESIDENT, "0456712121"), (By.HOUSEHOLD, "0456712121"), (By.PHONE, "0456712121")],
        ),
        ("090 1234 5678", [(By.PHONE, "09012345678")]),
        ("髙橋", [(By.NAME, "高橋"), (By.GIVEN, "高橋"), (By.ADDRESS, "高橋")]),
        ("本町6丁目50番地10", [(By.ADDRESS, "本町6-50-10")]),
        ("神奈川県横浜市中区本町六丁目５０番地１０", [(By.ADDRESS, "中区本町6-50-10")]),
        ("ﾊﾅｺ", [(By.KANA, "ハナコ"), (By.GIVEN_KANA, "ハナコ"), (By.ADDRESS, "ハナコ")]),
    ],
)
def test_one_word_is_read_as_all_it_may_be(typed: str, meant: list[tuple[By, str]]) -> None:
    assert [(c.by, c.forms[0]) for (c,) in search_terms.readings(typed, HOME)] == meant


@pytest.mark.parametrize(
    ("typed", "first", "name_only"),
    [
        ("佐藤 花子", [(By.NAME, "佐藤花子")], True),
        ("さとう はなこ", [(By.KANA, "サトウハナコ")], True),
        ("佐藤 中区", [(By.NAME, "佐藤"), (By.ADDRESS, "中区")], False),
        ("佐藤 さくら", [(By.NAME, "佐藤サクラ")], True),
        ("港北区大豆戸町26-1 佐藤", [(By.NAME, "佐藤"), (By.ADDRESS, "港北区大豆戸町26-1")], False),
    ],
)
def test_several_words_are_read_together(typed: str, first: list[tuple[By, str]], *, name_only: bool) -> None:
    found = search_terms.readings(typed, HOME)
    assert [(c.by, c.forms[0].replace("さくら", "サクラ")) for c in found[0]] == first
    assert search_terms.is_name_only(found) is name_only


@given(st.text(max_size=40))
def test_any_text_has_a_bounded_number_of_readings(text: str) -> None:
    assert len(search_terms.readings(text, HOME)) <= 8


@pytest.mark.parametrize(
    ("text", "digits"),
    [("０４５－６７１－２１２１", "0456712121"), ("(045)671-2121", "0456712121"), ("+81 90-1234-5678", "09012345678"),
     ("12345", None), ("電話なし", None), ("1456712121", None)],
)  # fmt: skip
def test_a_telephone_number_is_its_digits(text: str, digits: str | None) -> None:
    assert phone(text) == digits


@settings(deadline=None)
@given(st.text("ゞゝ々ヽヾﾞ゛か子ー", max_size=12))
def test_repeat_marks_without_a_letter_before_them_come_to_an_end(text: str) -> None:
    assert len(search_forms.name(text)) <= 4 * len(text)
    assert search_terms.readings(text, HOME) is not None
