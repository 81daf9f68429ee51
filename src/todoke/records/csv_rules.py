"""Rules for the cells of incoming CSV files: a Japanese sentence and a check of a whole column."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from todoke.identifiers import individual_number, integrated_number, luhn, municipality
from todoke.records import ragged
from todoke.records.ragged import Mask, Texts, pc

_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)
YEN_DIGITS = 12


class Rule(ABC):
    """What one filled cell must be. Empty cells are the column's `required`, never the rule's."""

    secret: ClassVar[bool] = False
    """Whether a refused value is shown by its length only."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """The rule as a Japanese sentence."""

    @abstractmethod
    def broken(self, texts: Texts) -> Mask:
        """Which texts break the rule. Shape (n,)."""


@dataclass(frozen=True)
class Free(Rule):
    """Any text."""

    @property
    def sentence(self) -> str:
        return "任意の文字列"

    def broken(self, texts: Texts) -> Mask:
        return np.zeros(len(texts), dtype=np.bool_)


@dataclass(frozen=True)
class Text(Rule):
    """Text of at most `size` bytes in UTF-8, without spaces at either end."""

    size: int

    @property
    def sentence(self) -> str:
        return f"{self.size}バイト以内（UTF-8）で、前後に空白のない文字列でなければなりません"

    def broken(self, texts: Texts) -> Mask:
        too_long = np.asarray(pc.binary_length(texts)) > self.size
        trimmed: Mask = np.asarray(pc.not_equal(pc.utf8_trim_whitespace(texts), texts))
        return too_long | trimmed


@dataclass(frozen=True)
class Digits(Rule):
    """Exactly `length` ASCII digits. `suffix` also allows - and a digit after them (split households)."""

    length: int
    suffix: bool = False

    @property
    def sentence(self) -> str:
        tail = "（末尾に -1 などの枝番を付けられます）" if self.suffix else ""
        return f"{self.length}桁の半角数字でなければなりません{tail}"

    def broken(self, texts: Texts) -> Mask:
        if not self.suffix:
            return ~_digits(texts, self.length, self.length)
        tail = pc.starts_with(pc.utf8_slice_codeunits(texts, self.length), "-")
        body = pc.if_else(tail, pc.utf8_slice_codeunits(texts, 0, self.length), texts)
        branch = pc.if_else(tail, pc.utf8_slice_codeunits(texts, self.length + 1), "1")
        return ~(_digits(body, self.length, self.length) & _digits(branch, 1, 1))


@dataclass(frozen=True)
class Yen(Rule):
    """Yen: a non-negative whole number of at most 12 digits, without sign or comma."""

    @property
    def sentence(self) -> str:
        return f"円単位の0以上の整数（{YEN_DIGITS}桁以内、符号とコンマなし）でなければなりません"

    def broken(self, texts: Texts) -> Mask:
        return ~_digits(texts, 1, YEN_DIGITS)


@dataclass(frozen=True)
class Count(Rule):
    """A non-negative whole number of at most `digits` digits."""

    digits: int

    @property
    def sentence(self) -> str:
        return f"0以上の整数（{self.digits}桁以内）でなければなりません"

    def broken(self, texts: Texts) -> Mask:
        return ~_digits(texts, 1, self.digits)


@dataclass(frozen=True)
class Date(Rule):
    """A day of the calendar as YYYY-MM-DD."""

    @property
    def sentence(self) -> str:
        return "実在する日付（YYYY-MM-DD）でなければなりません"

    def broken(self, texts: Texts) -> Mask:
        rows = ragged.utf8_bytes(texts)
        good: Mask = rows.lengths == 10
        cells = rows.keep(good).flat.reshape(-1, 10)
        good[good] = _real_days(cells)
        return ~good


@dataclass(frozen=True)
class YearMonth(Rule):
    """A month of the western calendar as YYYYMM."""

    @property
    def sentence(self) -> str:
        return "実在する年月（西暦4桁と月2桁、例：202201）でなければなりません"

    def broken(self, texts: Texts) -> Mask:
        month = pc.utf8_slice_codeunits(texts, 4)
        real = is_in(month, pa.array([f"{number:02d}" for number in range(1, 13)], pa.string()))
        return ~(_digits(texts, 6, 6) & real)


@dataclass(frozen=True)
class Flag(Rule):
    """0 or 1."""

    @property
    def sentence(self) -> str:
        return "0か1でなければなりません"

    def broken(self, texts: Texts) -> Mask:
        return OneOf(("0", "1")).broken(texts)


@dataclass(frozen=True)
class OneOf(Rule):
    """One of a closed list of values."""

    values: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return f"次のいずれかでなければなりません: {'、'.join(self.values)}"

    def broken(self, texts: Texts) -> Mask:
        return ~is_in(texts, pa.array(self.values, pa.string()))


@dataclass(frozen=True)
class Prefixed(Rule):
    """`prefix` and exactly `digits` ASCII digits."""

    prefix: str
    digits: int

    @property
    def sentence(self) -> str:
        return f"{self.prefix} と{self.digits}桁の半角数字でなければなりません"

    def broken(self, texts: Texts) -> Mask:
        good = pc.match_substring_regex(texts, f"^{self.prefix}[0-9]{{{self.digits}}}$")
        bad: Mask = ~np.asarray(good, dtype=np.bool_)
        return bad


@dataclass(frozen=True)
class OrganisationName(Rule):
    """機関コード with its check digit, `*` (市長部局 of every municipality), or `*` and 5 digits (a kind of organisation)."""

    @property
    def sentence(self) -> str:
        return "正しい機関コード（16桁）か、*（全団体の市長部局）か、* と種別5桁でなければなりません"

    def broken(self, texts: Texts) -> Mask:
        named: dict[str, bool] = {}
        for text in map(str, texts.unique().to_pylist()):
            named[text] = bool(re.fullmatch(r"\*([0-9]{5})?", text)) or municipality.is_organisation(text)
        return np.array([not named[str(text)] for text in texts.to_pylist()], dtype=np.bool_)


@dataclass(frozen=True)
class IndividualNumber(Rule):
    """個人番号: 12 digits with the right check digit; a refused one is never shown."""

    secret: ClassVar[bool] = True

    @property
    def sentence(self) -> str:
        return "個人番号（12桁、検査数字が正しいもの）でなければなりません"

    def broken(self, texts: Texts) -> Mask:
        bad, cells = _cells(texts, individual_number.LENGTH)
        bad[~bad] = individual_number.check_digits(cells[:, :-1]) != cells[:, -1]
        return bad


@dataclass(frozen=True)
class IntegratedNumber(Rule):
    """統合番号: 15 digits with the right check digit."""

    secret: ClassVar[bool] = True

    @property
    def sentence(self) -> str:
        return "統合番号（15桁、検査数字が正しいもの）でなければなりません"

    def broken(self, texts: Texts) -> Mask:
        bad, cells = _cells(texts, integrated_number.LENGTH)
        bad[~bad] = luhn.check_digits(cells[:, :-1]) != cells[:, -1]
        return bad


@dataclass(frozen=True)
class JukiCode(Rule):
    """住民票コード: 11 digits; a refused one is never shown.

    The check digit is not tested: its formula (平成14年総務省告示436号) was not at hand.
    """

    secret: ClassVar[bool] = True

    @property
    def sentence(self) -> str:
        return "住民票コード（11桁の半角数字）でなければなりません"

    def broken(self, texts: Texts) -> Mask:
        return ~_digits(texts, 11, 11)


@dataclass(frozen=True)
class Hidden(Rule):
    """The same rule for cells that are never shown, for example numbers of a kind that another cell names."""

    secret: ClassVar[bool] = True

    rule: Rule

    @property
    def sentence(self) -> str:
        return self.rule.sentence

    def broken(self, texts: Texts) -> Mask:
        return self.rule.broken(texts)


@dataclass(frozen=True)
class Either(Rule):
    """The first rule, or one of a few words instead."""

    rule: Rule
    words: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return f"{self.rule.sentence}（または {'、'.join(self.words)}）"

    def broken(self, texts: Texts) -> Mask:
        return self.rule.broken(texts) & OneOf(self.words).broken(texts)


def _digits(texts: Texts, shortest: int, longest: int) -> Mask:
    """Which texts are ASCII digits only, from `shortest` to `longest` of them."""
    rows = ragged.utf8_bytes(texts)
    other = (rows.flat < ord("0")) | (rows.flat > ord("9"))
    return (rows.lengths >= shortest) & (rows.lengths <= longest) & ~rows.any_in_row(other)


def _cells(texts: Texts, length: int) -> tuple[Mask, NDArray[np.int64]]:
    """Which texts are not `length` digits, and the digits of those that are. Shapes (n,), (good, length)."""
    good = _digits(texts, length, length)
    flat = ragged.utf8_bytes(texts).keep(good).flat
    return ~good, flat.reshape(-1, length).astype(np.int64) - ord("0")


def is_in(texts: Texts, values: Texts) -> Mask:
    """Which texts are among the values. Shape (n,)."""
    return np.asarray(pc.is_in(texts, value_set=values), dtype=np.bool_)


def _real_days(cells: NDArray[np.uint8]) -> Mask:
    """Which rows of ten characters are YYYY-MM-DD and a day of the calendar. Shape (n, 10) in, (n,) out."""
    numbers = cells[:, (0, 1, 2, 3, 5, 6, 8, 9)].astype(np.int64) - ord("0")
    shape = ((numbers >= 0) & (numbers <= 9)).all(axis=1) & (cells[:, (4, 7)] == ord("-")).all(axis=1)
    year = numbers[:, :4] @ np.array([1000, 100, 10, 1])
    month, day = numbers[:, 4] * 10 + numbers[:, 5], numbers[:, 6] * 10 + numbers[:, 7]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    month_ok = (month >= 1) & (month <= 12)
    last = _DAYS[np.where(month_ok, month, 0)] + (leap & (month == 2))
    real: Mask = shape & (year >= 1) & month_ok & (day >= 1) & (day <= last)
    return real
