"""一つの検索欄: what somebody may have meant by the words they typed, likeliest first.

A word is a number, a birth date, a reading, a name or a part of an address. A name and a place can look alike (本町),
so one text has several readings; each is a list of conditions that must all hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product
from typing import Final

from todoke.pages.wareki import UnreadableDate, read
from todoke.systems.benefits.rules.households import search_forms

LONGEST: Final = 100
_MOST_READINGS: Final = 8
_MOST_WORDS: Final = 5


class By(StrEnum):
    """By what a condition finds somebody; the value is shown beside a hit."""

    CASE = "給付管理番号"
    RESIDENT = "住基個人コード"
    HOUSEHOLD = "世帯コード"
    PHONE = "電話番号"
    BIRTH = "生年月日"
    NAME = "氏名"
    GIVEN = "名"
    KANA = "フリガナ"
    GIVEN_KANA = "名のフリガナ"
    ADDRESS = "住所"


NUMBERS: Final = frozenset({By.CASE, By.RESIDENT, By.HOUSEHOLD, By.PHONE})
PLACES: Final = frozenset({By.ADDRESS, By.PHONE})
"""Conditions that would tell where somebody lives to whoever only guesses: never asked about protected persons."""
_NAMES: Final = frozenset({By.NAME, By.GIVEN, By.KANA, By.GIVEN_KANA})


@dataclass(frozen=True)
class Condition:
    """One condition; `forms` are alternatives (two writings of a reading), `day` is for a birth date."""

    by: By
    forms: tuple[str, ...] = ()
    day: date | None = None


Reading = tuple[Condition, ...]

_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ー－ｰ()", "-"))
_BRANCHED = re.compile(r"[0-9]{10}-[0-9]")
_PHONE = re.compile(r"0[0-9]{9,10}")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー゙゚・]+")
_PLACE = re.compile(r"[0-9]|[都道府県市区町村]$|丁目|番地")


def readings(text: str, home: Sequence[str]) -> list[Reading]:
    """Every reading of the text, likeliest first; none for a text without words."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if (day := _day(plain)) is not None:
        return [(Condition(By.BIRTH, day=day),)]
    if numbers := _numbers(plain):
        return [(number,) for number in numbers]
    fixed, words = _fixed(plain.split())
    found = [(*fixed, *(c for c in meant)) for meant in _meanings(words, home)]
    return list(dict.fromkeys(reading for reading in found if reading))[:_MOST_READINGS]


def is_name_only(found: Sequence[Reading]) -> bool:
    """Whether nothing but a name was given: such a search is marked in the log for the monthly review."""
    return bool(found) and all(condition.by in _NAMES for condition in found[0])


def _day(text: str) -> date | None:
    try:
        return read(text)
    except UnreadableDate:
        return None


def _numbers(word: str) -> list[Condition]:
    """Every number that the word may be; none when it is no number of ours."""
    if _BRANCHED.fullmatch(word):
        return [Condition(By.HOUSEHOLD, (word,))]
    digits = word.translate(_HYPHENS).replace("-", "").replace(" ", "")
    if not digits.isdecimal():
        return []
    kinds = {10: (By.RESIDENT, By.HOUSEHOLD), 13: (By.CASE,)}.get(len(digits), ())
    phone = (By.PHONE,) if _PHONE.fullmatch(digits) else ()
    return [Condition(by, (digits,)) for by in (*kinds, *phone)]


def _fixed(words: list[str]) -> tuple[Reading, list[str]]:
    """Words that mean one thing only (dates, numbers of one kind), and the others."""
    sure: list[Condition] = []
    rest: list[str] = []
    for word in words:
        day, numbers = _day(word), _numbers(word)
        if day is not None:
            sure.append(Condition(By.BIRTH, day=day))
        elif len(numbers) == 1:
            sure += numbers
        else:
            rest.append(word)
    return tuple(sure), rest


def _meanings(words: list[str], home: Sequence[str]) -> list[Reading]:
    """Each word taken for a name or a place; words of a kind are read together."""
    if not words:
        return [()]
    choices = [_kinds(word) for word in words[:_MOST_WORDS]]
    return [
        reading
        for kinds in product(*choices)
        for reading in _joined(list(zip(kinds, words, strict=False)), home)
    ]


def _kinds(word: str) -> tuple[str, ...]:
    if re.search(r"[0-9]", word):
        return ("place",)
    if _KANA.fullmatch(word):
        return ("kana", "place")
    return ("place", "name") if _PLACE.search(word) else ("name", "place")


def _joined(marked: list[tuple[str, str]], home: Sequence[str]) -> list[Reading]:
    text = {kind: "".join(word for k, word in marked if k == kind) for kind in ("name", "kana", "place")}
    place = search_forms.address(text["place"], home) if text["place"] else ""
    where = (Condition(By.ADDRESS, (place,)),) if place else ()
    if text["name"] and text["kana"]:
        whole = "".join(word for kind, word in marked if kind != "place")
        return [
            (Condition(By.NAME, (search_forms.name(whole),)), *where),
            (Condition(By.NAME, (search_forms.name(text["name"]),)),
             Condition(By.GIVEN_KANA, search_forms.kana(text["kana"])), *where),
        ]  # fmt: skip
    if text["name"]:
        forms = (search_forms.name(text["name"]),)
        return [(Condition(by, forms), *where) for by in _whole_or_given(marked, By.NAME, By.GIVEN)]
    if text["kana"]:
        sounds = search_forms.kana(text["kana"])
        return [(Condition(by, sounds), *where) for by in _whole_or_given(marked, By.KANA, By.GIVEN_KANA)]
    return [where] if where else []


def _whole_or_given(marked: list[tuple[str, str]], whole: By, given: By) -> tuple[By, ...]:
    """One word may be the given name; several are the whole one."""
    return (whole, given) if sum(kind != "place" for kind, _ in marked) == 1 else (whole,)
