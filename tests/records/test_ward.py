"""Ward-style bulk query files: two editions of the request, two of the reply, frozen by bytes made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from todoke.kernel.errors import InputRefused, TodokeError
from todoke.records.comma_fixed import CommaLayout
from todoke.records.faults import RecordError
from todoke.records.layouts import ward_reply_v2024 as reply
from todoke.records.layouts import ward_request_v2024 as request
from todoke.records.wide_csv import WideLayout, raw_lines

ONE: dict[str, Any] = {
    "local_number": "000001234567890",
    "asked_at": "20240701093000123",
    "department_code": "FUKUSHI",
    "inquirer": "0220114100301700",
    "nondisclosure": "1",
    "duty": "JM01000000121000",
    "procedure": "JT01010000000214",
    "provider": "13112",
    "information_code": "TM00000000000002",
    "condition_kind": "0",
    "condition_year": "0",
}
# Written by hand from the table of facts/linkage.md §2.3; an invented person.
GOLDEN = (
    b"01,000001234567890,,20240701093000123,FUKUSHI             ,,0220114100301700,1,"
    b"JM01000000121000,JT01010000000214,,,13112           ,TM00000000000002,0,0,,\r\n"
)
GOLDEN_DRAFT = (
    b"01,000001234567890,               ,20240701093000123,FUKUSHI             ,                    ,"
    b"0220114100301700,1,JM01000000121000,JT01010000000214,                ,                ,"
    b"13112           ,TM00000000000002,0,0,        ,        \r\n"
)
GOLDENS = [(request.REQUEST, GOLDEN), (request.REQUEST_DRAFT, GOLDEN_DRAFT)]
edition = pytest.mark.parametrize("layout", request.LAYOUTS, ids=lambda layout: layout.edition)


def lines(rows: list[dict[str, Any]], layout: CommaLayout = request.REQUEST) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=layout.schema)


@pytest.mark.parametrize(("layout", "golden"), GOLDENS, ids=["2024", "2024-draft"])
def test_golden_bytes(layout: CommaLayout, golden: bytes) -> None:
    assert request.encode(layout, lines([ONE])) == golden
    assert request.decode(layout, golden, file="x") == lines([ONE])


def test_the_published_widths_add_up() -> None:
    assert len(request.FIELDS) == 18
    assert sum(field.width for field in request.FIELDS) == 220
    assert len(GOLDEN_DRAFT) == 220 + 17 + len("\r\n")


@pytest.mark.parametrize(
    ("layout", "foreign"), [(request.REQUEST, GOLDEN_DRAFT), (request.REQUEST_DRAFT, GOLDEN)]
)
def test_an_edition_refuses_the_bytes_of_the_other(layout: CommaLayout, foreign: bytes) -> None:
    with pytest.raises(InputRefused):
        request.decode(layout, foreign, file="x")


def test_a_short_local_number_gets_zeros_and_a_long_one_is_refused() -> None:
    (row,) = request.decode(
        request.REQUEST, request.encode(request.REQUEST, lines([ONE | {"local_number": "7"}])), file="x"
    ).to_pylist()
    assert row["local_number"] == "0" * 14 + "7"
    with pytest.raises(RecordError):
        request.encode(request.REQUEST, lines([ONE | {"local_number": "1" * 16}]))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: data[:-2], "CR LF"),
        (lambda data: data.replace(b"\r\n", b"\n"), "CR LF"),
        (lambda data: data.replace(b",0,0,", b",0,"), "18項目"),
        (lambda data: data.replace(b"FUKUSHI             ", b"FUKUSHI"), "20バイト"),
        (lambda data: data.replace(b"JM01000000121000", b""), "16バイト"),
        (lambda data: data.replace(b"01,0000", b"02,0000"), "固定値"),
        (lambda data: data.replace(b"0220114100301700", b"022011410030170X"), "数字でない"),
        (lambda data: data.replace(b"FUKUSHI", b"FUK\x81SHI"), "文字集合にない"),
        (lambda data: data + data, "前の行"),
    ],
)
def test_broken_request_files(damage: Any, words: str) -> None:
    with pytest.raises(InputRefused) as caught:
        request.decode(request.REQUEST, damage(GOLDEN), file="x.dat")
    assert any(words in bad.rule for bad in caught.value.rows), caught.value.rows
    assert "1234567890" not in str(caught.value.rows)


@edition
def test_ten_thousand_lines_and_no_more(layout: CommaLayout) -> None:
    rows = [ONE | {"local_number": f"{number:010d}"} for number in range(10_001)]
    assert request.decode(layout, request.encode(layout, lines(rows[:-1])), file="x").num_rows == 10_000
    for refused in (rows, []):
        with pytest.raises(TodokeError):
            request.encode(layout, lines(refused))


def test_a_comma_in_a_text_is_refused() -> None:
    with pytest.raises(RecordError, match="コンマ"):
        request.encode(request.REQUEST, lines([ONE | {"department_code": "A,B"}]))


def test_the_file_name_is_by_the_clock_of_japan() -> None:
    made = request.file_name(datetime(2024, 7, 1, 0, 30, tzinfo=UTC), 1)
    assert made == "P640R110_20240701093000_0001.DAT"


_text = st.text("ABCabc019-", min_size=1, max_size=16)
_optional = {
    "integrated_number": st.text("0123456789", min_size=15, max_size=15),
    "inquirer_user_id": _text,
    "inquirer_delegator": st.text("0123456789", min_size=16, max_size=16),
    "provider_delegator": st.text("0123456789", min_size=16, max_size=16),
    "condition_from": st.text("0123456789", min_size=8, max_size=8),
    "condition_to": st.text("0123456789", min_size=8, max_size=8),
}


@st.composite
def asked(draw: st.DrawFn) -> list[dict[str, Any]]:
    numbers = draw(st.lists(st.integers(0, 10**15 - 1), min_size=1, max_size=6, unique=True))
    rows = []
    for number in numbers:
        row = ONE | {
            "local_number": f"{number:015d}",
            "department_code": draw(_text),
            "provider": draw(_text),
        }
        for name, values in _optional.items():
            row[name] = draw(st.none() | values)
        rows.append(row)
    return rows


@settings(deadline=None, max_examples=60)
@given(asked())
def test_requests_round_trip_through_both_editions_in_turn(rows: list[dict[str, Any]]) -> None:
    table = lines(rows)
    for layout in (*request.LAYOUTS, *request.LAYOUTS):
        data = request.encode(layout, table)
        table = request.decode(layout, data, file="x")
        assert request.encode(layout, table) == data
    assert table == lines(rows)


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(GOLDENS),
    st.integers(0, 240),
    st.integers(0, 4),
    st.binary(max_size=4) | st.just(b","),
)
def test_damaged_bytes_are_refused_or_are_the_bytes_of_what_is_read(
    case: tuple[CommaLayout, bytes], place: int, cut: int, put: bytes
) -> None:
    layout, golden = case
    damaged = golden[:place] + put + golden[place + cut :]
    try:
        table = request.decode(layout, damaged, file="x")
    except InputRefused:
        return
    assert request.encode(layout, table) == damaged


# ---- replies

ANSWERED: dict[str, str | None] = {
    "number_system": "01",
    "local_number": "000001234567890",
    "provider": "0220113112101700",
    "detail_status": "09",
    "detail_message": "正常終了",
    "information_status": "01",
    "information_message": "正常終了",
    "tax_year": "2021",
    "per_capita_levy": "3500",
    "income_levy": "0",
    "income_levy_before_transfer_reason": "NotAcceptable",
}
REPLY_GOLDEN = {
    "2024": (29, 262),
    "2024-draft": (46, 279),
}


def reply_bytes(first_item: int, width: int) -> bytes:
    """A line made by hand: cells at the published columns, everything else empty."""
    cells = [""] * width
    cells[0], cells[1], cells[12] = "01", "000001234567890", "0220113112101700"
    cells[23:27] = "09", "正常終了", "01", "正常終了"
    cells[first_item - 1] = "2021"
    per_capita = first_item - 1 + 2 * 11
    cells[per_capita], cells[per_capita + 24] = "3500", "0"
    cells[per_capita + 26 + 1] = "NotAcceptable"
    return (",".join(cells) + "\r\n").encode("cp932")


@pytest.mark.parametrize("layout", reply.LAYOUTS, ids=lambda layout: layout.edition)
def test_golden_replies(layout: WideLayout) -> None:
    golden = reply_bytes(*REPLY_GOLDEN[layout.edition])
    table = pa.Table.from_pylist([ANSWERED], schema=layout.schema)
    assert reply.encode(layout, table) == golden
    assert reply.decode(layout, golden, file="x") == table


@pytest.mark.parametrize("layout", reply.LAYOUTS, ids=lambda layout: layout.edition)
def test_the_published_places_of_a_reply(layout: WideLayout) -> None:
    places = dict(layout.places)
    assert [places[name] for name in ("detail_status", "detail_message")] == [24, 25]
    assert [places[name] for name in ("information_status", "information_message")] == [26, 27]
    assert places["income_levy"] - places["per_capita_levy"] == 24
    assert all(places[f"{name}_reason"] == places[name] + 1 for name in reply.PAIRS)
    assert places["income_levy_before_transfer"] != places["income_levy"]


def test_a_reply_of_another_width_is_refused_with_what_was_found_and_what_is_known() -> None:
    for layout, other in (reply.LAYOUTS, reply.LAYOUTS[::-1]):
        foreign = reply_bytes(*REPLY_GOLDEN[other.edition])
        with pytest.raises(InputRefused) as caught:
            reply.decode(layout, foreign, file="x.DAT")
        (bad,) = caught.value.rows
        assert f"{other.width}列あります" in bad.rule
        assert "2024＝262列" in bad.rule
        assert "2024-draft＝279列" in bad.rule
    with pytest.raises(InputRefused, match=r"x.DAT"):
        reply.decode(reply.REPLY, b",".join([b"1"] * 270) + b"\r\n", file="x.DAT")


def test_every_line_of_another_width_is_named() -> None:
    good = reply_bytes(29, 262)
    with pytest.raises(InputRefused) as caught:
        reply.decode(reply.REPLY, good + b"1,2\r\n" + good + b"3\r\n", file="x")
    assert [bad.row for bad in caught.value.rows] == [2, 4]


@pytest.mark.parametrize("data", [b"", b"\x00,\r\n", reply_bytes(29, 262)[:-2], b"\x81\x00\r\n", b"\xa0\r\n"])
def test_broken_replies_are_refused(data: bytes) -> None:
    with pytest.raises(InputRefused):
        reply.decode(reply.REPLY, data, file="x")


def test_an_empty_cell_is_null_and_never_zero() -> None:
    data = reply_bytes(29, 262).replace(b",3500,", b",,").replace(b",0,", b",     ,")
    (row,) = reply.decode(reply.REPLY, data, file="x").to_pylist()
    assert row["per_capita_levy"] is None
    assert row["income_levy"] is None


def test_the_lines_of_a_reply_are_kept_as_they_came() -> None:
    line = reply_bytes(29, 262)
    assert raw_lines(line + line) == [line[:-2], line[:-2]]


@pytest.mark.parametrize("cell", ["a,b", 'a"b', "a\nb"])
def test_a_cell_that_would_shift_the_others_is_not_written(cell: str) -> None:
    table = pa.Table.from_pylist([ANSWERED | {"detail_message": cell}], schema=reply.REPLY.schema)
    with pytest.raises(TodokeError):
        reply.encode(reply.REPLY, table)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(reply.LAYOUTS), st.integers(0, 400), st.integers(0, 4), st.binary(max_size=4))
def test_a_damaged_reply_is_refused_or_every_cell_is_where_it_was(
    layout: WideLayout, place: int, cut: int, put: bytes
) -> None:
    golden = reply_bytes(*REPLY_GOLDEN[layout.edition])
    damaged = golden[:place] + put + golden[place + cut :]
    try:
        rows = reply.decode(layout, damaged, file="x").to_pylist()
    except InputRefused:
        return
    lines = damaged.decode("cp932").split("\n")[:-1]
    assert len(rows) == len(lines)
    for row, line in zip(rows, lines, strict=True):
        cells = line.removesuffix("\r").split(",")
        assert len(cells) == layout.width
        assert row == {name: cells[at - 1].rstrip(" ") or None for name, at in layout.places}
