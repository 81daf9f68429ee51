"""総合振込 (全銀協 制定, 令和元年12月版 §8): header, one data record a payment, trailer, end; 120 bytes each.

JIS X 0201 only. Positions agree with the official column (tests). Names must already be in banks' characters:
`repertoires.to_zengin_kana` brings them there, `zengin_losses` tells what cannot be (facts/benefit.md §4).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa

from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records import fixed
from todoke.records.charsets import JIS_X_0201
from todoke.records.csv_rules import Date, OneOf
from todoke.records.faults import Faults
from todoke.records.fields import Field, Group, Kind, RecordLayout
from todoke.records.fixed import LineEnd
from todoke.records.ragged import Matrix, pc
from todoke.records.repertoires import ZENGIN_BANK, ZENGIN_PARTY

NAME = "zengin_transfer"
EDITION = "2019"
LENGTH = 120
PAYMENT_LIMIT = 999_999
ACCOUNT_TYPES = ("1", "2", "4", "9")
"""預金種目: 普通, 当座, 貯蓄, その他."""


def _constant(name: str, item: int, label: str, value: str, note: str = "") -> Field:
    return Field(name, str(item), label, len(value), Kind.CONSTANT, value=value, note=note)


def _bank_name(name: str, item: int, label: str) -> Field:
    return Field(name, str(item), label, 15, Kind.TEXT, required=False, repertoire=ZENGIN_BANK)


def _record(name: str, title: str, members: tuple[Field | Group, ...]) -> RecordLayout:
    return RecordLayout(f"{NAME}.{name}", EDITION, f"総合振込 {title}", JIS_X_0201, members)


HEADER = _record(
    "header",
    "ヘッダ・レコード",
    (
        _constant("record_type", 1, "データ区分", "1"),
        _constant("transfer_type", 2, "種別コード", "21", "総合振込"),
        _constant("code_type", 3, "コード区分", "0", "JIS"),
        Field("requester_code", "4", "振込依頼人コード", 10, Kind.DIGITS),
        Field("requester_kana", "5", "依頼人名", 40, Kind.TEXT, repertoire=ZENGIN_PARTY),
        Field("transfer_on", "6", "取組日", 4, Kind.CODE, note="MMDD"),
        Field("bank_code", "7", "仕向銀行番号", 4, Kind.CODE),
        _bank_name("bank_name", 8, "仕向銀行名"),
        Field("branch_code", "9", "仕向支店番号", 3, Kind.CODE),
        _bank_name("branch_name", 10, "仕向支店名"),
        Field("account_type", "11", "預金種目（依頼人）", 1, Kind.CODE, note="1 普通、2 当座、9 その他"),
        Field("account_number", "12", "口座番号（依頼人）", 7, Kind.DIGITS),
        Field("filler", "13", "ダミー", 17, Kind.FILLER),
    ),
)

DATA = _record(
    "data",
    "データ・レコード",
    (
        _constant("record_type", 1, "データ区分", "2"),
        Field("bank_code", "2", "被仕向銀行番号", 4, Kind.CODE),
        _bank_name("bank_name", 3, "被仕向銀行名"),
        Field("branch_code", "4", "被仕向支店番号", 3, Kind.CODE),
        _bank_name("branch_name", 5, "被仕向支店名"),
        _constant("clearing_house", 6, "手形交換所番号", "0000", "未使用"),
        Field(
            "account_type",
            "7",
            "預金種目",
            1,
            Kind.CODE,
            personal=True,
            note="1 普通、2 当座、4 貯蓄、9 その他",
        ),
        Field("account_number", "8", "口座番号", 7, Kind.DIGITS, personal=True),
        Field("holder_kana", "9", "受取人名", 30, Kind.TEXT, personal=True, repertoire=ZENGIN_PARTY),
        Field("amount", "10", "振込金額", 10, Kind.NUMBER),
        _constant("new_code", 11, "新規コード", "0", "その他"),
        Field("customer_code_1", "12", "顧客コード1", 10, Kind.DIGITS, required=False),
        Field("customer_code_2", "13", "顧客コード2", 10, Kind.DIGITS, required=False),
        _constant("transfer_class", 14, "振込指定区分", "7", "電信"),
        Field("edi_mark", "15", "識別表示", 1, Kind.FILLER, note="EDI情報なし"),
        Field("filler", "16", "ダミー", 7, Kind.FILLER),
    ),
)

TRAILER = _record(
    "trailer",
    "トレーラ・レコード",
    (
        _constant("record_type", 1, "データ区分", "8"),
        Field("payment_count", "2", "合計件数", 6, Kind.NUMBER),
        Field("total_amount", "3", "合計金額", 12, Kind.NUMBER),
        Field("filler", "4", "ダミー", 101, Kind.FILLER),
    ),
)

END = _record(
    "end",
    "エンド・レコード",
    (
        _constant("record_type", 1, "データ区分", "9"),
        Field("filler", "2", "ダミー", 119, Kind.FILLER),
    ),
)

LAYOUTS = (HEADER, DATA, TRAILER, END)


@dataclass(frozen=True, kw_only=True)
class Header:
    """Who pays, from which account, on which day. `transfer_on` is MMDD: the file has no year."""

    requester_code: str
    requester_kana: str
    transfer_on: str
    bank_code: str
    bank_name: str | None
    branch_code: str
    branch_name: str | None
    account_type: str
    account_number: str


def encode(header: Header, payments: pa.Table, *, line_end: LineEnd = LineEnd.NONE) -> bytes:
    """The whole file. `payments` has the columns of DATA.schema, in the order of the records.

    bank_name, branch_name and the customer codes may be missing or null. Count and total are computed. Raises
    RECORD_INVALID with every bad value: amount 0, a character outside the repertoire, a name over its width
    (never cut), an unknown account type, no payment or too many, a total over 12 digits.
    """
    if not 1 <= payments.num_rows <= PAYMENT_LIMIT:
        detail = f"総合振込は1件以上{PAYMENT_LIMIT}件以内でなければなりません（{payments.num_rows}件）"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
    head = pa.Table.from_pylist([asdict(header)], schema=HEADER.schema)
    parts = [fixed.encode(HEADER, head), fixed.encode(DATA, payments, first=2)]
    _check_header(head, HEADER.title).refuse_records()
    _check_payments(payments, DATA.title).refuse_records()
    sums = {"payment_count": [payments.num_rows], "total_amount": [_total(payments)]}
    parts += [fixed.encode(TRAILER, pa.table(sums)), fixed.made(END)]
    return fixed.join(parts, line_end)


def decode(data: bytes, *, file: str = "総合振込") -> tuple[Header, pa.Table]:
    """Header and payments (DATA.schema) of a file, with or without line ends; the trailer must agree.

    Raises InputRefused(file) with every bad field.
    """
    line_end = LineEnd.CRLF if data[LENGTH : LENGTH + 2] == LineEnd.CRLF.value else LineEnd.NONE
    records = fixed.split(data, LENGTH, line_end, file=file)
    _check_order(records, file)
    faults = Faults(file)
    last = len(records)
    head = fixed.decode(HEADER, records[:1], file=file, faults=faults)
    body = Faults(file, 2)
    payments = fixed.decode(DATA, records[1:-2], file=file, faults=body)
    tail = Faults(file, last - 1)
    sums = fixed.decode(TRAILER, records[-2:-1], file=file, faults=tail).to_pylist()[0]
    end = Faults(file, last)
    fixed.decode(END, records[-1:], file=file, faults=end)
    wrong_count = np.array([sums["payment_count"] != payments.num_rows])
    tail.add(wrong_count, TRAILER.columns["payment_count"], "合計件数が合いません")
    wrong_total = np.array([sums["total_amount"] != _total(payments)])
    tail.add(wrong_total, TRAILER.columns["total_amount"], "合計金額が合いません")
    checked = (_check_header(head, file), _check_payments(payments, file))
    for part in (body, tail, end, *checked):
        faults.found += part.found
    faults.refuse_file()
    return Header(**head.to_pylist()[0]), payments


def _check_order(records: Matrix, file: str) -> None:
    if len(records) < 4:
        rule = "ヘッダ・データ・トレーラ・エンドの4レコード以上が必要です"
        raise InputRefused(
            file, [BadRow(file=file, row=len(records), column="（ファイル全体）", shown="", rule=rule)]
        )


def _check_header(head: pa.Table, title: str) -> Faults:
    """What the header's widths do not say: a day of the calendar, a payer's account type."""
    faults = Faults(title)
    row = head.to_pylist()[0]
    # A leap year, because 29 February must pass and the file has no year.
    real = not Date().broken(pa.array([f"2000-{str(row['transfer_on'])[:2]}-{str(row['transfer_on'])[2:]}"]))[
        0
    ]
    faults.add(
        np.array([not real]), HEADER.columns["transfer_on"], "実在する月日（MMDD）でなければなりません"
    )
    known = row["account_type"] in {"1", "2", "9"}
    faults.add(np.array([not known]), HEADER.columns["account_type"], "1、2、9のいずれかでなければなりません")
    return faults


def _check_payments(payments: pa.Table, title: str) -> Faults:
    """What the widths do not say: an amount above 0, a known account type."""
    faults = Faults(title, 2)
    nothing = np.asarray(pc.equal(payments["amount"], 0).combine_chunks().fill_null(False))
    faults.add(nothing, DATA.columns["amount"], "振込金額が0円です")
    strange = OneOf(ACCOUNT_TYPES).broken(payments["account_type"].combine_chunks())
    faults.add(strange, DATA.columns["account_type"], "預金種目は1、2、4、9のいずれかでなければなりません")
    return faults


def _total(payments: pa.Table) -> int:
    return int(pc.sum(payments["amount"]).as_py() or 0)
