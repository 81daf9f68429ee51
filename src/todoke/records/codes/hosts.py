"""The host sets of Fujitsu, Hitachi and NEC: standard areas by rule with their exceptions, user areas by line.

The rule is the JIS code + 8080h (JEF, KEIS), or as it is (JIPS). The exceptions were found by comparing the rule
with the reference tables, code by code; docs/hostcodes.md counts and explains them. A vendor's extension area is
in no rule: it comes from a table that the operator supplies (`supplements`).
"""

from __future__ import annotations

from functools import cache

from todoke.records.codes import jis
from todoke.records.codes.coded_set import CodedSet, Shifts
from todoke.records.codes.single_bytes import jis8_to_ebcdic, single_byte

JEF_SHIFTS = Shifts((b"\x28", b"\x38", b"\x30\xe2"), (b"\x29",))
KEIS_SHIFTS = Shifts((b"\x0a\x42",), (b"\x0a\x41",))
JIPS_J_SHIFTS = Shifts((b"\x1a\x70",), (b"\x1a\x71",))
JIPS_E_SHIFTS = Shifts((b"\x3f\x75",), (b"\x3f\x76",))

_HIGH = 0x8080

# JEF stands on the shapes of 1978, which Unicode encodes apart from those of 1983 where this table says so.
_JEF_EXCEPTIONS = (
    "A1C1～ A1C2∥ A1DD－ A1F1￠ A1F2￡ "
    "B0A2啞 B1B3噓 B1EB焰 B2AA鷗 B3EC\ufa60 B3FA嚙 B4C2㵎 B6A2俠 B6C6堯 B6ED軀 B7D2繫 B7D5荆 B7E4𨻶 B8B4鹼 "
    "B9B7昻 B9ED麴 BAF4栅 BCC8屢 BDAB繡 BED5蔣 BEDF醬 C0E6蟬 C1DF搔 C1E9瘦 C2CD驒 C3BD簞 C4CF摑 C5B6塡 C5BF顚 C5F8禱 C6C2瀆 C7B9囊 "
    "C7ED剝 C8AE潑 C8B0醱 CBCB頰 CCCD麵 CDE9萊 CFB9蠟 D5E3𡨚 D6A2屛 DAB9攢 DBCA柺 DBF4梎 DFF3𤏐"
)
_JEF_ADDED = "ADE5㊤ ADE6㊥ ADE7㊦ ADE8㊧ ADE9㊨ ADF3∮ ADF8∟ ADF9⊿"
# KEIS78 keeps the forms of 1983 in the four moved places; the forms of 1978 stand in its extension area
_KEIS78_EXCEPTIONS = "A1BD— A2BE⊃ A2BF⊂ CBEA槙 B6C6尭 CDDA遥 E0F6瑶 F4A5凜 F4A6熙"
# 罫線 from AFA1 on: thin, thick, and other thick ones that read the same
_KEIS78_RULES = "┌┏┏┐┓┓└┗┗┘┛┛├┣┣┤┫┫┬┳┳┴┻┻┼╋╋─━━│┃┃╎╏╏"
_KEIS78_RULES_READ = frozenset(range(0xAFA3, 0xAFBF, 3)) | {0xAFBF, 0xAFC1, 0xAFC4}
# of the symbols of 1983 only these
_JIPS_EXCEPTIONS = "213D— 224C¬ 2272\u212b 2273‰ 2274♯ 2275♭ 2276♪ 2277† 2278‡ 2279¶ 227E◯ 3646尭"


@cache
def jef(companion: str = "fujitsu-ebcdik") -> CodedSet:
    """富士通 JEF: standard area A1A2–FEFE, user-defined 80A1–A0FE (3,102) at U+E000 onwards; space 4040."""
    pairs = _high(jis.jis_c_6226()) | _entries(_JEF_EXCEPTIONS) | _entries(_JEF_ADDED)
    user = _user_area(0x80, 0xA0)
    return CodedSet(
        name="jef",
        title="富士通 JEF",
        single=single_byte(companion),
        pairs=pairs | user | {0x4040: "\u3000", 0xA1A1: "\u3000"},
        shifts=JEF_SHIFTS,
        decode_only=frozenset({0xA1A1}),
        user_area=frozenset(user),
        space=0x40,
        zero=0xF0,
    )


