"""全国地方公共団体コード (Municipality) and the 16-digit organisation code (機関コード) built on it."""

from __future__ import annotations

from todoke.kernel.errors import ErrorCode, TodokeError

ABROAD = "99999"

# Wards of a designated city belong to their city: only the city can be asked (facts/linkage.md §2.3).
# (first ward, last ward, city) by 5-digit code; the special wards of Tokyo are municipalities themselves.
_WARD_RANGES = (
    ("01101", "01110", "01100"), ("04101", "04105", "04100"), ("11101", "11110", "11100"),
    ("12101", "12106", "12100"), ("14101", "14118", "14100"), ("14131", "14137", "14130"),
    ("14151", "14153", "14150"), ("15101", "15108", "15100"), ("22101", "22103", "22100"),
    ("22131", "22141", "22130"), ("23101", "23116", "23100"), ("26101", "26111", "26100"),
    ("27102", "27128", "27100"), ("27141", "27147", "27140"), ("28101", "28111", "28100"),
    ("33101", "33104", "33100"), ("34101", "34108", "34100"), ("40101", "40109", "40100"),
    ("40131", "40137", "40130"), ("43101", "43105", "43100"),
)  # fmt: skip
DESIGNATED_CITIES = frozenset(city for _, _, city in _WARD_RANGES)
"""指定都市: the cities with wards (地方自治法252条の19)."""

# Codes a city had before it became a designated city.
_FORMER_CODES = {"14209": "14150", "22201": "22100", "33201": "33100", "43201": "43100"}


def check_digit(code: str) -> str:
    """The sixth digit of a 5-digit code (weights 6,5,4,3,2; 11 minus the sum mod 11, last digit)."""
    total = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2), strict=True))
    return str((11 - total % 11) % 10)


def parse(text: str) -> str:
    """The 5-digit code, from 5 digits or from 6 with the right check digit; else NUMBER_INVALID."""
    if text.isascii() and text.isdigit() and len(text) in (5, 6) and text[5:] in ("", check_digit(text[:5])):
        return text[:5]
    raise TodokeError(ErrorCode.NUMBER_INVALID, kind="全国地方公共団体コード")


def city_of(code: str) -> str:
    """The municipality that answers for a 5-digit code: wards and former codes fold into their city."""
    for first, last, city in _WARD_RANGES:
        if first <= code <= last:
            return city
    return _FORMER_CODES.get(code, code)


MAIN_KIND = "01700"
"""The last five digits of the 機関コード of the mayor's departments (市長部局): a municipality's main organisation."""


def organisation_code(code: str, kind: str = MAIN_KIND) -> str:
    """機関コード of a municipality's organisation: 02201 + 6 digits + 5 digits of its kind (facts/linkage.md §2.1).

    Only 01700, the mayor's departments, is public; the other kinds here are invented.
    """
    return f"02201{code}{check_digit(code)}{kind}"


def of_organisation(organisation: str) -> str:
    """The 5-digit municipality code inside a 機関コード of any kind; NUMBER_INVALID when there is none."""
    well_formed = len(organisation) == 16 and organisation.isascii() and organisation.isdigit()
    if well_formed and organisation == organisation_code(organisation[5:10], organisation[11:]):
        return organisation[5:10]
    raise TodokeError(ErrorCode.NUMBER_INVALID, kind="機関コード")


def is_organisation(text: str) -> bool:
    """Whether the text is a 機関コード with the right check digit."""
    try:
        return bool(of_organisation(text))
    except TodokeError:
        return False


def is_main(organisation: str) -> bool:
    """Whether a 機関コード is that of a municipality's main organisation."""
    return organisation.endswith(MAIN_KIND)
