"""生年月日: eras, separators and 不詳 → YYYY-MM-DD, with 00 for a part that is not known."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from todoke.records.attributes import folding
from todoke.records.attributes.folding import Form

_YEAR_ZERO: Final = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018} | {
    "M": 1867, "T": 1911, "S": 1925, "H": 1988, "R": 2018,
}  # fmt: skip
_PART = r"(\d{1,2}|不詳|不明)?"
_ERA = re.compile(
    rf"(明治|大正|昭和|平成|令和|[MTSHR])(\d{{1,2}}|元)(?:年|[-/.])?{_PART}(?:月|[-/.])?{_PART}日?(?:頃|生)?"
)
_SEPARATED = re.compile(rf"(\d{{4}})(?:年|[-/.]){_PART}(?:月|[-/.])?{_PART}日?(?:頃|生)?")
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})")


def birth_date(text: str) -> Form:
    """昭和31年1月2日, S31.1.2, 19560102 → 1956-01-02; 昭和31年不詳 → 1956-00-00; empty when it is no date."""
    rules = (folding.COMPATIBLE, folding.SPACES, folding.DASHES, folding.CAPITALS)
    plain = folding.fold(text, rules).text
    form = _parsed(plain)
    return Form(form, () if form == text else ("日付の書き方",))


def is_complete(form: str) -> bool:
    """Whether year, month and day are all known; only such dates are ever equal."""
    return bool(form) and "00" not in (form[5:7], form[8:10])


def _parsed(plain: str) -> str:
    if found := _ERA.fullmatch(plain):
        era, years, month, day = found.groups()
        year = _YEAR_ZERO[era] + (1 if years == "元" else int(years))
    elif found := _SEPARATED.fullmatch(plain) or _SOLID.fullmatch(plain):
        year, month, day = int(found[1]), found[2], found[3]
    else:
        return ""
    numbers = [int(part) if part and part.isdigit() else 0 for part in (month, day)]
    return f"{year:04}-{numbers[0]:02}-{numbers[1]:02}" if _possible(year, *numbers) else ""


def _possible(year: int, month: int, day: int) -> bool:
    """Whether the known parts are a date; a leap year stands in for what is not known."""
    if not 1800 <= year <= 9999 or (day and not month):
        return False
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return False
    return True
