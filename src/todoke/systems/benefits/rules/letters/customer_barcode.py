"""カスタマバーコード (日本郵便 郵便番号・バーコードマニュアル, post.japanpost.jp/zipcode/zipmanual/p11.html–p25.html): what of an
address goes into it, and its bars."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_START, _STOP = "FD", "DF"
_BARS: Final = (
    "FFT", "FDA", "DFA", "FAD", "FTF", "DAF", "AFD", "ADF", "TFF", "FTT",  # 1 2 3 4 5 6 7 8 9 0
    "TFT",  # the hyphen
    "DAT", "DTA", "ADT", "TDA", "ATD", "TAD", "TTF", "FFF",  # CC1 to CC8
)  # fmt: skip
_SYMBOLS: Final = "1234567890-abcdefgh"
"""CC1 to CC8 are written a to h."""
_VALUES: Final = "0123456789-abcdefgh"
_FILLER: Final = "d"
_LENGTH: Final = 20
_CHECK: Final = 19

_NUMERALS: Final = "〇一二三四五六七八九十百千"
_COUNTED: Final = "丁目|番地|番|号|地割|線"
_KANJI: Final = re.compile(f"([{_NUMERALS}]+)(?={_COUNTED}|丁|の|ノ)")
# A town may be called 一番町 or 八丁堀: there the numeral is no number of the address
_FIRST: Final = re.compile(f"[0-9]|[{_NUMERALS}]+(?=丁目|番地|番[0-9{_NUMERALS}]|番$|号|地割)")
_DROPPED: Final = re.compile(r"[&/・.]")
_FLOOR: Final = re.compile(r"(?<=[0-9])F(?![A-Z])")
_KEPT: Final = re.compile(r"[0-9]|-|(?<![A-Z])[A-Z](?![A-Z])")


def data(postal: str, address: str) -> str:
    """The 20 symbols of postal code (seven digits) and address, letters as control code and digit; empty for a postal code that
    stands for a whole municipality (ending in 00), which gets no barcode."""
    if not re.fullmatch(r"[0-9]{7}", postal) or postal.endswith("00"):
        return ""
    symbols = "".join(_symbol(character) for character in display_number(address))
    return (postal + symbols)[:_LENGTH].ljust(_LENGTH, _FILLER)


def display_number(address: str) -> str:
    """住所表示番号: 神奈川県横浜市西区みなとみらい1丁目2番3号ABCビル501 → 1-2-3-501."""
    text = unicodedata.normalize("NFKC", address).upper()
    text = re.sub("[‐‑–—−ー](?=[0-9])", "-", text)
    begins = _FIRST.search(text)
    if begins is None:
        return ""
    text = _DROPPED.sub("", text[begins.start() :])
    text = _KANJI.sub(lambda found: str(_number(found[1])), text)
    text = _FLOOR.sub(" ", text)
    kept = "".join(character if _KEPT.match(text, place) else "-" for place, character in enumerate(text))
    return re.sub(r"-*([A-Z])-*", r"\1", re.sub("-+", "-", kept)).strip("-")


def bars(data: str) -> str:
    """The 67 bars of `data`: F full, A upper half, D lower half, T the middle alone."""
    check = _VALUES[-sum(_VALUES.index(symbol) for symbol in data) % _CHECK]
    return _START + "".join(_BARS[_SYMBOLS.index(symbol)] for symbol in data + check) + _STOP


def _symbol(character: str) -> str:
    if not character.isalpha():
        return character
    tens, ones = divmod(ord(character) - ord("A"), 10)
    return f"{'abc'[tens]}{ones}"


def _number(numerals: str) -> int:
    """二十三 → 23, 二〇 → 20."""
    if not set(numerals) & set("十百千"):
        return int("".join(str(_NUMERALS.index(one)) for one in numerals))
    total = digit = 0
    for one in numerals:
        unit = {"十": 10, "百": 100, "千": 1000}.get(one)
        if unit is None:
            digit = _NUMERALS.index(one)
        else:
            total, digit = total + (digit or 1) * unit, 0
    return total + digit
