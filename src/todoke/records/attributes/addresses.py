"""住所: 丁目番地号 as numbers with hyphens, 方書 apart, the own city's name left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from todoke.records.attributes import folding
from todoke.records.attributes.folding import Rule

_DIGIT_DASH = re.compile(r"(?<=[0-9])ー")
CHARACTER_RULES: Final = (
    folding.SELECTORS,
    folding.COMPATIBLE,
    folding.VARIANTS,
    folding.DASHES,
    folding.CAPITALS,
    Rule("横線の統一", lambda text: _DIGIT_DASH.sub("-", text)),
)
_KANJI = "[〇一二三四五六七八九十百千]+"
# 一番町 and 四番丁 are names of towns; 101号室 and 2号棟 belong to the 方書.
_ROOM = r"号?[室棟館]|階|F\b|[0-9]"
_START = re.compile(rf"[0-9]+|{_KANJI}(?=丁目|番地|番(?![町丁街])|号(?![室棟館線]))")
_NUMBER = re.compile(rf"(?:[0-9]+|{_KANJI}(?=丁目|番地|番|号|$|\s))(?!{_ROOM})")
# What stands after a number; nothing, or 号 alone, ends the numbers.
_UNIT = re.compile(r"(?:号(?:[-のノ](?=[0-9]))?|(?:丁目|番地の?|番)\s*|[-のノ])?")
_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")}
_SCALES = {"十": 10, "百": 100, "千": 1000}
# 霧が丘, 保土ヶ谷, 美しが丘; 三ツ沢; 三の丸: kana of a place name that has several writings, and the one compared.
_PLACE_KANA = (
    (re.compile(r"(?<=[㐀-鿿々])[ヶヵがガ](?=[㐀-鿿])|[ヶがガ](?=[丘谷崎岡])"), "ケ"),
    (re.compile(r"(?<=[㐀-鿿])[ッつっ](?=[㐀-鿿])"), "ツ"),
    (re.compile(r"(?<=[㐀-鿿])の(?=[㐀-鿿])"), "ノ"),
)


@dataclass(frozen=True)
class AddressForm:
    """`text` is compared; `town` is its part before the numbers; `building` (方書) is kept apart."""

    text: str
    town: str
    building: str
    changes: tuple[str, ...]


def address(text: str, home: Sequence[str] = ()) -> AddressForm:
    """神奈川県横浜市中区本町六丁目50番地10　コーポ若葉101号 → 中区本町6-50-10 and コーポ若葉101号.

    `home` are the prefecture and city whose names a sender may leave out (神奈川県, 横浜市).
    """
    changes: dict[str, None] = {}
    building, form = "", text
    while True:
        folded = folding.fold(form, CHARACTER_RULES)
        line = folded.text
        town, numbers, rest = split(line)
        form = town_form(town, home) + "-".join(numbers)
        building = building or "".join(rest.split())
        changes |= dict.fromkeys([*folded.changes, *_explained(line, form, town, home, rest)])
        if form == line:
            return AddressForm(form, town, building, tuple(changes))


def split(line: str) -> tuple[str, list[str], str]:
    """Town, numbers and the rest of a line whose characters are folded."""
    start = _START.search(line)
    if start is None:
        return line, [], ""
    place, numbers = start.start(), []
    while found := _NUMBER.match(line, place):
        numbers.append(str(_value(found[0])))
        unit = _UNIT.match(line, found.end())
        assert unit is not None
        place = unit.end()
        if unit[0] in ("", "号"):
            break
    if not numbers:
        return line, [], ""
    return line[: start.start()], numbers, line[place:].lstrip(" -")


def town_form(town: str, home: Sequence[str]) -> str:
    """The part before the numbers: without spaces, 大字・字 and the own city; 霧が丘 and 霧ケ丘 alike."""
    town = "".join(town.split())
    town = _place_kana(town)
    while (after := _without(town, home)) != town:
        town = after
    return town


def _without(town: str, home: Sequence[str]) -> str:
    for name in home:
        town = town.removeprefix(name)
    town = re.sub(r"大字(.*?)字(?=.)", r"\1", town)
    return re.sub(r"(?<=[町村])字(?=.)", "", town.replace("大字", ""))


def _place_kana(town: str) -> str:
    for pattern, one in _PLACE_KANA:
        town = pattern.sub(one, town)
    return town


def _value(number: str) -> int:
    """12, 十二, 一二 and 二〇 as an integer."""
    if number.isascii():
        return int(number)
    if not set(number) & set(_SCALES):
        return int("".join(str(_DIGITS[char]) for char in number))
    total = digit = 0
    for char in number:
        if char in _SCALES:
            total, digit = total + (digit or 1) * _SCALES[char], 0
        else:
            digit = _DIGITS[char]
    return total + digit


def _explained(line: str, form: str, town: str, home: Sequence[str], rest: str) -> list[str]:
    written = [
        ("方書を別の項目に分離", bool(rest)),
        ("丁目・番地・号、漢数字", bool(re.search(rf"{_KANJI}丁目|丁目|番|号", line[len(town) :]))),
        ("県名・市名の省略", any(town.startswith(name) for name in home)),
        ("大字・字の省略", "大字" in town or "町字" in town or "村字" in town),
        ("地名の中の仮名", _place_kana(town) != town),
    ]
    return [name for name, applies in written if applies and line != form]
