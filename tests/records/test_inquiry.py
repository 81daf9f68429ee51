"""Inquiry request and answer files: what holds beyond single fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.records import samples
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.records.faults import RecordError
from todoke.records.layouts import inquiry_answer_v2021 as answer
from todoke.records.layouts import inquiry_request_v2021 as request


def items_of(*layouts: Any) -> list[str]:
    """Item numbers in the order in which the layouts show them, headings included."""
    found: list[str] = []
    for layout in layouts:
        for placed in layout.placed:
            for item in (*(heading.item for heading in placed.path), placed.field.item):
                if item and item not in found:
                    found.append(item)
    return found


def test_items_are_those_of_the_assessment_in_its_order() -> None:
    assert items_of(request.COMMON, request.REQUEST) == [str(number) for number in range(1, 24)]
    assert items_of(answer.ANSWER) == [str(number) for number in range(24, 65)]


def test_every_value_has_its_reason_17_items_on() -> None:
    for name in answer.ITEMS:
        value, reason = (answer.ANSWER.columns[column].field for column in (name, f"{name}_reason"))
        assert int(reason.item) == int(value.item) + 17
        assert reason.label == f"{value.label}-RON"


def numbered(count: int) -> pa.Table:
    one = samples.REQUESTS[0]
    columns = {name: pa.repeat(value, count) for name, value in one.items() if name != "record_id"}
    return pa.table(columns | {"record_id": pa.array([f"R{number}" for number in range(count)], pa.string())})


def test_ten_thousand_requests_and_no_more() -> None:
    data = request.encode(samples.COMMON, numbered(10_000))
    assert len(data) == 280 * 10_001
    assert request.decode(data)[1].num_rows == 10_000
    for count in (0, 10_001):
        with pytest.raises(TodokeError) as caught:
            request.encode(samples.COMMON, numbered(count))
        assert caught.value.code is ErrorCode.RECORD_INVALID


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"record_id": "R-0000001"}, "record_id", "重複"),
        ({"information_code_1": None}, "information_code_1", "1つ以上"),
        (
            {"information_code_2": None, "information_code_3": "TM00000000000089"},
            "information_code_3",
            "詰めて",
        ),
        ({"condition_kind_3": "0"}, "condition_kind_3", "対応する"),
        ({"integrated_number": "00000000000026"}, "integrated_number", "15桁"),
        ({"integrated_number": None}, "integrated_number", "必須"),
    ],
)
def test_refused_requests(changes: dict[str, Any], column: str, words: str) -> None:
    rows = [samples.REQUESTS[0], samples.REQUESTS[1] | changes]
    with pytest.raises(RecordError) as caught:
        request.encode(samples.COMMON, samples.requests(rows))
    assert any((bad.row, bad.column) == (3, column) and words in bad.rule for bad in caught.value.rows), (
        caught.value.rows
    )
    assert "0000000000026" not in str(caught.value)


def change(record: int, byte: int, raw: bytes) -> Callable[[bytes], bytes]:
    place = record * 280 + byte
    return lambda data: data[:place] + raw + data[place + len(raw) :]


@pytest.mark.parametrize(
    ("damage", "row", "column"),
    [
        (lambda data: data[:-280], 1, "request_count"),
        (lambda data: data[:280], 1, "request_count"),
        (change(0, 1, b"\xf0\xf0\xf0\xf0\xf9"), 1, "request_count"),
        (change(1, 166, b"\xf2"), 2, "code_count"),
        (change(2, 1, b"\xd9\x60\xf0\xf0\xf0\xf0\xf0\xf0\xf1"), 3, "record_id"),
        (change(0, 78, b"\x40"), 1, "shift_open"),
        (change(0, 119, b"\x0e"), 1, "shift_close"),
        (change(0, 80, b"\x0f"), 1, "user_name"),
        (lambda data: data[280:], 1, "record_type"),
    ],
)
def test_broken_request_files(damage: Callable[[bytes], bytes], row: int, column: str) -> None:
    data = damage(b"".join(samples.golden("inquiry_request_v2021")))
    with pytest.raises(InputRefused) as caught:
        request.decode(data, file="r.dat")
    assert (row, column) in {(bad.row, bad.column) for bad in caught.value.rows}


def test_a_request_without_a_user_name() -> None:
    common = request.Common(file_identifier="F", department_code="D", user_id="U", user_name=None)
    assert request.decode(request.encode(common, samples.requests())) == (common, samples.requests())


def test_an_item_has_never_both_a_value_and_a_reason() -> None:
    rows = [samples.ANSWERS[0] | {"income_levy_reason": "NotAcceptable"}]
    with pytest.raises(RecordError) as caught:
        answer.encode(samples.answers(rows))
    assert [bad.column for bad in caught.value.rows] == ["income_levy"]
    data = bytearray(samples.golden("inquiry_answer_v2021")[0])
    place = answer.ANSWER.columns["income_levy_reason"].start
    data[place] = 0xD5
    with pytest.raises(InputRefused):
        answer.decode(bytes(data))


def test_an_empty_amount_comes_back_as_null_and_never_as_zero() -> None:
    for name in answer.ITEMS:
        empty = samples.ANSWERS[0] | {name: None, f"{name}_reason": None}
        assert answer.decode(answer.encode(samples.answers([empty])))[name].to_pylist() == [None]


def test_no_answers() -> None:
    assert answer.encode(samples.answers([])) == b""
    assert answer.decode(b"") == samples.answers([])


def test_a_cut_answer_file_is_refused() -> None:
    data = b"".join(samples.golden("inquiry_answer_v2021"))
    with pytest.raises(InputRefused) as caught:
        answer.decode(data[:-1], file="a.dat")
    assert [(bad.file, bad.row) for bad in caught.value.rows] == [("a.dat", 3)]


def _value(name: str) -> st.SearchStrategy[Any]:
    field = answer.ANSWER.columns[name].field
    digits = st.text("0123456789", min_size=field.width, max_size=field.width)
    number = st.integers(0, 10**field.width - 1)
    return number if answer.ANSWER.schema.field(name).type == pa.int64() else digits


@st.composite
def people(draw: st.DrawFn) -> dict[str, Any]:
    row = dict(samples.ANSWERS[1])
    for name in answer.ITEMS:
        match draw(st.integers(0, 2)):
            case 0:
                row[name] = draw(_value(name))
            case 1:
                row[f"{name}_reason"] = draw(st.sampled_from(["NotAcceptable", "NotConvered", "9"]))
    return row


@given(st.lists(people(), max_size=4))
def test_answers_round_trip(rows: list[dict[str, Any]]) -> None:
    table = samples.answers(rows)
    assert answer.decode(answer.encode(table)) == table
