"""The records behind tests/records/golden: the same invented people, as tables.

The golden bytes were not made by the encoder under test: digits and letters by Python's cp037, kana by its
shift_jis, double-byte pairs by hand from facts/linkage.md §4.3.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from todoke.records.layouts import inquiry_answer_v2021 as answer
from todoke.records.layouts import inquiry_request_v2021 as request
from todoke.records.layouts import zengin_transfer_v2019 as zengin


def golden(name: str) -> list[bytes]:
    """The golden file's records: one a line, in hex."""
    text = (Path(__file__).parent / "golden" / f"{name}.hex").read_text(encoding="ascii")
    return [bytes.fromhex(line) for line in text.splitlines()]


COMMON = request.Common(
    file_identifier="P640R110202112100001", department_code="BENEFIT", user_id="U001", user_name="漢あ"
)
_ASKED = {
    "inquirer_user_id": "BATCH01",
    "inquirer": "0220114100301700",
    "nondisclosure": "1",
    "duty": "JM01000000121000",
    "procedure": "JT01010000000214",
    "information_code_1": "TM00000000000002",
    "condition_kind_1": "0",
    "condition_year_1": "0",
}
REQUESTS: list[dict[str, Any]] = [
    _ASKED
    | {"record_id": "R-0000001", "integrated_number": "000000000000018", "provider": "0220113112101700"},
    _ASKED
    | {
        "record_id": "R-0000002",
        "integrated_number": "000000000000026",
        "provider": "13112",
        "condition_from_1": "20210401",
        "condition_to_1": "20220331",
        "information_code_2": "TM00000000000089",
    },
]


def requests(rows: list[dict[str, Any]] = REQUESTS) -> pa.Table:
    schema = request.REQUEST.schema
    return pa.Table.from_pylist(rows, schema=schema.remove(schema.get_field_index("code_count")))


_VALUES = dict(
    zip(
        answer.ITEMS,
        ("2021", 3_500_000, 2_450_000, 1, 0, 2, 3, 0, None, 12_000, None, 98_700, None, 3_500, "0", None),
        strict=True,
    )
)
ANSWERS: list[dict[str, Any]] = [
    {
        "integrated_number": "000000000000018",
        "resident_code": "0000000001",
        "ward_code": "14104",
        "inquiry_kind": "01",
    }
    | _VALUES
    | {f"{name}_reason": "NotAcceptable" for name, value in _VALUES.items() if value is None},
    {
        "integrated_number": "000000000000026",
        "resident_code": "0000000002",
        "ward_code": "14118",
        "inquiry_kind": "01",
        "error_reason": "no_record",
    },
    {
        "resident_code": "0000000003",
        "ward_code": "14101",
        "inquiry_kind": "01",
        "error_reason": "no_link_code",
    }
    | {f"{name}_reason": "NotAcceptable" for name in answer.ITEMS},
]


def answers(rows: list[dict[str, Any]] = ANSWERS) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=answer.ANSWER.schema)


HEADER = zengin.Header(
    requester_code="0000123456",
    requester_kana="ﾖｺﾊﾏｼ ﾘﾝｼﾞﾄｸﾍﾞﾂｷﾕｳﾌｷﾝ",
    transfer_on="0318",
    bank_code="0138",
    bank_name="ﾖｺﾊﾏ",
    branch_code="001",
    branch_name="ﾎﾝﾃﾝ",
    account_type="2",
    account_number="0000001",
)
PAYMENTS: list[dict[str, Any]] = [
    {
        "bank_code": "0138",
        "bank_name": "ﾖｺﾊﾏ",
        "branch_code": "001",
        "branch_name": "ﾎﾝﾃﾝ",
        "account_type": "1",
        "account_number": "1234567",
        "holder_kana": "ﾔﾏﾀﾞ ﾊﾅｺ",
        "amount": 100_000,
        "customer_code_1": "0000000100",
        "customer_code_2": "0000000017",
    },
    {
        "bank_code": "9900",
        "branch_code": "018",
        "account_type": "4",
        "account_number": "0000042",
        "holder_kana": "ｷﾔﾉﾝ(ﾖｺﾊﾏ)-A.B",
        "amount": 50_000,
    },
]


def payments(rows: list[dict[str, Any]] = PAYMENTS) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=zengin.DATA.schema)
