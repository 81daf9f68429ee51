"""検索の形: what a name, a reading and an address are reduced to, so that every usual way to write them finds them.

Wider than the forms by which people are matched (records.attributes): a search shows a list to choose from, a match links.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from todoke.records.attributes import addresses, columns, folding, names
from todoke.records.attributes.folding import Rule
from todoke.records.attributes.variants import EDITION as VARIANTS
from todoke.records.ragged import Texts, pc

EDITION: Final = f"{VARIANTS}/1"
"""Stored beside every key; a change of a rule makes another edition, and the next register makes the keys anew."""

_HOMES: Final = {"14100": ("神奈川県", "横浜市")}
_ALIKE = "斉斎 嶋島 嶌島 埜野 穐秋 凉涼 薗園 邑村 瀧滝 冏岡 椙杉 栖住"
_WIDE = str.maketrans({pair[0]: pair[1] for pair in _ALIKE.split()})


def _plain_kana(text: str) -> str:
    """ガ → カ, パ → ハ, ヴ → ウ; the long vowel ー goes."""
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(char for char in apart if char not in "\u3099\u309aー"))


NAME_RULES: Final = (*names.NAME_RULES, Rule("検索での異体字", lambda text: text.translate(_WIDE)))
KANA_RULES: Final = (*names.NAME_RULES, names.KATAKANA, Rule("清音・長音", _plain_kana))
"""Not `names.KANA_RULES`: those take ヂ for ジ, and the plain form of ヂ is チ."""

_GIVEN = r"^[^ \x{3000}]*[ \x{3000}]*"
_WARD = r"^[^0-9区]{1,5}区"
_OTHER_SOUND = str.maketrans("ジズじず", "ヂヅぢづ")


def home(municipality: str) -> tuple[str, ...]:
    """Prefecture and city that people leave out of an address there; empty for a city that is not listed."""
    return _HOMES.get(municipality, ())


def name(text: str) -> str:
    """髙嶋　奈々 → 高島奈奈."""
    return folding.fold(text, NAME_RULES).text


def kana(text: str) -> tuple[str, ...]:
    """ｲｼﾞﾏ → イシマ, and イチマ for whoever writes ヂ as ジ."""
    forms = (folding.fold(written, KANA_RULES).text for written in (text, _voiced(text)))
    return tuple(dict.fromkeys(forms))


def _voiced(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_OTHER_SOUND)


def address(text: str, home: Sequence[str]) -> str:
    """神奈川県横浜市中区本町六丁目50番地10 → 中区本町6-50-10."""
    return addresses.address(text, home).text


def without_ward(form: str) -> str:
    """中区本町6-50-10 → 本町6-50-10."""
    return re.sub(_WARD, "", form)


def of(register: pa.Table, home: Sequence[str]) -> pa.Table:
    """The keys of a register's rows: name_key, given_key, kana_key, given_kana_key, address_key, town_key; null if empty."""
    kanji, reading = _column(register, "name_kanji"), _column(register, "name_kana")
    form = columns.addresses_table(_column(register, "address"), home)["address"].combine_chunks()
    keys = {
        "name_key": columns.folded_column(kanji, NAME_RULES),
        "given_key": columns.folded_column(_given(kanji), NAME_RULES),
        "kana_key": columns.folded_column(reading, KANA_RULES),
        "given_kana_key": columns.folded_column(_given(reading), KANA_RULES),
        "address_key": form,
        "town_key": pc.replace_substring_regex(form, _WARD, ""),
    }
    return pa.table({key: pc.if_else(pc.equal(texts, ""), None, texts) for key, texts in keys.items()})


def _column(table: pa.Table, column: str) -> Texts:
    texts: Texts = pc.fill_null(table[column].combine_chunks(), "")
    return texts


def _given(texts: Texts) -> Texts:
    """What stands after the first space; empty without one."""
    given: Texts = pc.replace_substring_regex(texts, _GIVEN, "")
    return given
