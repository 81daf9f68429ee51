"""The 給付管理番号 as a barcode for hand scanners: Code 128 (JIS X 0504, ISO/IEC 15417), twelve digits in pairs and the last alone."""

from __future__ import annotations

from typing import Final

_TABLE: Final = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122"
    " 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323"
    " 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131"
    " 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122"
    " 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112"
    " 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141"
    " 411131 211412 211214 211232"
)
_WIDTHS: Final = tuple(_TABLE.split())
_STOP: Final = "2331112"
_START_PAIRS, _TO_TEXT, _DIGIT_ZERO, _MODULUS = 105, 100, 16, 103
MODULES: Final = 112
"""Modules of the whole symbol, without the quiet zones of ten on either side."""


def runs(number: str) -> list[list[int]]:
    """The dark bars from left to right, each [x, width] in modules. ValueError unless thirteen digits."""
    if len(number) != 13 or not number.isascii() or not number.isdecimal():
        raise ValueError("not a number of thirteen digits")
    values = [int(number[place : place + 2]) for place in range(0, 12, 2)]
    values += [_TO_TEXT, _DIGIT_ZERO + int(number[12])]
    check = (_START_PAIRS + sum(place * value for place, value in enumerate(values, start=1))) % _MODULUS
    widths = "".join(_WIDTHS[value] for value in (_START_PAIRS, *values, check)) + _STOP
    found, x = [], 0
    for place, width in enumerate(widths):
        if place % 2 == 0:
            found.append([x, int(width)])
        x += int(width)
    return found
