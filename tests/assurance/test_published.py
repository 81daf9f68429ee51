"""The assessment of Yokohama, made from data and facts, says what the city published: section by section, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tests.assurance import yokohama
from tests.assurance.published_text import MARKED, SECTIONS, is_option, pieces, plain
from todoke.assurance.form.edition import Edition
from todoke.assurance.form.filling import fill
from todoke.assurance.rendering import FORMATS, document

NEAR = 300
"""Characters after the last sentence within which the next one must stand: between them lie options at most."""
CHAPTERS = (
    "特定個人情報保護評価書(重点項目評価書)", "I基本情報1", "II特定個人情報ファイルの概要1", "II特定個人情報ファイルの概要1",
    "(別添1)特定個人情報ファイル記録項目<", "IIIリスク対策※", "IIIリスク対策※", "IV開示請求、問合せ1", "V評価実施手続1",
    "過去3年以内に評価実施機関において",
)  # fmt: skip


@pytest.fixture(scope="module")
def edition() -> Edition:
    return fill(yokohama.texts(), yokohama.FACTS)


@pytest.fixture(scope="module", params=["html", "md"])
def rendered(request: pytest.FixtureRequest, edition: Edition) -> dict[str, str]:
    """Section → its text in the rendering."""
    made = FORMATS[request.param](document(edition)).decode()
    text = plain(made.partition("<main>")[2] if request.param == "html" else _unmarked(made))
    starts, at = [], 0
    for chapter in CHAPTERS:
        starts.append(at := text.index(chapter, at))
        at += 1
    ends = [*starts[1:], len(text)]
    return {section: text[a:b] for section, a, b in zip(SECTIONS, starts, ends, strict=True)}


def _unmarked(markdown: str) -> str:
    """Without the signs that Markdown adds: headings, lists, bold, tables."""
    return re.sub(r"^\s*(?:#+|- |\|)|\*\*|\\(?=\*)| \| | \|$|<br>", "", markdown, flags=re.MULTILINE)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_sentence_stands_there_in_order(rendered: dict[str, str], section: str) -> None:
    text, at, missing = rendered[section], 0, []
    for piece in pieces(section):
        if is_option(piece):
            found = text.find(piece, max(0, at - NEAR), at + NEAR + len(piece))
            missing += [piece] if found < 0 else []
            continue
        found = text.find(piece, at, at + NEAR + len(piece))
        if found < 0:
            missing.append(piece)
        else:
            at = found + len(piece)
    assert not missing


def flat(outline: list[Any]) -> Iterator[Any]:
    """A chapter's sections stand in a list behind it."""
    for one in outline:
        if isinstance(one, list):
            yield from flat(one)
        else:
            yield one


def test_every_recorded_item_stands_in_the_pdf_in_order_with_its_number(edition: Edition) -> None:
    """別添1: the 64 items of the first file and those of the second, read out of the printed page."""
    reader = PdfReader(BytesIO(FORMATS["pdf"](document(edition))))
    (chapter,) = (one for one in flat(reader.outline) if "別添1" in plain(str(one.title)))
    page = reader.get_destination_page_number(chapter)
    assert page is not None
    text, at = "".join(plain(one.extract_text()) for one in reader.pages[page : page + 2]), 0
    for piece in (each.lstrip("・") for each in pieces("annex_1")):
        found = text.find(piece, at)
        heads = piece.startswith(("(", "<"))  # before these may stand the edges of pages
        assert found >= 0, piece
        assert heads or found <= at + 1, piece
        at = found + len(piece)
    assert text.count("-RON") == 16  # items 48–63
    assert "64FILLER" in text


@pytest.mark.parametrize("key", MARKED)
def test_circles_stand_where_they_stood(edition: Edition, key: str) -> None:
    assert list(edition.marked(key)) == MARKED[key]
