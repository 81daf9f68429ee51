"""The JIS grids (区点) on which the vendors' standard areas stand: JIS X 0208, JIS C 6226-1978 and NEC's row 13.

A grid maps a 7-bit code (2121–7E7E) to one character. JIS X 0208 is read from Python's own codec; the edition of
1978 is made from it by the changes of 1983: 22 pairs of kanji changed places, four moved to row 84, and the
symbols of row 2, the rules of row 8 and row 84 were added (facts/linkage.md §4.3).
"""

from __future__ import annotations

from functools import cache

Grid = dict[int, str]

_SWAPPED_1983 = [
    "鰺鯵",
    "鶯鴬",
    "蠣蛎",
    "攪撹",
    "竈竃",
    "灌潅",
    "諫諌",
    "頸頚",
    "礦砿",
    "蘂蕊",
    "靱靭",
    "賤賎",
    "壺壷",
    "礪砺",
    "檮梼",
    "濤涛",
    "邇迩",
    "蠅蝿",
    "檜桧",
    "儘侭",
    "藪薮",
    "籠篭",
]
_MOVED_1983 = {"尭": "堯", "槙": "槇", "遥": "遙", "瑶": "瑤"}
_SYMBOLS_1983 = range(0x223A, 0x227F)
_ROWS_1983 = (0x28, 0x74)


def rows(first: int, last: int) -> list[int]:
    """All codes of the rows `first` to `last` (high bytes), 94 cells each."""
    return [row << 8 | cell for row in range(first, last + 1) for cell in range(0x21, 0x7F)]


@cache
def jis_x_0208() -> Grid:
    """JIS X 0208:1990 in the order of 1983, 6,879 characters."""
    return characters("euc_jp", {code: (code | 0x8080).to_bytes(2, "big") for code in rows(0x21, 0x7E)})


@cache
def jis_order_1978() -> Grid:
    """JIS X 0208 with the 22 pairs of kanji in the places of 1978; symbols and rules of 1983 kept."""
    places = {text: code for code, text in jis_x_0208().items()}
    grid = dict(jis_x_0208())
    for pair in _SWAPPED_1983:
        grid[places[pair[0]]], grid[places[pair[1]]] = pair[1], pair[0]
    return grid


@cache
def jis_c_6226() -> Grid:
    """JIS C 6226-1978: the old order, without what was added in 1983, the four moved kanji in place."""
    return {
        code: _MOVED_1983.get(text, text)
        for code, text in jis_order_1978().items()
        if code >> 8 not in _ROWS_1983 and code not in _SYMBOLS_1983
    }


@cache
def nec_row_13() -> Grid:
    """NEC special characters (①, ㍻, №, ㈱): row 13, as CP932 reads it."""
    return characters("cp932", {code: _shift_jis(code) for code in rows(0x2D, 0x2D)})


def characters(codec: str, codes: dict[int, bytes]) -> Grid:
    """What Python's codec reads at each code; codes that it does not know are left out."""
    found: Grid = {}
    for code, raw in codes.items():
        try:
            found[code] = raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return found


def _shift_jis(code: int) -> bytes:
    """The Shift_JIS bytes of a 7-bit code."""
    row, cell = (code >> 8) - 0x21, (code & 0xFF) - 0x21
    lead = row // 2 + (0x81 if row < 0x3E else 0xC1)
    trail = cell + (0x9F if row % 2 else 0x40 + (cell >= 0x3F))
    return bytes((lead, trail))
