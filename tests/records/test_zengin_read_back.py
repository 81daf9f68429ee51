"""Our 総合振込 files, read by a parser that is not ours.

No Zengin parser is on PyPI or npm (zengin-fmt is a Rust crate, zengin4j is Java, zengin-go is Go). So `construct`, a general
parser of binary records, reads them by the table of the 全国銀行協会 (facts/benefit.md §4), written down here once more and by
nothing of our layouts. Digits and names come back as text, through Python's own shift_jis codec.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import construct as c
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from todoke.identifiers import case_number
from todoke.records.fixed import LineEnd
from todoke.records.layouts import zengin_transfer_v2019 as zengin
from todoke.systems.benefits import codecs
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

KANA = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟABCXYZ0189 ().-"


def _number(width: int) -> Any:
    return c.ExprAdapter(c.Bytes(width), lambda data, _: int(data.decode("ascii")), lambda value, _: value)


def _text(width: int) -> Any:
    return c.ExprAdapter(c.Bytes(width), lambda data, _: data.decode("shift_jis"), lambda value, _: value)


HEADER = c.Struct(
    "区分" / c.Const(b"1"), "種別" / c.Const(b"21"), "コード区分" / c.Const(b"0"), "委託者コード" / _text(10),
    "依頼人名" / _text(40), "取組日" / _text(4), "仕向銀行番号" / _text(4), "仕向銀行名" / _text(15), "仕向支店番号" / _text(3),
    "仕向支店名" / _text(15), "預金種目" / _text(1), "口座番号" / _text(7), "ダミー" / c.Const(b" " * 17),
)  # fmt: skip
DATA = c.Struct(
    "区分" / c.Const(b"2"), "被仕向銀行番号" / _text(4), "被仕向銀行名" / _text(15), "被仕向支店番号" / _text(3),
    "被仕向支店名" / _text(15), "手形交換所番号" / _text(4), "預金種目" / _text(1), "口座番号" / _text(7), "受取人名" / _text(30),
    "振込金額" / _number(10), "新規コード" / _text(1), "顧客コード1" / _text(10), "顧客コード2" / _text(10),
    "振込指定区分" / _text(1), "識別表示" / _text(1), "ダミー" / c.Const(b" " * 7),
)  # fmt: skip
TRAILER = c.Struct(
    "区分" / c.Const(b"8"), "合計件数" / _number(6), "合計金額" / _number(12), "ダミー" / c.Const(b" " * 101)
)
END = c.Struct("区分" / c.Const(b"9"), "ダミー" / c.Const(b" " * 119))
ACCOUNTS = st.lists(
    st.tuples(
        st.integers(1, 9_999), st.integers(1, 999), st.sampled_from("124"), st.integers(1, 9_999_999),
        st.text(KANA, min_size=1, max_size=30).filter(lambda name: name.strip() and name == name.strip()),
        st.integers(1, 9_999_999_999),
    ),
    min_size=1, max_size=20,
)  # fmt: skip


def file_of(line_end: bytes) -> Any:
    """Header, data records, trailer, end; each record followed by the bank's line end."""
    end = c.Const(line_end) if line_end else c.Pass
    lines = c.GreedyRange(c.FocusedSeq("record", "record" / DATA, "end" / end))
    return c.Struct(
        "header" / HEADER, "end1" / end, "lines" / lines, "trailer" / TRAILER, "end2" / end, "last" / END, "end3" / end,
        c.Terminated,
    )  # fmt: skip


@settings(deadline=None)
@given(ACCOUNTS)
def test_the_banks_file_of_a_batch_says_what_was_approved(
    accounts: list[tuple[int, int, str, int, str, int]],
) -> None:
    numbers = [case_number.mint(101, serial) for serial in range(1, len(accounts) + 1)]
    given_ = pa.table(
        {
            "case_number": pa.array(numbers), "bank_code": pa.array([f"{one[0]:04d}" for one in accounts]),
            "branch_code": pa.array([f"{one[1]:03d}" for one in accounts]), "account_type": pa.array([one[2] for one in accounts]),
            "account_number": pa.array([f"{one[3]:07d}" for one in accounts]),
            "account_holder_kana": pa.array([one[4] for one in accounts]), "amount_yen": pa.array([one[5] for one in accounts]),
        }
    )  # fmt: skip
    data = codecs.bank_file(given_, office=SAMPLE_CITY, transfer_on=date(2026, 12, 1))
    found = file_of(b"\r\n").parse(data)
    assert (found.header["取組日"], found.header["仕向銀行番号"], found.header["口座番号"]) == (
        "1201",
        "0138",
        "0014100",
    )
    assert found.header["依頼人名"].rstrip() == SAMPLE_CITY.requester_name
    read = [
        (
            int(line["被仕向銀行番号"]), int(line["被仕向支店番号"]), line["預金種目"], int(line["口座番号"]),
            line["受取人名"].rstrip(), line["振込金額"], (line["顧客コード1"] + line["顧客コード2"])[-13:],
        )
        for line in found.lines
    ]  # fmt: skip
    assert read == [(*one, number) for one, number in zip(accounts, numbers, strict=True)]
    assert found.trailer["合計件数"] == len(accounts)
    assert found.trailer["合計金額"] == sum(one[5] for one in accounts)


@pytest.mark.parametrize("line_end", LineEnd)
def test_every_line_end_that_a_bank_may_want(line_end: LineEnd) -> None:
    from tests.records import samples

    data = zengin.encode(samples.HEADER, samples.payments(), line_end=line_end)
    found = file_of(line_end.value).parse(data)
    assert [line["受取人名"].rstrip() for line in found.lines] == [
        one["holder_kana"] for one in samples.PAYMENTS
    ]
    assert found.trailer["合計金額"] == sum(one["amount"] for one in samples.PAYMENTS)


@pytest.mark.parametrize("place", [0, 1, 122 + 80, 122 + 91, -244 + 5])
def test_the_other_parser_notices_a_file_that_is_not_one(place: int) -> None:
    """It can fail: a byte that is no digit, or another kind of record, is an error or another value."""
    from tests.records import samples

    good = zengin.encode(samples.HEADER, samples.payments(), line_end=LineEnd.CRLF)
    bad = bytearray(good)
    bad[place] = ord("X")
    layout = file_of(b"\r\n")
    try:
        found = layout.parse(bytes(bad))
    except (c.ConstructError, ValueError):
        return
    assert str(found) != str(layout.parse(good))
