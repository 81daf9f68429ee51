"""IBM host sets, CCSID 930, 939, 1390 and 1399: read from ICU's tables, so that none is kept in the project."""

from __future__ import annotations

from functools import cache

import icu

from todoke.records.codes.coded_set import CodedSet, Shifts

IBM_SHIFTS = Shifts((b"\x0e",), (b"\x0f",))

_REPLACEMENT = "\ufffd"
_SPACE = b"\x40"
_LEADS = range(0x41, 0xFF)


@cache
def ibm(ccsid: int) -> CodedSet:
    """One set; the user-defined pairs 6941–7FFE stand for U+E000 onwards, one to one."""
    converter = f"ibm-{ccsid}"
    pairs = _pairs(converter)
    return CodedSet(
        name=f"ibm{ccsid}",
        title=f"IBM CCSID {ccsid}",
        single=_single(converter),
        pairs=pairs,
        shifts=IBM_SHIFTS,
        user_area=frozenset(code for code, text in pairs.items() if "\ue000" <= text[0] <= "\uf8ff"),
        space=0x40,
        zero=0xF0,
    )


def _single(converter: str) -> dict[int, str]:
    raw = bytes(byte for byte in range(256) if byte not in IBM_SHIFTS.lead_bytes)
    text = str(icu.UnicodeString(raw, converter, "replace"))
    # 1A is what ICU writes for a byte without a character; only 3F (SUB) is one
    return {
        byte: character
        for byte, character in zip(raw, text, strict=True)
        if character != _REPLACEMENT and (character != "\x1a" or byte == 0x3F)
    }


def _pairs(converter: str) -> dict[int, str]:
    """Every pair read alone, apart by single-byte spaces, since a code may stand for two code points."""
    codes = [0x4040, *(lead << 8 | trail for lead in _LEADS for trail in _LEADS)]
    raw = b"".join(b"\x0e" + code.to_bytes(2, "big") + b"\x0f" + _SPACE for code in codes)
    texts = str(icu.UnicodeString(raw, converter, "replace")).split(" ")[:-1]
    return {
        code: text
        for code, text in zip(codes, texts, strict=True)
        if text and _REPLACEMENT not in text and text != "\x1a"
    }
