"""The fixed-length engine: round trips, absent values, and every kind of damage named."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records import fixed
from todoke.records.charsets import IBM_930, IBM_939, JIS_X_0201, NOTHING, UTF_8, Charset
from todoke.records.faults import RecordError
from todoke.records.fields import Field, Group, Kind, RecordLayout
from todoke.records.fixed import LineEnd
from todoke.records.ragged import Matrix
from todoke.records.repertoires import Repertoire

VOWELS = Repertoire("母音", "AIUEO")


def layout(charset: Charset = IBM_939) -> RecordLayout:
    """One field of every kind, all optional."""
    wide: tuple[Field, ...] = (
        Field("open", "6", "開", 1, Kind.SHIFT_OPEN),
        Field("wide", "7", "漢字", 8, Kind.WIDE, required=False, personal=True),
        Field("close", "8", "終", 1, Kind.SHIFT_CLOSE),
    )
    return RecordLayout(
        "test",
        "1",
        "試験",
        charset,
        (
            Field("kind", "1", "種別", 1, Kind.CONSTANT, value="7"),
            Field("code", "2", "コード", 3, Kind.CODE, required=False),
            Field("digits", "3", "番号", 5, Kind.DIGITS, required=False),
            Field("amount", "4", "金額", 7, Kind.NUMBER, required=False),
            Field("text", "5", "文字", 6, Kind.TEXT, required=False, personal=True),
            *(wide if charset in (IBM_939, IBM_930) else ()),
            Field("vowels", "9", "母音", 4, Kind.TEXT, required=False, repertoire=VOWELS),
            Field("filler", "10", "予備", 2, Kind.FILLER),
        ),
    )


LAYOUT = layout()


def table(target: RecordLayout = LAYOUT, **columns: list[Any]) -> pa.Table:
    return pa.table(
        {name: pa.array(values, target.schema.field(name).type) for name, values in columns.items()}
    )


@cache
def characters(charset: Any, *, wide: bool = False) -> st.SearchStrategy[str]:
    points = charset.pairs if wide else charset.single
    return st.sampled_from(sorted(chr(point) for point in points if point != NOTHING))


@cache
def rows(charset: Any) -> st.SearchStrategy[list[dict[str, Any]]]:
    def text(size: int, *, wide: bool = False) -> st.SearchStrategy[str]:
        return st.text(characters(charset, wide=wide), min_size=1, max_size=size).filter(
            lambda value: not value.endswith((" ", "\u3000"))
        )

    optional: dict[str, st.SearchStrategy[Any]] = {
        "code": st.text("0123456789", min_size=3, max_size=3),
        "digits": st.text("0123456789", min_size=5, max_size=5),
        "amount": st.integers(0, 9_999_999),
        "text": text(6),
        "vowels": st.text("AIUEO", min_size=1, max_size=4),
    }
    if charset.pairs is not None:
        optional["wide"] = text(4, wide=True)
    return st.lists(st.fixed_dictionaries({name: st.none() | value for name, value in optional.items()}))


@pytest.mark.parametrize("charset", [IBM_939, IBM_930, JIS_X_0201])
@given(data=st.data())
def test_round_trip(charset: Charset, data: st.DataObject) -> None:
    target = layout(charset)
    given_rows = data.draw(rows(charset))
    encoded = fixed.encode(target, pa.Table.from_pylist(given_rows, schema=target.schema))
    assert encoded.shape == (len(given_rows), target.length)
    assert fixed.decode(target, encoded, file="f").to_pylist() == [
        {name: row.get(name) for name in target.columns} for row in given_rows
    ]


def outcome(records: Matrix) -> pa.Table | tuple[BadRow, ...]:
    """What reading comes to: a table, or the list of what is wrong, which is never empty."""
    try:
        return fixed.decode(LAYOUT, records, file="f")
    except InputRefused as refused:
        return refused.rows or pytest.fail("refused without a reason")


@given(st.lists(st.binary(min_size=LAYOUT.length, max_size=LAYOUT.length), min_size=1, max_size=5))
def test_any_bytes_are_read_exactly_or_refused(records: list[bytes]) -> None:
    matrix = fixed.split(b"".join(records), LAYOUT.length, file="f")
    read = outcome(matrix)
    if isinstance(read, pa.Table):
        assert fixed.join([fixed.encode(LAYOUT, read)]) == b"".join(records)


@given(data=st.data())
def test_one_changed_byte_is_read_exactly_or_refused(data: st.DataObject) -> None:
    """Nearer to good records than random bytes are."""
    target = pa.Table.from_pylist(data.draw(rows(IBM_939).filter(bool)), schema=LAYOUT.schema)
    encoded = fixed.encode(LAYOUT, target)
    place = data.draw(st.integers(0, encoded.size - 1))
    encoded.reshape(-1)[place] = data.draw(st.integers(0, 255))
    read = outcome(encoded)
    if isinstance(read, pa.Table):
        assert (fixed.encode(LAYOUT, read) == encoded).all()
    else:
        assert {bad.row for bad in read} == {place // LAYOUT.length + 1}


def test_utf8_layout_counts_bytes() -> None:
    target = layout(UTF_8)
    encoded = fixed.encode(target, table(target, text=["横浜", None]))
    assert fixed.decode(target, encoded, file="f")["text"].to_pylist() == ["横浜", None]
    with pytest.raises(RecordError):
        fixed.encode(target, table(target, text=["横浜市"]))


def test_an_absent_amount_is_spaces_and_never_zero() -> None:
    encoded = fixed.encode(LAYOUT, table(amount=[None, 0, 120]))
    start, end = LAYOUT.columns["amount"].start, LAYOUT.columns["amount"].end
    assert [row.tobytes().hex() for row in encoded[:, start:end]] == ["40" * 7, "f0" * 7, "f0f0f0f0f1f2f0"]
    assert fixed.decode(LAYOUT, encoded, file="f")["amount"].to_pylist() == [None, 0, 120]


def test_an_amount_that_is_partly_blank_is_refused() -> None:
    encoded = fixed.encode(LAYOUT, table(amount=[120]))
    encoded[0, LAYOUT.columns["amount"].start] = 0x40
    with pytest.raises(InputRefused):
        fixed.decode(LAYOUT, encoded, file="f")


@pytest.mark.parametrize(
    ("column", "value", "shown", "words"),
    [
        ("amount", 10_000_000, "10バイト目 10000000", "7桁以内"),
        ("amount", -1, "10バイト目 -1", "7桁以内"),
        ("code", "12", "2バイト目 12", "3桁"),
        ("code", "1234", "2バイト目 1234", "3桁"),
        ("code", "１２３", "2バイト目 １２３", "3桁"),
        ("digits", "123456", "5バイト目 123456", "5桁以内"),
        ("digits", "12a", "5バイト目 12a", "5桁以内"),
        ("text", "ABCDEFG", "17バイト目 A…(7字)", "6バイトに収まりません"),
        ("text", "AB ", "17バイト目 A…(3字)", "末尾の空白"),
        ("text", "AB漢", "19バイト目 U+6F22", "文字集合にない"),
        ("wide", "漢漢漢漢漢", "24バイト目 漢…(5字)", "8バイトに収まりません"),
        ("wide", "漢𠮷", "26バイト目 U+20BB7", "文字集合にない"),
        ("wide", "漢A", "26バイト目 U+0041", "文字集合にない"),
        ("wide", "漢\u3000", "24バイト目 漢…(2字)", "末尾の空白"),
        ("vowels", "AB", "34バイト目 U+0042", "母音"),
    ],
)
def test_what_does_not_fit_is_refused_and_never_cut(column: str, value: Any, shown: str, words: str) -> None:
    columns = table(**{column: [None, value]})
    with pytest.raises(RecordError) as caught:
        fixed.encode(LAYOUT, columns)
    assert caught.value.code is ErrorCode.RECORD_INVALID
    (bad,) = caught.value.rows
    assert (bad.row, bad.column, bad.shown) == (2, column, shown)
    assert words in bad.rule


def good() -> bytes:
    return fixed.encode(
        LAYOUT, table(code=["123"] * 2, amount=[5] * 2, text=["AB"] * 2, wide=["漢字"] * 2, vowels=["AI"] * 2)
    ).tobytes()


def put(offset: int, raw: bytes) -> Callable[[bytes], bytes]:
    """Bytes written into the second record."""
    place = LAYOUT.length + offset
    return lambda data: data[:place] + raw + data[place + len(raw) :]


@pytest.mark.parametrize(
    ("damage", "row", "column", "shown", "words"),
    [
        (lambda data: data[:-1], 2, "（レコード全体）", "37バイトしかありません", "レコード長が38バイト"),
        (lambda data: data + b"\x40", 3, "（レコード全体）", "1バイトしかありません", "レコード長が38バイト"),
        (lambda _: b"", 1, "（レコード全体）", "0バイトしかありません", "レコード長が38バイト"),
        (put(0, b"\xf8"), 2, "kind", "1バイト目 X'F8'", "固定値 7"),
        (put(2, b"\xc1"), 2, "code", "3バイト目 X'C1'", "数字でない"),
        (put(1, b"\x40"), 2, "code", "2バイト目 X'40'", "数字でない"),
        (put(15, b"\xd0"), 2, "amount", "16バイト目 X'D0'", "数字でない"),
        (put(15, b"\xfa"), 2, "amount", "16バイト目 X'FA'", "数字でない"),
        (put(15, b"\xef"), 2, "amount", "16バイト目 X'EF'", "数字でない"),
        (put(16, b"\xff"), 2, "text", "17バイト目 X'FF'", "文字集合にない符号"),
        (put(17, b"\x0e"), 2, "text", "18バイト目 X'0E'", "1バイト文字の項目にシフトコード"),
        (put(22, b"\x40"), 2, "open", "23バイト目 X'40'", "シフトコード（開）がありません"),
        (put(31, b"\x40"), 2, "close", "32バイト目 X'40'", "シフトコード（終）がありません"),
        (put(25, b"\x0e"), 2, "wide", "26バイト目 X'0E'", "シフトコードが重なっています"),
        (put(25, b"\x0f"), 2, "wide", "26バイト目 X'0F'", "シフトコードが重なっています"),
        (put(26, b"\x40"), 2, "wide", "26バイト目 X'4840'", "途中で切れています"),
        (put(27, b"\x44"), 2, "wide", "28バイト目 X'4440'", "途中で切れています"),
        (put(23, b"\xfd\xfd"), 2, "wide", "24バイト目 X'FDFD'", "文字集合にない符号"),
        (put(33, b"\xc2"), 2, "vowels", "34バイト目 U+0042", "母音"),
        (put(37, b"\xf0"), 2, "filler", "38バイト目 X'F0'", "空白"),
    ],
)
def test_broken_records(
    damage: Callable[[bytes], bytes], row: int, column: str, shown: str, words: str
) -> None:
    with pytest.raises(InputRefused) as caught:
        fixed.decode(LAYOUT, fixed.split(damage(good()), LAYOUT.length, file="f.dat"), file="f.dat")
    (bad,) = caught.value.rows
    assert (bad.file, bad.row, bad.column) == ("f.dat", row, column)
    assert words in bad.rule
    assert bad.shown == shown


def test_an_odd_byte_shifts_pairs_and_is_refused() -> None:
    start = LAYOUT.columns["wide"].start
    raw = bytes.fromhex("4f58") + b"\x44" + bytes.fromhex("4481") + b"\x40" * 3
    with pytest.raises(InputRefused) as caught:
        fixed.decode(LAYOUT, fixed.split(put(start, raw)(good()), LAYOUT.length, file="f"), file="f")
    assert [bad.column for bad in caught.value.rows] == ["wide"]


def test_every_fault_of_a_file_is_listed_in_order() -> None:
    data = bytearray(good())
    data[LAYOUT.length + 1] = 0xC1
    data[3] = 0xC1
    data[16] = 0xFF
    with pytest.raises(InputRefused) as caught:
        fixed.decode(LAYOUT, fixed.split(bytes(data), LAYOUT.length, file="f"), file="f")
    assert [(bad.row, bad.column) for bad in caught.value.rows] == [(1, "code"), (1, "text"), (2, "code")]


def test_required_fields() -> None:
    target = RecordLayout("t", "1", "t", IBM_939, (Field("code", "1", "コード", 2, Kind.CODE),))
    for missing in (None, ""):
        with pytest.raises(RecordError):
            fixed.encode(target, table(target, code=["12", missing]))
    with pytest.raises(InputRefused) as caught:
        fixed.decode(target, np.full((1, 2), 0x40, dtype=np.uint8), file="f")
    assert caught.value.rows[0] == BadRow(
        file="f", row=1, column="code", shown="1バイト目", rule="必須の項目が空白です"
    )


def test_columns_must_be_the_layouts() -> None:
    target = RecordLayout(
        "t",
        "1",
        "t",
        IBM_939,
        (Field("code", "1", "コード", 2, Kind.CODE), Field("yen", "2", "円", 3, Kind.NUMBER)),
    )
    right = {"code": ["12"], "yen": [1]}
    for wrong in ({"code": ["12"]}, right | {"more": ["x"]}, right | {"yen": ["1"]}, right | {"code": [12]}):
        with pytest.raises(TodokeError) as caught:
            fixed.encode(target, pa.table(wrong))
        assert caught.value.code is ErrorCode.RECORD_INVALID
    assert fixed.encode(target, pa.table(right)).tobytes().hex() == "f1f2f0f0f1"


def test_chunks_and_slices_encode_like_one_piece() -> None:
    whole = table(text=["A", None, "BC", "D"], amount=[1, None, 3, 4])
    chunked = pa.concat_tables([whole.slice(0, 1), whole.slice(1, 2), whole.slice(3)])
    assert (fixed.encode(LAYOUT, chunked) == fixed.encode(LAYOUT, whole)).all()
    assert (fixed.encode(LAYOUT, whole.slice(2)) == fixed.encode(LAYOUT, whole)[2:]).all()


def test_no_rows() -> None:
    encoded = fixed.encode(LAYOUT, LAYOUT.schema.empty_table())
    assert encoded.shape == (0, LAYOUT.length)
    assert fixed.decode(LAYOUT, encoded, file="f") == LAYOUT.schema.empty_table()


@pytest.mark.parametrize("line_end", list(LineEnd))
def test_line_ends(line_end: LineEnd) -> None:
    records = np.arange(6, dtype=np.uint8).reshape(2, 3)
    data = fixed.join([records], line_end)
    assert data == b"\x00\x01\x02" + line_end.value + b"\x03\x04\x05" + line_end.value
    assert (fixed.split(data, 3, line_end, file="f") == records).all()


def test_a_wrong_line_end_names_the_record() -> None:
    with pytest.raises(InputRefused) as caught:
        fixed.split(b"abc\r\nabc\n\nabc\r\n", 3, LineEnd.CRLF, file="f")
    assert [(bad.row, bad.shown) for bad in caught.value.rows] == [(2, "4バイト目 X'0A0A'")]


def test_repeated_groups_unroll() -> None:
    inner = Group("3", "中", (Field("b", "4", "乙", 2, Kind.TEXT),), occurs=2)
    target = RecordLayout(
        "t", "1", "t", IBM_939, (Group("1", "外", (Field("a", "2", "甲", 1, Kind.TEXT), inner), occurs=2),)
    )
    assert {name: placed.start for name, placed in target.columns.items()} == {
        "a_1": 0,
        "b_1_1": 1,
        "b_1_2": 3,
        "a_2": 5,
        "b_2_1": 6,
        "b_2_2": 8,
    }


def test_personal_columns_are_masked() -> None:
    masked = fixed.mask(LAYOUT, table(code=["123"], text=["YAMADA"], wide=[None]))
    assert masked.to_pylist() == [{"code": "123", "text": "Y…(6字)", "wide": None}]


def test_messages_hold_no_personal_value() -> None:
    with pytest.raises(RecordError) as caught:
        fixed.encode(LAYOUT, table(text=["YAMADAHANAKO"]))
    assert "YAMADA" not in str(caught.value)
    assert "Y…(12字)" in str(caught.value)
