"""Columns made to fit the fields of fixed-length records: the policies of text, value by value, each reported."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from todoke.records import ragged
from todoke.records.charsets import TableCharset
from todoke.records.codes.coded_set import CodedSet
from todoke.records.codes.reading import Read
from todoke.records.codes.unicode_forms import points_of, text_of
from todoke.records.codes.writing import TableWriter, fit
from todoke.records.converting.fitting import Fitting
from todoke.records.converting.policy import Policy, Unmappable
from todoke.records.converting.report import Report
from todoke.records.fields import Kind, RecordLayout
from todoke.records.ragged import Texts, pc

_TEXTS = (Kind.TEXT, Kind.WIDE, Kind.MIXED)


class ColumnFitting:
    """One run. A value that fits as it is, is not touched."""

    def __init__(self, policy: Policy, report: Report) -> None:
        self._policy, self._report = policy, report

    def fit(self, table: pa.Table, layout: RecordLayout, numbers: NDArray[np.int64]) -> pa.Table:
        """The table with every text writable in its field; `numbers` are those of its records in the file."""
        charset = layout.charset
        if not isinstance(charset, TableCharset):
            return table
        for place, name in enumerate(table.column_names):
            kind = layout.columns[name].field.kind
            if kind in _TEXTS:
                coded = charset.field_set(wide=kind is Kind.WIDE, mixed_field=kind is Kind.MIXED)
                column = self._column(table[name].combine_chunks(), coded, name, numbers)
                table = table.set_column(place, table.schema.field(name), column)
        return table

    def _column(self, texts: Texts, coded: CodedSet, name: str, numbers: NDArray[np.int64]) -> Texts:
        points = ragged.code_points(texts)
        bad = np.zeros(len(points.flat), dtype=np.bool_)
        bad[fit(coded, points.flat).bad] = True
        special = np.isin(points.flat, [ord(character) for character in coded.respelt])
        rows = np.flatnonzero(points.any_in_row(bad | special))
        if not len(rows):
            return texts
        changed = [
            self._value(str(texts[row].as_py()), coded, f"{numbers[row]}件目 {name}") for row in rows.tolist()
        ]
        mask = np.zeros(len(texts), dtype=np.bool_)
        mask[rows] = True
        replaced: Texts = pc.replace_with_mask(texts, pa.array(mask), pa.array(changed, texts.type))
        return replaced

    def _value(self, text: str, coded: CodedSet, place: str) -> str:
        fitting = Fitting(coded, TableWriter(coded), self._policy, self._report, place=place)
        fitted = text_of(fitting.fit(Read(points_of(text)), final=True))
        # under the error policy nothing is written; an empty value would only add a second complaint
        return fitted or ("" if self._policy.unmappable is Unmappable.ERROR else text)
