"""Sets without shift codes, where a lead byte announces a pair: CP932, Shift_JIS-2004, EUC-JP, EUC-JIS-2004.

The tables are Python's own, read code by code, less what no standard has: CP932's single bytes 80, A0 and FD–FF,
and JIS X 0212 after 8F in EUC-JIS-2004 (facts/linkage.md §4.1).
"""

from __future__ import annotations

from functools import cache

from todoke.records.codes.coded_set import CodedSet
from todoke.records.codes.jis import characters

_THREE = 0x8F
_SHIFT_JIS_LEADS = frozenset((*range(0x81, 0xA0), *range(0xE0, 0xFD)))
_EUC_LEADS = frozenset((0x8E, _THREE, *range(0xA1, 0xFF)))
_ROWS = range(0xA1, 0xFF)


@cache
def lead_set(codec: str, title: str) -> CodedSet:
    """The set of one of Python's codecs (cp932, shift_jis_2004, euc_jp, euc_jis_2004)."""
    leads = _EUC_LEADS if codec.startswith("euc") else _SHIFT_JIS_LEADS
    single = characters(codec, {byte: bytes([byte]) for byte in (*range(0x80), *range(0xA1, 0xE0))})
    codes = {lead << 8 | trail: bytes((lead, trail)) for lead in leads for trail in range(0x40, 0xFF)}
    pairs = characters(codec, codes)
    return CodedSet(
        name=codec.replace("_", "-"),
        title=title,
        single=single,
        pairs=pairs,
        leads=leads,
        triples=_triples(codec) if codec.startswith("euc") else {},
        decode_only=frozenset(code for code, text in pairs.items() if _written(codec, text) != codes[code]),
        user_area=frozenset(code for code, text in pairs.items() if "\ue000" <= text[0] <= "\uf8ff"),
    )


def _triples(codec: str) -> dict[int, str]:
    codes = {high << 8 | low: bytes((_THREE, high, low)) for high in _ROWS for low in _ROWS}
    found = characters(codec, codes)
    if codec == "euc_jp":
        return found
    # of JIS X 0212 are the codes that are not written, and the characters that JIS X 0213 does not have
    return {
        code: text
        for code, text in found.items()
        if _written(codec, text) == codes[code] and _written("shift_jis_2004", text)
    }


def _written(codec: str, text: str) -> bytes:
    try:
        return text.encode(codec)
    except UnicodeEncodeError:
        return b""
