"""Where the built-in host sets and the published tables differ, each difference named with its reason.

A test computes the differences anew and compares them with this page exactly. docs/hostcodes.md says the same for
people.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Differences:
    """Of one double-byte set.

    `same`: rows that agree in character and use. `with_selector`: rows whose character agrees and whose IVS (the
    shape) the built-in set does not tell; a table loaded with --extension does. `not_built_in`: rows by high byte
    of their code, which only a table can give. `further_spellings`: rows that allow one more spelling when
    writing, by whether the code itself is built in. `other`: code, the table's character, ours.
    """

    same: int
    with_selector: int
    not_built_in: dict[str, int]
    further_spellings: tuple[int, int] = (0, 0)
    other: tuple[tuple[str, str, str], ...] = ()


PAIRS = {
    # Extension kanji and non-kanji 41A1–7FFE: no rule, the vendor's decision code by code.
    # Spellings: the unified ideograph or a combining mark beside what is read.
    "fujitsu_jef": Differences(4442, 2369, {"41–7F": 5085}, (10, 78)),
    # 堯 槇 瑤 遙 in the shapes of 1978, and the halves of ㋿, from extension set 3
    "hitachi_keis78": Differences(6880, 0, {"5C": 1, "61": 1, "65": 1, "6B": 1, "73": 2}),
    "hitachi_keis83": Differences(6880, 0, {"73": 2}),
    # Rows 9–12 (half-width letters, katakana and rules as pairs) are listed out of step in the table: 2935 is
    # both 5 and F, and sixteen codes follow with the wrong character. They are not built in. 2841: a code that
    # JIS does not have. The rest: G1 codes of extension kanji.
    "nec_jips": Differences(
        6925,
        7,
        {"28": 1, "29": 94, "2A": 94, "2B": 93, "2C": 77}
        | {"B4": 1, "B6": 1, "BF": 1, "C3": 1, "C4": 1, "D0": 1, "D4": 1, "D6": 3, "D7": 1},
        other=(
            # the table repeats the rule before, or the one after; JIS X 0208 and CP932 agree with us
            ("2834", "┣", "┫"),
            ("2838", "┷", "┯"),
            ("2840", "┼", "╂"),
            ("2D68", "㊨", "㊧"),
            ("2D69", "㊫", "㊨"),
        ),
    ),
}

_LOWER_AS_CAPITALS = tuple(
    (f"{byte:02X}", small, small.upper())
    for first, letters in ((0xC1, "abcdefghi"), (0xD1, "jklmnopqr"), (0xE2, "stuvwxyz"))
    for byte, small in enumerate(letters, first)
)
# written by the table, never read: spellings by which a character silently becomes another one
_FUJITSU = (("0E", "\x0e", "\x88"), ("0F", "\x0f", "\x89"), ("A1", "‾", "~"))

SINGLES = {
    "fujitsu_ebcdic": ("fujitsu-ebcdic", (*_FUJITSU, ("4A", "[", "£"), ("5F", "¬", "^")), ()),
    # Latin small letters have no code here; the table writes capitals for them, we call them unwritable
    "fujitsu_ebcdik": (
        "fujitsu-ebcdik",
        (*_FUJITSU, ("4A", "[", "£"), ("5F", "^", "¬"), *_LOWER_AS_CAPITALS),
        (),
    ),
    "fujitsu_ascii": ("fujitsu-ascii", (*_FUJITSU, ("6A", "|", "¦")), ()),
    # the table has two characters at 7F and at 8F, and none at 8E
    "hitachi_ebcdic": ("hitachi-ebcdic", (("7F", "\\", '"'), ("8F", "ﾈ", "ﾉ")), ("8E",)),
    "hitachi_ebcdik": ("hitachi-ebcdik", (), ()),
    # two characters at A8 and none at A7; the same in JIS8 at four places
    "nec_ebcdik": ("nec-ebcdik", (("A8", "ﾒ", "ﾓ"),), ("A7",)),
    "nec_jis8": (
        "jis8",
        (("4E", "M", "N"), ("5E", "]", "^"), ("6E", "m", "n"), ("7E", "}", "~")),
        ("4D", "5D", "6D", "7D"),
    ),
}
"""Table → our name, rows that differ (byte, theirs, ours), bytes that only we have."""
