"""The forms of comparison, as a table to read: written → compared, and what made it."""

from __future__ import annotations

import pytest

from todoke.records.attributes.addresses import address
from todoke.records.attributes.birth_dates import birth_date, is_complete
from todoke.records.attributes.names import kana, name
from todoke.records.attributes.sexes import sex
from todoke.records.attributes.variants import FOLDS

HOME = ("神奈川県", "横浜市")

NAMES = [
    ("髙橋　奈々", "高橋奈奈"),
    ("高橋 奈奈", "高橋奈奈"),
    ("山﨑　惠子", "山崎恵子"),
    ("𠮷田　實", "吉田実"),
    ("渡邉　廣", "渡辺広"),
    ("渡邊　広", "渡辺広"),
    ("齋藤　櫻", "斎藤桜"),
    ("佐々木\u3000みすゞ", "佐佐木みすず"),
    ("葛󠄀城　清", "葛城清"),  # with an ideographic variation selector
    ("神社　福", "神社福"),  # compatibility ideographs
    ("ｷﾖ", "キヨ"),
    ("キョ子", "キヨ子"),
    ("ル−カス", "ルーカス"),
    ("ヱイ", "エイ"),
    ("Smith　Mary-Ann", "SMITHMARY-ANN"),
    ("ＳＭＩＴＨ・ＭＡＲＹ", "SMITHMARY"),
]
# Names that stay apart: they are different entries in the register.
APART = [
    ("斉藤", "斎藤"),
    ("小島", "小嶋"),
    ("太田", "大田"),
    ("さくら", "サクラ"),
    ("渡辺", "渡部"),
    ("しず", "しづ"),
    ("大野", "犬野"),
]
ADDRESSES = [
    ("神奈川県横浜市中区本町六丁目50番地10　コーポ若葉101号", "中区本町6-50-10", "コーポ若葉101号"),
    ("横浜市中区本町６丁目５０番１０号", "中区本町6-50-10", ""),
    ("中区本町6-50-10", "中区本町6-50-10", ""),
    ("中区本町６ー５０ー１０コーポ２０１", "中区本町6-50-10", "コーポ201"),
    ("中区本町六丁目五十番十号", "中区本町6-50-10", ""),
    ("中区本町6丁目50の10 2F", "中区本町6-50-10", "2F"),
    ("中区本町6-50-10-101号室", "中区本町6-50-10", "101号室"),
    ("横浜市緑区霧ヶ丘三丁目2番5号の3", "緑区霧ケ丘3-2-5-3", ""),
    ("緑区霧が丘3-2-5-3", "緑区霧ケ丘3-2-5-3", ""),
    ("青葉区美しヶ丘1番2号", "青葉区美しケ丘1-2", ""),
    ("緑区大字三保字中村123番地4", "緑区三保中村123-4", ""),
    ("神奈川県 横浜市 西区みなとみらい", "西区みなとみらい", ""),
    ("千代田区一番町5番地3", "千代田区一番町5-3", ""),
    ("千代田区九段南１丁目２番３号", "千代田区九段南1-2-3", ""),
    ("川崎市川崎区三ッ沢二十三番地", "川崎市川崎区三ツ沢23", ""),
    ("広島市中区本町6-50-10", "広島市中区本町6-50-10", ""),  # another city's 中区 stays another's
    ("神奈川區1番地", "神奈川区1", ""),
]
BIRTH_DATES = [
    ("昭和31年1月2日", "1956-01-02", True),
    ("S31.1.2", "1956-01-02", True),
    ("１９５６／１／２", "1956-01-02", True),
    ("19560102", "1956-01-02", True),
    ("令和元年5月1日", "2019-05-01", True),
    ("昭和31年不詳", "1956-00-00", False),
    ("1956年3月不詳日", "1956-03-00", False),
    ("1956-00-00", "1956-00-00", False),
    ("平成元年2月30日", "", False),
    ("不詳", "", False),
    ("", "", False),
]


@pytest.mark.parametrize(("written", "compared"), NAMES)
def test_names(written: str, compared: str) -> None:
    assert name(written).text == compared


@pytest.mark.parametrize(("one", "other"), APART)
def test_names_that_stay_apart(one: str, other: str) -> None:
    assert name(one).text != name(other).text


@pytest.mark.parametrize("written", ["ｷｮｳｺ", "キョウコ", "きょうこ", "キヨウ　コ"])
def test_kana(written: str) -> None:
    assert kana(written).text == "キヨウコ"


@pytest.mark.parametrize(("written", "compared", "building"), ADDRESSES)
def test_addresses(written: str, compared: str, building: str) -> None:
    form = address(written, HOME)
    assert (form.text, form.building) == (compared, building)


@pytest.mark.parametrize(("written", "compared", "complete"), BIRTH_DATES)
def test_birth_dates(written: str, compared: str, complete: bool) -> None:
    form = birth_date(written)
    assert (form.text, is_complete(form.text)) == (compared, complete)


@pytest.mark.parametrize(
    ("written", "code"),
    [("男", "1"), ("１", "1"), ("女性", "2"), ("F", "2"), ("不明", ""), ("9", ""), ("", "")],
)
def test_sexes(written: str, code: str) -> None:
    assert sex(written).text == code


def test_each_change_is_named_for_the_screen() -> None:
    assert name("髙橋　奈々").changes == (
        "空白の除去",
        "異体字・旧字体（髙→高）",
        "繰返し記号の展開（々→奈）",
    )
    assert name("高橋奈奈").changes == ()
    assert address("神奈川県横浜市中区本町六丁目50番10号", HOME).changes == (
        "丁目・番地・号、漢数字",
        "県名・市名の省略",
    )


def test_folding_is_one_step_and_never_to_a_form_that_is_folded_itself() -> None:
    assert len(FOLDS) > 350
    assert not FOLDS.keys() & set(FOLDS.values())
