"""手引きの中を探す: the section that somebody means comes first, whatever way the words are typed."""

from __future__ import annotations

import pytest

from todoke.sites import guide, guide_search


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("封筒 返戻", "tasks/returns.md#返戻を読み取る"),
        ("返戻を読み取る", "tasks/returns.md#返戻を読み取る"),
        ("ＲＥＧＩＳＴＥＲ＿ＯＬＤ", "errors.md"),
        ("register_old", "errors.md"),
        ("すきゃん　箱", "tasks/intake.md"),
        ("ｽｷｬﾝ 箱", "tasks/intake.md"),
        ("端末と鍵", "tasks/staff.md#端末と鍵"),
        ("日締めをする", "tasks/payments.md"),
    ],
)
def test_what_is_meant_comes_first(question: str, path: str) -> None:
    first, *_ = guide_search.search(question)
    assert first.section.place.path.startswith(path)


@pytest.mark.parametrize("question", ["", "　", "xyzzy", "返戻 xyzzy", "ゑゐ", "<b>"])
def test_what_stands_nowhere_is_not_found(question: str) -> None:
    assert guide_search.search(question) == []


def test_words_that_stand_nowhere_as_typed_are_met_by_their_pairs() -> None:
    """As somebody asks, not as the heading is written."""
    question = "返戻の読み取り"
    assert not any(guide_search.fold(question) in each.folded for each in guide_search.sections())
    assert "返戻を読み取る" in {one.section.title for one in guide_search.search(question)}


def test_every_section_is_found_by_its_own_heading_and_leads_to_it() -> None:
    for section in guide_search.sections():
        title = section.title.replace("　", " ")
        found = [one.section.place for one in guide_search.search(f"{title} {section.page}")]
        assert section.place in found, section.place.path
        page = guide.find(section.place.page)
        assert page is not None
        assert f'id="{section.place.anchor}"' in guide.shown(page).html


def test_the_excerpt_shows_the_words_and_is_the_text_itself() -> None:
    for one in guide_search.search("封筒 返戻"):
        text = "".join(piece for piece, _ in one.excerpt).strip("…")
        assert text in one.section.text
        assert len(text) <= guide_search.LENGTH + 10
        assert {piece for piece, asked in one.excerpt if asked} <= {"封筒", "返戻"}


def test_folding_keeps_every_character_in_its_place() -> None:
    for section in guide_search.sections():
        assert len(section.folded) == len(section.text)
    assert guide_search.fold("ＡＢカナ㌔") == "abかなき"
