"""他市転入者出力レコード (items 24–64 of 別添1): one record a person, values 31–46, then their reasons 48–63.

Order and items are the PIA's; widths are ours where facts/linkage.md §2.3 has none. Host characters
(CCSID 939), no line ends. An item is a value or the reason for its absence (RON, ReasonOfNull), never both;
an absent value is spaces and reads back as null, never as 0.
"""

from __future__ import annotations

import pyarrow as pa

from todoke.records import fixed
from todoke.records.charsets import IBM_939
from todoke.records.faults import Faults
from todoke.records.fields import Field, Group, Kind, RecordLayout
from todoke.records.ragged import filled

NAME = "inquiry_answer"
EDITION = "2021"
_YEN = 12
_REASON = 16


def _value(name: str, item: int, label: str, width: int, kind: Kind) -> Field:
    return Field(name, str(item), label, width, kind, required=False, personal=True)


_VALUES = (
    _value("tax_year", 31, "課税年度", 4, Kind.CODE),
    _value("gross_income", 32, "総所得金額等", _YEN, Kind.NUMBER),
    _value("total_income", 33, "合計所得金額", _YEN, Kind.NUMBER),
    _value("dependants_general", 34, "扶養控除情報:一般", 2, Kind.NUMBER),
    _value("dependants_specific", 35, "扶養控除情報:特定", 2, Kind.NUMBER),
    _value("dependants_elderly", 36, "扶養控除情報:老人", 2, Kind.NUMBER),
    _value("dependants_under16", 37, "16歳未満扶養者数", 2, Kind.NUMBER),
    _value("housing_credit", 38, "市町村民税_住宅借入金等特別税額控除額", _YEN, Kind.NUMBER),
    _value(
        "housing_credit_before_transfer",
        39,
        "市町村民税_住宅借入金等特別税額控除額【税源移譲前】",
        _YEN,
        Kind.NUMBER,
    ),
    _value("donation_credit", 40, "市町村民税_寄附金税額控除額", _YEN, Kind.NUMBER),
    _value(
        "donation_credit_before_transfer", 41, "市町村民税_寄附金税額控除額【税源移譲前】", _YEN, Kind.NUMBER
    ),
    _value("income_levy", 42, "市町村民税所得割額", _YEN, Kind.NUMBER),
    _value("income_levy_before_transfer", 43, "市町村民税所得割額【税源移譲前】", _YEN, Kind.NUMBER),
    _value("per_capita_levy", 44, "市町村民税均等割額", _YEN, Kind.NUMBER),
    _value("taxed_elsewhere", 45, "住民登録外課税の有無", 1, Kind.CODE),
    _value("taxing_municipality", 46, "住民登録外課税者の課税地市区町村コード", 5, Kind.CODE),
)

ITEMS = tuple(field.name for field in _VALUES)
"""Columns of items 31–46 in order; `<name>_reason` is each one's twin among items 48–63."""

_REASONS = tuple(
    _value(f"{field.name}_reason", int(field.item) + 17, f"{field.label}-RON", _REASON, Kind.TEXT)
    for field in _VALUES
)

ANSWER = RecordLayout(
    NAME,
    EDITION,
    "他市転入者出力レコード",
    IBM_939,
    (
        Group(
            "24",
            "他市転入者出力レコード",
            (
                Field("integrated_number", "25", "統合番号", 15, Kind.CODE, required=False, personal=True),
                Field("resident_code", "26", "個人コード", 10, Kind.CODE, personal=True),
                Field("ward_code", "27", "現住所区コード", 5, Kind.CODE),
                Field("inquiry_kind", "28", "照会区分", 2, Kind.CODE),
                Field("error_reason", "29", "エラー理由", 24, Kind.TEXT, required=False, note="空白は正常"),
                Group("30", "税照回答データ", _VALUES),
                Group("47", "税照RON情報", _REASONS),
                Field("filler", "64", "FILLER", 12, Kind.FILLER),
            ),
        ),
    ),
)

LAYOUTS = (ANSWER,)


def encode(table: pa.Table) -> bytes:
    """Answer records in the table's order. The columns are ANSWER.schema; optional ones may be missing.

    Raises RECORD_INVALID with every bad value, and where an item has both a value and a reason.
    """
    records = fixed.encode(ANSWER, table)
    faults = Faults(ANSWER.title)
    _check_twins(table, faults)
    faults.refuse_records()
    return fixed.join([records])


def decode(data: bytes, *, file: str = "他市転入者出力レコード") -> pa.Table:
    """The answers of a file as ANSWER.schema; no bytes are no answers.

    Raises InputRefused(file) with every bad field. An item with neither value nor reason comes back as two
    nulls: what is not known is for the reader to treat as unknown.
    """
    if not data:
        return ANSWER.schema.empty_table()
    faults = Faults(file)
    table = fixed.decode(ANSWER, fixed.split(data, ANSWER.length, file=file), file=file, faults=faults)
    _check_twins(table, faults)
    faults.refuse_file()
    return table


def _check_twins(table: pa.Table, faults: Faults) -> None:
    for name in ITEMS:
        both = filled(table, name) & filled(table, f"{name}_reason")
        faults.add(both, ANSWER.columns[name], "値と未設定事由（RON）の両方があります")
