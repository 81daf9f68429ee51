"""総合振込: official positions, what banks refuse, and the trailer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.records import samples
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.records import repertoires
from todoke.records.faults import RecordError
from todoke.records.fields import RecordLayout
from todoke.records.layouts import zengin_transfer_v2019 as zengin

# The official position column (1-based, inclusive) and length, copied from facts/benefit.md §4.
POSITIONS: list[tuple[RecordLayout, str]] = [
    (zengin.HEADER, "1 2-3 4 5-14 15-54 55-58 59-62 63-77 78-80 81-95 96 97-103 104-120"),
    (zengin.DATA, "1 2-5 6-20 21-23 24-38 39-42 43 44-50 51-80 81-90 91 92-101 102-111 112 113 114-120"),
    (zengin.TRAILER, "1 2-7 8-19 20-120"),
    (zengin.END, "1 2-120"),
]


@pytest.mark.parametrize(("layout", "official"), POSITIONS)
def test_derived_positions_are_the_official_ones(layout: RecordLayout, official: str) -> None:
    places = [f"{one.start + 1}-{one.end}" if one.field.width > 1 else str(one.end) for one in layout.placed]
    assert " ".join(places) == official
    assert [one.field.item for one in layout.placed] == [str(n + 1) for n in range(len(layout.placed))]
    assert layout.length == zengin.LENGTH


def with_payment(**changes: Any) -> pa.Table:
    return samples.payments([samples.PAYMENTS[0], samples.PAYMENTS[1] | changes])


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"amount": 0}, "amount", "0円"),
        ({"amount": None}, "amount", "必須"),
        ({"amount": 10_000_000_000}, "amount", "10桁以内"),
        ({"amount": -1}, "amount", "10桁以内"),
        ({"holder_kana": "ｱ" * 31}, "holder_kana", "30バイト"),
        ({"holder_kana": "ｶﾞ" * 15 + "ｱ"}, "holder_kana", "30バイト"),
        ({"holder_kana": "ｷｬﾉﾝ"}, "holder_kana", "受取人名"),
        ({"holder_kana": "ｦｶ"}, "holder_kana", "受取人名"),
        ({"holder_kana": "ﾔﾏﾀﾞ,ﾊﾅｺ"}, "holder_kana", "受取人名"),
        ({"holder_kana": "ﾔﾏﾀﾞｰ"}, "holder_kana", "受取人名"),
        ({"holder_kana": "yamada"}, "holder_kana", "受取人名"),
        ({"holder_kana": "ヤマダ"}, "holder_kana", "文字集合"),
        ({"holder_kana": None}, "holder_kana", "必須"),
        ({"bank_name": "ﾖｺﾊﾏ."}, "bank_name", "銀行名"),
        ({"bank_code": "138"}, "bank_code", "4桁"),
        ({"branch_code": "0001"}, "branch_code", "3桁"),
        ({"account_type": "3"}, "account_type", "預金種目"),
        ({"account_number": "12345678"}, "account_number", "7桁以内"),
        ({"customer_code_1": "12345678901"}, "customer_code_1", "10桁以内"),
    ],
)
def test_refused_payments(changes: dict[str, Any], column: str, words: str) -> None:
    with pytest.raises(RecordError) as caught:
        zengin.encode(samples.HEADER, with_payment(**changes))
    (bad,) = caught.value.rows
    assert (bad.row, bad.column) == (3, column)
    assert words in bad.rule


@pytest.mark.parametrize(
    "header",
    [
        replace(samples.HEADER, transfer_on="0230"),
        replace(samples.HEADER, transfer_on="318"),
        replace(samples.HEADER, account_type="4"),
        replace(samples.HEADER, requester_kana="横浜市"),
        replace(samples.HEADER, requester_kana=""),
        replace(samples.HEADER, bank_code="1"),
    ],
)
def test_refused_headers(header: zengin.Header) -> None:
    with pytest.raises(RecordError):
        zengin.encode(header, samples.payments())


def test_a_leap_day_may_be_a_transfer_day() -> None:
    header = replace(samples.HEADER, transfer_on="0229")
    assert zengin.decode(zengin.encode(header, samples.payments()))[0] == header


def many(count: int, amount: int) -> pa.Table:
    return pa.table(
        {name: pa.repeat(value, count) for name, value in samples.PAYMENTS[1].items() if name != "amount"}
        | {"amount": pa.repeat(pa.scalar(amount, pa.int64()), count)}
    )


@pytest.mark.parametrize(("count", "amount"), [(0, 1), (101, 9_999_999_999)])
def test_counts_and_totals_that_the_trailer_cannot_hold(count: int, amount: int) -> None:
    with pytest.raises(TodokeError) as caught:
        zengin.encode(samples.HEADER, many(count, amount))
    assert caught.value.code is ErrorCode.RECORD_INVALID
    assert "1件以上" in str(caught.value) or "total_amount" in str(caught.value)


def test_a_million_payments_are_one_too_many() -> None:
    with pytest.raises(TodokeError) as caught:
        zengin.encode(samples.HEADER, many(1_000_000, 1))
    assert caught.value.code is ErrorCode.RECORD_INVALID


def test_the_largest_total_fits() -> None:
    data = zengin.encode(samples.HEADER, many(100, 9_999_999_990))
    assert data[-240 + 7 : -240 + 19] == b"999999999000"


def change(place: int, raw: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data[:place] + raw + data[place + len(raw) :]


@pytest.mark.parametrize(
    ("damage", "row", "words"),
    [
        (change(3 * 120 + 6, b"3"), 4, "合計件数"),
        (change(3 * 120 + 18, b"1"), 4, "合計金額"),
        (change(120 + 89, b"9"), 4, "合計金額"),
        (change(120 + 80, b" " * 10), 2, "必須"),
        (change(120 + 80, b"0" * 10), 2, "0円"),
        (change(120, b"3"), 2, "固定値"),
        (change(120 + 50, b"\xa7"), 2, "受取人名"),
        (change(120 + 50, b"\x85"), 2, "文字集合"),
        (change(54, b"0230"), 1, "実在する"),
        (lambda data: data[:-120], 3, "固定値"),
        (lambda data: data[:240], 2, "4レコード"),
        (lambda data: data + data[-120:], 4, "固定値"),
        (lambda data: data + b"\x1a", 6, "レコード長"),
        (lambda data: data + b"\r\n", 6, "レコード長"),
        (lambda data: data[:119], 1, "レコード長"),
        (lambda _: b"", 1, "レコード長"),
        (lambda data: data[:120] + b"\r\n" + data[120:], 2, "レコード長"),
    ],
)
def test_broken_files(damage: Callable[[bytes], bytes], row: int, words: str) -> None:
    data = damage(b"".join(samples.golden("zengin_transfer_v2019")))
    with pytest.raises(InputRefused) as caught:
        zengin.decode(data, file="z.dat")
    assert any(bad.row == row and words in bad.rule for bad in caught.value.rows), caught.value.rows
    assert all(bad.file == "z.dat" for bad in caught.value.rows)


_NAMES = st.text(sorted(repertoires.ZENGIN_PARTY.characters), min_size=1, max_size=30).filter(
    lambda name: not name.endswith(" ")
)


@given(st.lists(st.tuples(_NAMES, st.integers(1, 9_999_999_999)), min_size=1, max_size=5))
def test_round_trip(rows: list[tuple[str, int]]) -> None:
    table = samples.payments(
        [samples.PAYMENTS[0] | {"holder_kana": name, "amount": yen} for name, yen in rows]
    )
    assert zengin.decode(zengin.encode(samples.HEADER, table)) == (samples.HEADER, table)


def test_short_numbers_come_back_with_their_zeros() -> None:
    data = zengin.encode(samples.HEADER, with_payment(account_number="42", customer_code_1="7"))
    row = zengin.decode(data)[1].to_pylist()[1]
    assert (row["account_number"], row["customer_code_1"]) == ("0000042", "0000000007")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ヤマダ　ハナコ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
        ("やまだ はなこ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
        ("キャノン", "ｷﾔﾉﾝ"),
        ("ｷｬﾉﾝ", "ｷﾔﾉﾝ"),
        ("ヴァン・ダイク", "ｳﾞｱﾝ.ﾀﾞｲｸ"),
        ("ゔ", "ｳﾞ"),
        ("ハ\u309aン か\u3099", "ﾊﾟﾝ ｶﾞ"),
        ("ビール―ｰ－‐", "ﾋﾞ-ﾙ----"),
        ("Smith（ａｂｃ）１２３", "SMITH(ABC)123"),
        ("ヵヶヮっ", "ｶｹﾜﾂ"),
        ("ヷ", "ﾜﾞ"),
        ("", ""),
    ],
)
def test_kana_as_banks_write_it(text: str, expected: str) -> None:
    assert repertoires.to_zengin_kana(text) == expected
    assert not repertoires.zengin_losses(text)


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("山ダ", [("山", "CJK UNIFIED IDEOGRAPH-5C71", 0)]),
        ("アヲ", [("ヲ", "KATAKANA LETTER WO", 1)]),
        ("A,B", [("，".replace("，", ","), "COMMA", 1)]),
        ("ヰ", [("ヰ", "KATAKANA LETTER WI", 0)]),
        ("①", [("①", "CIRCLED DIGIT ONE", 0)]),
        ("ア\n", [("\n", "U+000A", 1)]),
        ("「", [("「", "LEFT CORNER BRACKET", 0)]),
    ],
)
def test_what_would_be_lost_is_listed_and_stays_in_the_text(
    text: str, lost: list[tuple[str, str, int]]
) -> None:
    found = repertoires.zengin_losses(text)
    assert [(loss.character, loss.name, loss.position) for loss in found] == lost
    kana = repertoires.to_zengin_kana(text)
    assert not set(kana) <= set(repertoires.ZENGIN_PARTY.characters)


def test_bank_names_have_the_narrower_repertoire() -> None:
    assert not repertoires.zengin_losses("ア.")
    assert [loss.position for loss in repertoires.zengin_losses("ア.", repertoires.ZENGIN_BANK)] == [1]


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = repertoires.to_zengin_kana(text)
    assert repertoires.to_zengin_kana(once) == once
    # No silent loss: it is in the repertoire exactly when nothing is reported.
    inside = set(once) <= set(repertoires.ZENGIN_PARTY.characters)
    assert inside == (not repertoires.zengin_losses(text))


@given(st.lists(st.none() | st.text(max_size=5)))
def test_the_column_call_agrees(texts: list[str | None]) -> None:
    expected = [None if text is None else repertoires.to_zengin_kana(text) for text in texts]
    column = pa.array(texts, pa.string())
    assert repertoires.to_zengin_kana_column(column).to_pylist() == expected
    assert repertoires.to_zengin_kana_column(pa.chunked_array([column, column])).to_pylist() == expected * 2
