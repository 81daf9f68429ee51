"""The single-byte companions of the host sets: EBCDIC, EBCDIK, ASCII and JIS8 tables of each vendor.

Written as runs of characters. Same bytes, different letters (5B is ¥, $ or \\): so each is a set of its own.
Sources: facts/linkage.md §4.3; compared row by row with the reference tables in tests/records.
"""

from __future__ import annotations

from functools import cache

Runs = tuple[tuple[int, str], ...]

_LETTERS: Runs = (
    (0xC0, "{ABCDEFGHI"),
    (0xD0, "}JKLMNOPQR"),
    (0xE2, "STUVWXYZ"),
    (0xF0, "0123456789"),
    (0xFF, "\x9f"),
    (0x40, " "),
    (0x4B, ".<(+"),
    (0x50, "&"),
    (0x5C, "*);"),
    (0x60, "-/"),
    (0x6B, ",%_>?"),
    (0x79, "`:#@'=\""),
)
_LOWER: Runs = ((0x81, "abcdefghi"), (0x91, "jklmnopqr"), (0xA1, "~stuvwxyz"))
_KANA: Runs = (
    (0x41, "｡｢｣､･ｦｧｨｩ"),
    (0x51, "ｪｫｬｭｮｯ"),
    (0x58, "ｰ"),
    (0x81, "ｱｲｳｴｵｶｷｸｹｺ"),
    (0x8C, "ｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉ"),
    (0x9D, "ﾊﾋﾌ"),
    (0xA1, "~ﾍﾎﾏﾐﾑﾒﾓﾔﾕ"),
    (0xAC, "ﾖﾗﾘﾙ"),
    (0xBA, "ﾚﾛﾜﾝﾞﾟ"),
)
_LOWER_BESIDE_KANA: Runs = (
    (0x59, "a"),
    (0x62, "bcdefghi"),
    (0x70, "jklmnopqr"),
    (0x80, "s"),
    (0x8B, "t"),
    (0x9B, "uv"),
    (0xA0, "w"),
    (0xAB, "x"),
    (0xB0, "yz"),
)
_HITACHI_KANA: Runs = (
    (0x42, "｡｢｣､･ｦｧｨ"),
    (0x51, "ｩｪｫｬｭｮｯｰｱ"),
    (0x62, "ｲｳｴｵｶｷｸｹ"),
    (0x70, "ｺｻｼｽｾｿﾀﾁﾂ"),
    (0x80, "ﾃ"),
    (0x8A, "ﾄﾅﾆﾇﾈ"),
    (0x8F, "ﾉﾊ"),
    (0x9A, "ﾋﾌﾍﾎﾏﾐﾑ"),
    (0xAA, "ﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ"),
)
_FUJITSU: Runs = ((0x4A, "£"), (0x4F, "|"), (0x5A, "!\\"), (0x5F, "^"), (0x6A, "¦"), (0xE0, "$"))
_BRACKETS: Runs = ((0x4A, "["), (0x4F, "!"), (0x5A, "]\\"), (0x5F, "^"), (0xE0, "$"))

_SETS: dict[str, tuple[Runs, ...]] = {
    "fujitsu-ebcdic": (_LETTERS, _LOWER, _FUJITSU),
    "fujitsu-ebcdik": (_LETTERS, _KANA, _FUJITSU, ((0x5F, "¬"),)),
    "fujitsu-ascii": (_LETTERS, _LOWER, _BRACKETS, ((0x5B, "$"), (0x6A, "¦"), (0xE0, "\\"))),
    "hitachi-ebcdic": (_LETTERS, _LOWER, _HITACHI_KANA, _BRACKETS, ((0x6A, "|"),)),
    "hitachi-ebcdik": (_LETTERS, _KANA, _LOWER_BESIDE_KANA, ((0x4A, "["),), _BRACKETS, ((0x6A, "|"),)),
    "nec-ebcdik": (_LETTERS, _KANA, _LOWER_BESIDE_KANA, _BRACKETS, ((0x5F, "¬"), (0x6A, "^"))),
}
# bytes that a set uses otherwise than its runs say: the shift codes of JEF
_NO_CONTROLS = {"fujitsu": (0x28, 0x29, 0x38), "hitachi": (), "nec": ()}


@cache
def single_byte(name: str) -> dict[int, str]:
    """The table of one vendor's set, byte → character. Names: the keys of `_SETS` and jis8."""
    if name == "jis8":
        return _jis8()
    table = _controls()
    if name.startswith("fujitsu"):
        table |= {0x0E: "\x88", 0x0F: "\x89"}
        for byte in _NO_CONTROLS["fujitsu"]:
            del table[byte]
    for runs in _SETS[name]:
        for first, characters in runs:
            table |= {first + place: character for place, character in enumerate(characters)}
    return table


def _controls() -> dict[int, str]:
    """The controls as C0 and C1; here 15 is the line feed (LF) and 25 NEL, the other way round than at IBM."""
    table = {byte: bytes([byte]).decode("cp037") for byte in range(0x40)}
    table[0x15], table[0x25] = table[0x25], table[0x15]
    return table


def _jis8() -> dict[int, str]:
    """JIS8 of NEC: ASCII and, from A1, half-width katakana."""
    kana = {byte: chr(0xFF61 + byte - 0xA1) for byte in range(0xA1, 0xE0)}
    return {byte: chr(byte) for byte in range(0x80)} | kana


_JIS8_CONTROLS = "00010203372D2E2F1605150B0C0D0E0F101112133C3D322618193F271C1D1E1F"
_JIS8_GRAPHICS = (
    "404F7F7BE06C507D4D5D5C4E6B604B61F0F1F2F3F4F5F6F7F8F97A5E4C7E6E6F"
    "7CC1C2C3C4C5C6C7C8C9D1D2D3D4D5D6D7D8D9E2E3E4E5E6E7E8E94A5B5A5F6D"
    "79818283848586878889919293949596979899A2A3A4A5A6A7A8A9C06AD0A107"
)
_JIS8_C1 = "202122232425061728292A2B2C090A1B30311A333435360838393A3B04143EE1"


@cache
def jis8_to_ebcdic() -> bytes:
    """The byte-for-byte way from JIS8 to EBCDIC by which NEC makes JIPS(E) of JIPS(J); shape (256,).

    Controls and ASCII as in every EBCDIC; A0–FF take the bytes that are left, in ascending order.
    """
    first = bytes.fromhex(_JIS8_CONTROLS + _JIS8_GRAPHICS + _JIS8_C1)
    return first + bytes(sorted(set(range(256)) - set(first)))
