"""A form of a form is itself; a column says the same as the function; nothing in the text is invented."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from todoke.records.attributes import columns
from todoke.records.attributes.addresses import address
from todoke.records.attributes.birth_dates import birth_date
from todoke.records.attributes.names import kana, name
from todoke.records.attributes.sexes import sex

HOME = ("神奈川県", "横浜市")
# Characters that meet the rules, among any others.
_TELLING = "髙高﨑𠮷邉々ゝゞヽヾ　 ・ｷｮｶﾞﾟァー-−ｰ~ヶがのツＡａ１２一二十百〇丁目番地の号字大村町区県市室棟階F神奈川横浜\u3099\ufe00\U000e0100ß"
texts = st.text(st.one_of(st.sampled_from(_TELLING), st.characters(exclude_categories=["Cs"])), max_size=20)
numbers = st.integers(1, 120).map(str) | st.sampled_from(["六", "十二", "二十", "０５", "5"])
addresses_as_written = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["神奈川県横浜市", "横浜市", "", "神奈川県 "]),
        st.sampled_from(
            ["中区本町", "緑区霧が丘", "大字三保字中", "一番町", "三ツ沢", "五号", "青葉区美しが丘"]
        ),
        st.sampled_from(["", "六丁目", "6丁目", "6-", "６－", "12丁目"]),
        numbers,
        st.sampled_from(["番地", "番", "-", "ー", "の", "番地の", " "]),
        numbers,
        st.sampled_from(["", "号", "号の3", "-101", "-101号室"]),
        st.sampled_from(["", "　コーポ若葉101号", " 2F", "メゾン3-1", "　-1", "　霧ヶ丘ハイツ２ー３", " "]),
    ),
)


@given(texts)
def test_a_form_of_a_form_is_itself(text: str) -> None:
    for made in (name(text).text, kana(text).text):
        assert name(made).text == made
    assert kana(kana(text).text).text == kana(text).text
    assert birth_date(birth_date(text).text).text == birth_date(text).text
    assert sex(sex(text).text).text == sex(text).text


@given(texts | addresses_as_written)
def test_an_address_form_is_its_own_form_and_has_no_building(text: str) -> None:
    form = address(text, HOME)
    again = address(form.text, HOME)
    assert (again.text, again.town, again.building) == (form.text, form.town, "")
    assert form.text.startswith(form.town)


@settings(deadline=None)
@given(st.lists(st.none() | texts, max_size=30))
def test_a_column_of_names_says_the_same_as_the_function(values: list[str | None]) -> None:
    column = pa.array(values, pa.string())
    assert columns.names_column(column).to_pylist() == [name(value or "").text for value in values]
    assert columns.kana_column(column).to_pylist() == [kana(value or "").text for value in values]
    assert column.to_pylist() == values


@settings(deadline=None)
@given(st.lists(st.none() | texts | addresses_as_written, max_size=30))
def test_a_column_of_addresses_says_the_same_as_the_function(values: list[str | None]) -> None:
    made = columns.addresses_table(pa.array(values, pa.string()), HOME).to_pylist()
    forms = [address(value or "", HOME) for value in values]
    assert made == [{"address": f.text, "town": f.town, "building": f.building} for f in forms]


@given(addresses_as_written, addresses_as_written)
def test_numbers_of_an_address_are_never_mixed_up(one: str, other: str) -> None:
    """Two addresses of different towns are never equal."""
    first, second = address(one, HOME), address(other, HOME)
    if first.town != second.town:
        assert first.text != second.text
