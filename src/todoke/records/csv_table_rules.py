"""Rules between the cells of incoming CSV files: keys, references, and cells that are filled together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from todoke.records import ragged
from todoke.records.csv_rules import Rule, is_in
from todoke.records.ragged import Mask, pc


class TableRule(ABC):
    """What the rows of a file must be together. `columns` name the cells that a refusal shows."""

    columns: tuple[str, ...]

    @property
    @abstractmethod
    def sentence(self) -> str:
        """The rule as a Japanese sentence."""

    @abstractmethod
    def broken(self, table: pa.Table) -> Mask:
        """Which rows break the rule. Shape (n,)."""


@dataclass(frozen=True)
class Unique(TableRule):
    """The columns together are a key: the second and every later row with the same values is refused."""

    columns: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return f"{'・'.join(self.columns)} が前の行と重複しています"

    def broken(self, table: pa.Table) -> Mask:
        keys = table.select(list(self.columns)).append_column("row", pa.array(np.arange(len(table))))
        firsts = keys.group_by(list(self.columns)).aggregate([("row", "min")])["row_min"]
        bad = np.ones(len(table), dtype=np.bool_)
        bad[np.asarray(firsts)] = False
        return bad


@dataclass(frozen=True)
class RefersTo(TableRule):
    """A filled cell of `column` holds what some row of the file has in `target`, or one of `words`."""

    column: str
    target: str
    words: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.column,)

    @property
    def sentence(self) -> str:
        return f"{self.target} の列にある値でなければなりません"

    def broken(self, table: pa.Table) -> Mask:
        texts = table[self.column].combine_chunks()
        known = pa.concat_arrays([table[self.target].combine_chunks(), pa.array(self.words, pa.string())])
        return ~ragged.absent(texts) & ~is_in(texts, known)


@dataclass(frozen=True)
class ExactlyOne(TableRule):
    """Exactly one of the columns is filled: a value, or the reason why there is none."""

    columns: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return f"{'・'.join(self.columns)} のどれか一つだけを入力しなければなりません"

    def broken(self, table: pa.Table) -> Mask:
        bad: Mask = _filled(table, self.columns) != 1
        return bad


@dataclass(frozen=True)
class AllOrNone(TableRule):
    """The columns are filled together or left empty together."""

    columns: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return f"{'・'.join(self.columns)} は全部入力するか、全部空欄でなければなりません"

    def broken(self, table: pa.Table) -> Mask:
        filled = _filled(table, self.columns)
        bad: Mask = (filled != 0) & (filled != len(self.columns))
        return bad


@dataclass(frozen=True)
class NotBefore(TableRule):
    """Where `later` is filled, it is not before `earlier`; both are days as YYYY-MM-DD."""

    later: str
    earlier: str

    @property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.later, self.earlier)

    @property
    def sentence(self) -> str:
        return f"{self.later} は {self.earlier} より前にできません"

    def broken(self, table: pa.Table) -> Mask:
        later, earlier = (table[name].combine_chunks() for name in (self.later, self.earlier))
        before = pc.and_(pc.not_equal(later, ""), pc.less(later, earlier))
        bad: Mask = np.asarray(before, dtype=np.bool_)
        return bad


@dataclass(frozen=True)
class FilledWhen(TableRule):
    """Where `column` holds `value`, all the other columns named are filled."""

    column: str
    value: str
    others: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.column, *self.others)

    @property
    def sentence(self) -> str:
        return f"{self.column} が {self.value} のとき {'・'.join(self.others)} は空欄にできません"

    def broken(self, table: pa.Table) -> Mask:
        applies: Mask = np.asarray(pc.equal(table[self.column].combine_chunks(), self.value), dtype=np.bool_)
        bad: Mask = applies & (_filled(table, self.others) != len(self.others))
        return bad


@dataclass(frozen=True)
class OneWhenElseNone(TableRule):
    """Where `column` holds `value`, exactly one of the others is filled; in all other rows none is."""

    column: str
    value: str
    others: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.column, *self.others)

    @property
    def sentence(self) -> str:
        others = "・".join(self.others)
        return f"{self.column} が {self.value} のとき {others} のどれか一つだけを入力し、ほかのときは空欄にしなければなりません"

    def broken(self, table: pa.Table) -> Mask:
        applies: Mask = np.asarray(pc.equal(table[self.column].combine_chunks(), self.value), dtype=np.bool_)
        bad: Mask = _filled(table, self.others) != applies
        return bad


@dataclass(frozen=True)
class EmptyWhen(TableRule):
    """Where `column` holds one of `values`, `other` is empty; elsewhere it is filled."""

    column: str
    values: tuple[str, ...]
    other: str

    @property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.column, self.other)

    @property
    def sentence(self) -> str:
        return f"{self.column} が {'、'.join(self.values)} のときだけ {self.other} を空欄にします"

    def broken(self, table: pa.Table) -> Mask:
        empty = is_in(table[self.column].combine_chunks(), pa.array(self.values, pa.string()))
        bad: Mask = empty != ragged.absent(table[self.other].combine_chunks())
        return bad


@dataclass(frozen=True)
class RuleWhen(TableRule):
    """Where `column` holds one of `values`, a filled cell of `other` keeps `rule`. Only that cell is shown."""

    column: str
    values: tuple[str, ...]
    other: str
    rule: Rule

    @property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.other,)

    @property
    def sentence(self) -> str:
        return f"{self.column} が {'、'.join(self.values)} のとき{self.rule.sentence}"

    def broken(self, table: pa.Table) -> Mask:
        applies = is_in(table[self.column].combine_chunks(), pa.array(self.values, pa.string()))
        bad: Mask = applies & self.rule.broken(table[self.other].combine_chunks())
        return bad


def _filled(table: pa.Table, columns: tuple[str, ...]) -> NDArray[np.int64]:
    """How many of the columns each row has filled."""
    total = np.zeros(len(table), dtype=np.int64)
    for name in columns:
        total += ~ragged.absent(table[name].combine_chunks())
    return total
