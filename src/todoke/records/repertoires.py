"""Repertoires: which characters a field may hold, as tables with names, and the way of kana into them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from todoke.records.ragged import Texts, pc


@dataclass(frozen=True)
class Repertoire:
    """A closed set of characters with a Japanese name."""

    name: str
    characters: str

    @cached_property
    def points(self) -> NDArray[np.uint32]:
        """The code points, sorted."""
        return np.array(sorted(map(ord, self.characters)), dtype=np.uint32)


# 全銀 JIS X 0201: kana without ｦ and without the small ones, the two sound marks, capitals, digits, space.
_KANA = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ"
_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BASE = _KANA + _LATIN + "0123456789 "

ZENGIN_PARTY = Repertoire("全銀 受取人名・依頼人名", _BASE + "()-.")
ZENGIN_BANK = Repertoire("全銀 銀行名・支店名", _BASE + "-")

_SMALL = dict(zip("ァィゥェォャュョッヮヵヶ", "アイウエオヤユヨツワカケ", strict=True))
_FULL = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンヲ。「」、・"
)
_HALF = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝｦ｡｢｣､."
_HALF_SMALL = dict(zip("ｧｨｩｪｫｬｭｮｯ", "ｱｲｳｴｵﾔﾕﾖﾂ", strict=True))
_MARKS = {"\u3099": "ﾞ", "\u309b": "ﾞ", "\u309a": "ﾟ", "\u309c": "ﾟ"}
# Everything that stands for a long vowel or a hyphen becomes the one hyphen that banks accept.
_HYPHENS = dict.fromkeys("ーｰ‐‑‒–—―−－", "-")
_HIRAGANA_TO_KATAKANA = 0x60


def _katakana_replacements() -> dict[str, str]:
    half = dict(zip(_FULL, _HALF, strict=True))
    half |= {small: half[large] for small, large in _SMALL.items()}
    for code in range(ord("ァ"), ord("ヺ") + 1):
        parts = unicodedata.normalize("NFD", chr(code))
        if len(parts) == 2 and parts[0] in half:  # ガ = カ and its sound mark, two bytes
            half[chr(code)] = half[parts[0]] + _MARKS[parts[1]]
    return half


def _replacements() -> dict[str, str]:
    """Every character that is rewritten, and what it becomes. A character not named here stays as it is."""
    katakana = _katakana_replacements()
    hiragana = {
        chr(ord(char) - _HIRAGANA_TO_KATAKANA): half
        for char, half in katakana.items()
        if "ァ" <= char <= "ヶ"
    }
    wide = {chr(code + 0xFEE0): chr(code).upper() for code in range(0x21, 0x7F)}
    lower = {chr(code): chr(code).upper() for code in range(ord("a"), ord("z") + 1)}
    spaces = {"\u3000": " ", "･": "."}
    return wide | lower | spaces | hiragana | katakana | _HALF_SMALL | _MARKS | _HYPHENS


REPLACEMENTS = _replacements()
_TABLE = str.maketrans(REPLACEMENTS)


@dataclass(frozen=True)
class Loss:
    """A character that the repertoire does not hold: what it is, its Unicode name, and where (from 0)."""

    character: str
    name: str
    position: int


def to_zengin_kana(text: str) -> str:
    """Kana as banks write it: half width, capital, full-size, sound marks apart, long vowel as hyphen.

    A character without a place among banks' characters stays in the text, never dropped; `zengin_losses`
    lists it and the 総合振込 layout refuses it. Source: 全銀協 付録1 (facts/benefit.md §4).
    """
    return text.translate(_TABLE)


def zengin_losses(text: str, repertoire: Repertoire = ZENGIN_PARTY) -> tuple[Loss, ...]:
    """What would be lost if `text` had to be written in the repertoire, by its place in the given text."""
    return tuple(
        Loss(char, unicodedata.name(char, f"U+{ord(char):04X}"), position)
        for position, char in enumerate(text)
        if not set(to_zengin_kana(char)) <= set(repertoire.characters)
    )


def to_zengin_kana_column(texts: Texts) -> Texts:
    """`to_zengin_kana` for a column; each distinct value is rewritten once. Null stays null."""
    coded = pc.dictionary_encode(texts)
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    rewritten = pa.array([to_zengin_kana(str(value)) for value in coded.dictionary.to_pylist()], pa.string())
    return rewritten.take(coded.indices)