@cache
def keis(edition: int, companion: str = "hitachi-ebcdik") -> CodedSet:
    """日立 KEIS78 / KEIS83: JIS + 8080h in the order of its edition, user-defined 81A1–A0FE (3,008)."""
    if edition == 78:
        grid = {
            code: text for code, text in jis.jis_order_1978().items() if code >> 8 != 0x28 and code < 0x7421
        }
        rules = {0xAFA1 + place: rule for place, rule in enumerate(_KEIS78_RULES)}
        pairs = _high(grid) | rules | _entries(_KEIS78_EXCEPTIONS)
    else:
        pairs = _high(jis.jis_x_0208()) | _entries("A1BD—")
    user = _user_area(0x81, 0xA0)
    return CodedSet(
        name=f"keis{edition}",
        title=f"日立 KEIS{edition}",
        single=single_byte(companion),
        pairs=pairs | user | {0x4040: "\u3000", 0xA1A1: "\u3000"},
        shifts=KEIS_SHIFTS,
        decode_only=frozenset({0xA1A1}) | (_KEIS78_RULES_READ if edition == 78 else frozenset()),
        user_area=frozenset(user),
        space=0x40,
        zero=0xF0,
    )


@cache
def jips_j(companion: str = "jis8") -> CodedSet:
    """NEC JIPS(J): G0 is the JIS code as it is; user-defined 7421–7E7E (1,034) and E0A1–FEFE (2,914)."""
    grid = {code: text for code, text in jis.jis_c_6226().items() if code >> 8 != 0x28}
    rules = {code: text for code, text in jis.jis_x_0208().items() if code >> 8 == 0x28}
    user_codes = jis.rows(0x74, 0x7E) + [code | _HIGH for code in jis.rows(0x60, 0x7E)]
    user = {code: chr(0xE000 + place) for place, code in enumerate(user_codes)}
    return CodedSet(
        name="jips-j",
        title="NEC JIPS(J)",
        single=single_byte(companion),
        pairs=grid | rules | jis.nec_row_13() | _entries(_JIPS_EXCEPTIONS) | user,
        shifts=JIPS_J_SHIFTS,
        user_area=frozenset(user),
    )


@cache
def jips_e(companion: str = "nec-ebcdik") -> CodedSet:
    """NEC JIPS(E): every byte of a JIPS(J) pair passed through JIS8 → EBCDIC."""
    plain = jips_j()
    return CodedSet(
        name="jips-e",
        title="NEC JIPS(E)",
        single=single_byte(companion),
        pairs={_to_e(code): text for code, text in plain.pairs.items()},
        shifts=JIPS_E_SHIFTS,
        user_area=frozenset(map(_to_e, plain.user_area)),
        space=0x40,
        zero=0xF0,
    )


def _to_e(code: int) -> int:
    table = jis8_to_ebcdic()
    return table[code >> 8] << 8 | table[code & 0xFF]


def _high(grid: jis.Grid) -> dict[int, str]:
    return {code | _HIGH: text for code, text in grid.items()}


def _entries(text: str) -> dict[int, str]:
    """Codes and characters written as `B0A2啞`, apart by spaces."""
    return {int(entry[:4], 16): entry[4:] for entry in text.split()}


def _user_area(first: int, last: int) -> dict[int, str]:
    """94 cells a row, onto U+E000 onwards."""
    codes = [row << 8 | cell for row in range(first, last + 1) for cell in range(0xA1, 0xFF)]
    return {code: chr(0xE000 + place) for place, code in enumerate(codes)}
