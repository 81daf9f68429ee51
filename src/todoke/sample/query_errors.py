"""What offices do to the four attributes on their way: each function changes one thing, `roll` decides how."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final, NamedTuple

from todoke.kernel import clock
from todoke.records.attributes.variants import FOLDS
from todoke.sample.city.names import GIVEN, SURNAMES

_SPACE = "\u3000"
_OLD: Final = {new: old for old, new in reversed(FOLDS.items())}
_WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
_KANJI = "〇一二三四五六七八九"


class Asked(NamedTuple):
    """The four attributes as a query has them, all text."""

    name: str
    sex: str
    birth: str
    address: str


def unchanged(asked: Asked, roll: int) -> Asked:
    """As registered; only the date may be written in the Japanese era."""
    return asked._replace(birth=_era(asked.birth)) if roll % 10 == 0 else asked


def _era(birth: str) -> str:
    return clock.wareki(date.fromisoformat(birth))


def written_address(asked: Asked, roll: int) -> Asked:
    """Hyphens for 丁目番地号, wide digits, no prefecture or city, no 方書, kanji digits, ヶ for が."""
    address = asked.address
    if roll & 1:
        address = _hyphens(address)
    if roll & 2:
        address = address.removeprefix("神奈川県")
    if roll & 4:
        address = address.removeprefix("神奈川県").removeprefix("横浜市")
    if roll & 8:
        address = address.partition(_SPACE)[0]
    if roll & 16:
        address = address.translate(_WIDE)
    if roll & 32:
        address = address.replace("保土ケ谷", "保土ヶ谷").replace("が丘", "ヶ丘")
    return asked._replace(address=address)


def _hyphens(address: str) -> str:
    """本町六丁目50番10号 → 本町6-50-10."""
    address = re.sub(
        r"([一二三四五六七八九])丁目", lambda found: f"{_KANJI.index(found[1])}-", address, count=1
    )
    address = re.sub(r"(\d+)(?:番地|番)(\d+)", r"\1-\2", address, count=1)
    return re.sub(r"(-\d+)号", r"\1", address, count=1)


def spaced_name(asked: Asked, roll: int) -> Asked:
    """No space, a narrow space, or two."""
    return asked._replace(name=asked.name.replace(_SPACE, ("", " ", "  ")[roll % 3]))


def has_old_form(name: str) -> bool:
    """Whether `old_forms` would change it."""
    return any(char in _OLD or char in FOLDS for char in name) or "々" in name[1:]


def old_forms(asked: Asked, roll: int) -> Asked:
    """Today's characters in an older form, or an older one in today's; 々 written out where there is neither."""
    name = "".join(_OLD.get(char, FOLDS.get(char, char)) for char in asked.name)
    if name == asked.name:
        name = re.sub("(.)々", r"\1\1", name)
    return asked._replace(name=name)


def kana_writing(asked: Asked, roll: int) -> Asked:
    """Half-width kana, a hyphen for the long vowel, large kana for small."""
    import jaconv

    name = asked.name
    if roll % 3 == 0:
        name = str(jaconv.z2h(name, kana=True))
    elif roll % 3 == 1:
        name = name.replace("ー", "−")
    else:
        name = name.translate(str.maketrans("ァィゥェォッャュョ", "アイウエオツヤユヨ"))
    return asked._replace(name=unicodedata.normalize("NFC", name))


def mistyped_name(asked: Asked, roll: int) -> Asked:
    """One character of the given name is that of another name, or is left out."""
    surname, _, given = asked.name.partition(_SPACE)
    others = GIVEN[roll % 3][roll // 3 % 2]
    other = others[roll // 7 % len(others)].written
    wrong = other[0] + given[1:] if roll & 8 or len(given) == 1 else given[:-1]
    return asked._replace(name=surname + _SPACE + wrong)


def mistyped_birth(asked: Asked, roll: int) -> Asked:
    """A day beside the right one, month and day exchanged, or ten years off."""
    year, month, day = map(int, asked.birth.split("-"))
    if roll % 3 == 0 and day <= 12:
        month, day = day, month
    elif roll % 3 == 1 and year >= 1940 and (month, day) != (2, 29):
        year -= 10
    else:
        day = day - 1 if day > 1 else day + 1
    return asked._replace(birth=f"{year:04}-{month:02}-{day:02}")


def mistyped_address(asked: Asked, roll: int) -> Asked:
    """Another block number."""
    return asked._replace(
        address=re.sub(r"\d+(?=番)", lambda found: str(int(found[0]) + 1 + roll % 9), asked.address, count=1)
    )


def other_sex(asked: Asked, roll: int) -> Asked:
    """The other sex, or none."""
    return asked._replace(sex="" if roll % 2 else {"1": "2", "2": "1"}[asked.sex])


def unknown_day(asked: Asked, roll: int) -> Asked:
    """生年月日の日が不詳."""
    return asked._replace(birth=asked.birth[:8] + "00")


def other_surname(asked: Asked, roll: int) -> Asked:
    """Married, divorced or adopted since."""
    given = asked.name.partition(_SPACE)[2]
    return asked._replace(name=SURNAMES[roll % len(SURNAMES)].written + _SPACE + given)


def stranger(asked: Asked, roll: int) -> Asked:
    """Somebody else altogether: another surname and birthday, an address where nobody of the register lives."""
    moved = mistyped_birth(other_surname(asked, roll), roll)
    return moved._replace(birth=f"{int(moved.birth[:4]) - 3:04}{moved.birth[4:8]}11")
