"""フォルダーの画像: to which sheet a scanned picture belongs, by the name of its file and the codes on it, or why to none.

A picture that says two things is bound to nothing: the papers of another household beside a form are the accident of 鎌倉 and 伊賀.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from enum import StrEnum
from pathlib import PurePath
from typing import Final, NamedTuple, Protocol, TypeVar

from todoke.identifiers import case_number

SUFFIXES: Final = (".png", ".jpg", ".jpeg")
MOST_PAGES: Final = 8
_NAME: Final = re.compile(r"(\d{13})(?:[-_ ]0*([1-9]\d?))?")


class Left(StrEnum):
    """Why a file was not bound to a sheet."""

    NO_PICTURE = "no_picture"
    NO_NUMBER = "no_number"
    TWO_NUMBERS = "two_numbers"
    OTHER_NUMBER = "other_number"
    SAME_FILE = "same_file"
    NO_CASE = "no_case"
    NO_SHEET = "no_sheet"
    PAGE_TAKEN = "page_taken"
    TOO_MANY = "too_many"


SAID: Final = {
    Left.NO_PICTURE: "4MBまでのPNGかJPEGではありません",
    Left.NO_NUMBER: "ファイル名にも画像にも給付管理番号がありません",
    Left.TWO_NUMBERS: "1枚の画像に、二つの給付管理番号があります",
    Left.OTHER_NUMBER: "ファイル名の番号と、画像のコードの番号が違います",
    Left.SAME_FILE: "同じ内容のファイルが、このフォルダーにもう一つあります",
    Left.NO_CASE: "その番号の世帯がありません",
    Left.NO_SHEET: "その世帯の様式は、まだ受付で読み取っていません",
    Left.PAGE_TAKEN: "その面の画像が、もう登録されているか、二つあります",
    Left.TOO_MANY: f"1枚の様式の画像は{MOST_PAGES}面までです",
}


class Place(NamedTuple):
    """The case and the side; 0: whichever side is next in the order of the files."""

    number: str
    page: int


class Placed(Protocol):
    """Whatever has a place."""

    @property
    def place(self) -> Place: ...


P = TypeVar("P", bound=Placed)


def place(name: str, codes: Collection[str]) -> Place | Left:
    """Where a picture belongs whose file has that name and on which these codes were read."""
    read = {code for code in codes if case_number.is_valid(code)}
    named = _NAME.fullmatch(unicodedata.normalize("NFKC", PurePath(name).stem).strip())
    if len(read) > 1:
        return Left.TWO_NUMBERS
    if named and case_number.is_valid(named[1]):
        return Left.OTHER_NUMBER if read - {named[1]} else Place(named[1], int(named[2] or 0))
    return Place(read.pop(), 0) if read else Left.NO_NUMBER


def sides(pictures: Sequence[P]) -> dict[int, P] | Left:
    """The pictures of one sheet by side: where the name says it, there; the others in their order on the sides left over."""
    taken = {one.place.page: one for one in pictures if one.place.page}
    if len(taken) < sum(bool(one.place.page) for one in pictures):
        return Left.PAGE_TAKEN
    free = (page for page in range(1, MOST_PAGES + len(pictures) + 1) if page not in taken)
    found = {**taken, **dict(zip(free, (one for one in pictures if not one.place.page), strict=False))}
    return found if max(found) <= MOST_PAGES else Left.TOO_MANY
