"""手引きの中を探す: the sections of the manual in which every word stands, the most telling first.

A word that stands nowhere as it was typed (「振込が不能になった」) is met by its pairs of characters: Japanese is written
without spaces, and nobody types the heading as it is.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from todoke.sites import guide
from todoke.sites.guide import Place

MOST: Final = 20
IN_HEADING, IN_TITLE, OFTEN, MOST_PAIRS = 10, 3, 5, 0.6
BEFORE, LENGTH = 20, 110
_KATAKANA: Final = {number: number - 0x60 for number in range(ord("ァ"), ord("ヶ") + 1)}
Excerpt = list[tuple[str, bool]]
"""Pieces of a text; True: a word that was asked for."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """What stands between two headings, as plain text; `folded` as it is compared, character by character."""

    place: Place
    page: str
    title: str
    text: str
    folded: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """A section, and the part of it that shows why it was found."""

    section: Section
    score: float
    excerpt: Excerpt


def search(question: str) -> list[Found]:
    """Sections with every word of the question."""
    words = [fold(word) for word in unicodedata.normalize("NFKC", question).split()]
    rated = [
        (sum(scores), each) for each in sections() if all(scores := [_score(each, word) for word in words])
    ]
    best = sorted(rated, key=lambda one: -one[0])[:MOST] if words else []
    return [Found(section=each, score=score, excerpt=_excerpt(each, words)) for score, each in best]


def fold(text: str) -> str:
    """Width, case and kana do not matter; as many characters as before, so that places stay where they are."""
    plain = "".join(unicodedata.normalize("NFKC", each).casefold()[:1] or each for each in text)
    return plain.translate(_KATAKANA)


@cache
def sections() -> list[Section]:
    """Every section of every page."""
    return [section for page in guide.pages() for section in _sections(page)]


def _sections(page: str) -> list[Section]:
    parts: list[tuple[str, str, list[str]]] = []
    heads = False
    for token in guide.tokens(guide.FOLDER / page):
        if token.type == "inline":
            words = "".join(part.content for part in token.children or () if part.type != "image")
            if heads:
                parts.append((guide.slug(token.content), words, []))
            else:
                parts[-1][2].append(words)
        heads = token.type == "heading_open"
    return [
        Section(
            place=Place(page=page, anchor=anchor), page=parts[0][1], title=title, text=text, folded=fold(text)
        )
        for anchor, title, texts in parts
        for text in [" ".join(texts)]
    ]


def _score(section: Section, word: str) -> float:
    """How much a section has to say about a word; 0: nothing."""
    exact = IN_HEADING * (word in fold(section.title)) + IN_TITLE * (word in fold(section.page))
    if exact := exact + min(OFTEN, section.folded.count(word)):
        return exact
    pairs = {word[at : at + 2] for at in range(len(word) - 1)}
    everything = fold(section.title) + section.folded
    share = sum(pair in everything for pair in pairs) / len(pairs) if pairs else 0
    return share if share >= MOST_PAIRS else 0


def _excerpt(section: Section, words: list[str]) -> Excerpt:
    """From a little before the first word that stands there; the beginning where none does as it was typed."""
    places = sorted((at, word) for word in words if (at := section.folded.find(word)) >= 0)
    start = max(0, places[0][0] - BEFORE) if places else 0
    end, pieces = min(len(section.text), start + LENGTH), Excerpt()
    at = start
    while at < end:
        word = next((word for word in words if section.folded.startswith(word, at)), "")
        pieces.append((section.text[at : at + max(1, len(word))], bool(word)))
        at += max(1, len(word))
    return _joined([("…", False)] * (start > 0) + pieces + [("…", False)] * (end < len(section.text)))


def _joined(pieces: Excerpt) -> Excerpt:
    """Neighbours of one kind as one piece."""
    joined = Excerpt()
    for text, asked in pieces:
        if joined and joined[-1][1] == asked:
            joined[-1] = (joined[-1][0] + text, asked)
        else:
            joined.append((text, asked))
    return joined
