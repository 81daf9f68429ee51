"""照会送付ファイル (items 1–23 of 別添1): one common record, then one record per 情報照会内容登録情報.

The nesting and the items are the PIA's; the flat rendering is ours, because the real interface is not public:
a record type, the number of requests, the number of codes, and fillers to one length. Widths follow
facts/linkage.md §2.3 where it has them. Host characters (CCSID 939), no line ends.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records import fixed
from todoke.records.charsets import IBM_939
from todoke.records.csv_table_rules import Unique
from todoke.records.faults import Faults
from todoke.records.fields import Field, Group, Kind, RecordLayout
from todoke.records.ragged import filled, pc

NAME = "inquiry_request"
EDITION = "2021"
RECORD_LIMIT = 10_000
CODES_PER_REQUEST = 3

COMMON = RecordLayout(
    NAME + ".common",
    EDITION,
    "照会送付ファイル（共通）",
    IBM_939,
    (
        Field("record_type", "", "レコード種別", 1, Kind.CONSTANT, value="1"),
        Field("request_count", "", "要求件数", 5, Kind.NUMBER, note="本形式で追加"),
        Group(
            "1",
            "照会送付ファイル",
            (
                Group(
                    "2",
                    "共通要求情報",
                    (
                        Field("file_identifier", "3", "ファイル識別子", 32, Kind.TEXT),
                        Field("department_code", "4", "依頼元部署コード", 20, Kind.TEXT),
                        Field("user_id", "5", "依頼元ユーザID", 20, Kind.TEXT),
                        Field("shift_open", "6", "シフトコード開", 1, Kind.SHIFT_OPEN),
                        Field(
                            "user_name", "7", "依頼元ユーザ名", 40, Kind.WIDE, required=False, personal=True
                        ),
                        Field("shift_close", "8", "シフトコード終", 1, Kind.SHIFT_CLOSE),
                    ),
                ),
            ),
        ),
        Field("filler", "", "予備", 160, Kind.FILLER),
    ),
)

_CONDITION = Group(
    "23",
    "情報照会条件",
    (
        Field("condition_kind", "23", "照会条件区分", 1, Kind.CODE, required=False),
        Field("condition_year", "23", "照会年度区分", 1, Kind.CODE, required=False),
        Field("condition_from", "23", "照会開始日付", 8, Kind.CODE, required=False, note="YYYYMMDD"),
        Field("condition_to", "23", "照会終了日付", 8, Kind.CODE, required=False, note="YYYYMMDD"),
    ),
)

_REQUEST_FIELDS: tuple[Field | Group, ...] = (
    Field("record_id", "11", "レコード識別番号", 32, Kind.TEXT, note="再利用しない番号"),
    Field("inquirer_user_id", "12", "情報照会者ユーザID", 20, Kind.TEXT),
    Field("inquirer", "13", "情報照会者機関コード", 16, Kind.CODE),
    Field("integrated_number", "14", "統合番号", 15, Kind.CODE, personal=True),
    Field("nondisclosure", "15", "照会側不開示コード", 1, Kind.CODE),
    Field("duty", "16", "事務コード", 16, Kind.TEXT, note="JM＋14桁"),
    Field("procedure", "17", "事務手続きコード", 16, Kind.TEXT, note="JT＋14桁"),
    Field("inquirer_delegator", "18", "情報照会者機関コード(委任元)", 16, Kind.CODE, required=False),
    Field("provider_delegator", "19", "情報提供者機関コード(委任元)", 16, Kind.CODE, required=False),
    Field("provider", "20", "情報提供者機関コード", 16, Kind.TEXT, note="16桁、または5桁の前住所コード"),
    Field("code_count", "", "特定個人情報名コード数", 2, Kind.NUMBER, note="本形式で追加"),
    Group(
        "21",
        "特定個人情報名コード情報",
        (
            Field(
                "information_code",
                "22",
                "特定個人情報名コード",
                16,
                Kind.TEXT,
                required=False,
                note="TM＋14桁",
            ),
            _CONDITION,
        ),
        occurs=CODES_PER_REQUEST,
    ),
)

REQUEST = RecordLayout(
    NAME + ".request",
    EDITION,
    "照会送付ファイル（要求）",
    IBM_939,
    (
        Field("record_type", "", "レコード種別", 1, Kind.CONSTANT, value="2"),
        Group(
            "9",
            "要求リスト(情報照会内容登録リスト)",
            (Group("10", "情報照会内容登録情報", _REQUEST_FIELDS),),
        ),
        Field("filler", "", "予備", 11, Kind.FILLER),
    ),
)

LAYOUTS = (COMMON, REQUEST)
_NUMBERS = range(1, CODES_PER_REQUEST + 1)
_CONDITIONS = ("condition_kind", "condition_year", "condition_from", "condition_to")


@dataclass(frozen=True, kw_only=True)
class Common:
    """共通要求情報 (items 3–7). `user_name` is double-byte text, at most 20 characters."""

    file_identifier: str
    department_code: str
    user_id: str
    user_name: str | None


def encode(common: Common, table: pa.Table) -> bytes:
    """A 照会送付ファイル. `table`: the columns of REQUEST without code_count; optional ones may be missing.

    Raises RECORD_INVALID with every bad value, for no or more than RECORD_LIMIT requests, and for a record_id
    used twice.
    """
    _check_count(table.num_rows)
    head = pa.Table.from_pylist([{"request_count": table.num_rows, **asdict(common)}], schema=COMMON.schema)
    counted = table.append_column("code_count", _code_count(table))
    parts = [fixed.encode(COMMON, head), fixed.encode(REQUEST, counted, first=2)]
    faults = Faults(REQUEST.title, 2)
    _check_requests(counted, faults)
    faults.refuse_records()
    return fixed.join(parts)


def decode(data: bytes, *, file: str = "照会送付ファイル") -> tuple[Common, pa.Table]:
    """The common part and the requests (REQUEST.schema without code_count; a missing value is null).

    Raises InputRefused(file) with every bad field; the common record is record 1.
    """
    records = fixed.split(data, COMMON.length, file=file)
    faults = Faults(file)
    head = fixed.decode(COMMON, records[:1], file=file, faults=faults).to_pylist()[0]
    body = Faults(file, 2)
    table = fixed.decode(REQUEST, records[1:], file=file, faults=body)
    wrong = head["request_count"] != table.num_rows or not 1 <= table.num_rows <= RECORD_LIMIT
    rule = f"要求件数が実際の{table.num_rows}件と合わないか、上限{RECORD_LIMIT}件を超えています"
    faults.add(np.array([wrong]), COMMON.columns["request_count"], rule)
    _check_requests(table, body)
    faults.found += body.found
    faults.refuse_file()
    del head["request_count"]
    return Common(**head), table.drop_columns(["code_count"])


def _check_count(count: int) -> None:
    if not 1 <= count <= RECORD_LIMIT:
        detail = f"{REQUEST.title}: 要求は1件以上{RECORD_LIMIT}件以内でなければなりません（{count}件）"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)


def _code_count(table: pa.Table) -> pa.Array[Any]:
    """How many 特定個人情報名コード each request names."""
    codes = np.array([filled(table, f"information_code_{number}") for number in _NUMBERS])
    return pa.array(codes.sum(axis=0), pa.int64())


def _check_requests(table: pa.Table, faults: Faults) -> None:
    """What holds between fields: a record id once, codes without gaps, conditions only beside a code."""
    wrong_count = np.asarray(
        pc.not_equal(table["code_count"], _code_count(table)).combine_chunks().fill_null(True)
    )
    faults.add(wrong_count, REQUEST.columns["code_count"], "特定個人情報名コードの数と合いません")
    faults.add(
        Unique(("record_id",)).broken(table), REQUEST.columns["record_id"], "レコード識別番号が重複しています"
    )
    before = np.ones(table.num_rows, dtype=np.bool_)
    for number in _NUMBERS:
        code = filled(table, f"information_code_{number}")
        gap = code & ~before if number > 1 else ~code
        faults.add(
            gap,
            REQUEST.columns[f"information_code_{number}"],
            "特定個人情報名コードは1番から詰めて1つ以上必要です",
        )
        for name in _CONDITIONS:
            alone = filled(table, f"{name}_{number}") & ~code
            faults.add(
                alone,
                REQUEST.columns[f"{name}_{number}"],
                "照会条件に対応する特定個人情報名コードがありません",
            )
        before = code
