"""The four attributes by which a person is recognised (4情報), shared by the city's systems."""

from __future__ import annotations

import unicodedata
from datetime import date

import msgspec


class BasicAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """4情報: name, sex, birth date, address (PIA II.4). `sex` is a code, not a word."""

    name_kanji: str
    sex: str
    birth_date: date
    address: str

    def agrees(self, other: BasicAttributes) -> bool:
        """Whether all four are the same person's, after NFKC and without spaces.

        Never fewer than four: cities linked strangers on name and birth date (facts/linkage.md §1.7).
        """
        return self.normal() == other.normal()

    def normal(self) -> tuple[str, str, date, str]:
        """The comparable form of the four."""
        return (_fold(self.name_kanji), self.sex, self.birth_date, _fold(self.address))


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
