"""read_checked: a file is accepted whole or refused with every bad cell, shown safely."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.identifiers import individual_number, integrated_number
from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records import csv_damage
from todoke.records.csv_input import Column, CsvLayout, read_checked
from todoke.records.csv_rules import (
    Count,
    Date,
    Digits,
    Either,
    Flag,
    Free,
    IndividualNumber,
    IntegratedNumber,
    JukiCode,
    OneOf,
    Rule,
    Text,
    Yen,
)
from todoke.records.csv_table_rules import AllOrNone, ExactlyOne, FilledWhen, RefersTo, Unique
from todoke.records.layouts import city_inputs_v2021 as city

PEOPLE = CsvLayout(
    "people",
    "test",
    "試験",
    (
        Column("code", "コード", Digits(3)),
        Column("name", "氏名", Text(30), personal=True),
        Column("born", "生年月日", Date(), required=False),
    ),
    rules=(Unique(("code",)),),
)


def write(folder: Path, text: str | bytes, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refusals(folder: Path, text: str | bytes, layout: CsvLayout = PEOPLE) -> tuple[BadRow, ...]:
    with pytest.raises(InputRefused) as caught:
        read_checked(write(folder, text), layout)
    assert caught.value.code is ErrorCode.INPUT_REFUSED
    assert str(folder) not in str(caught.value)
    return caught.value.rows


def test_every_cell_comes_back_as_it_stands(tmp_path: Path) -> None:
    table = read_checked(
        write(tmp_path, 'code,name,born\n001,"横浜, 花子",\r\n002,"a""b",2000-02-29\n'), PEOPLE
    )
    assert table.schema == pa.schema([(name, pa.string()) for name in ("code", "name", "born")])
    assert table.to_pylist() == [
        {"code": "001", "name": "横浜, 花子", "born": ""},
        {"code": "002", "name": 'a"b', "born": "2000-02-29"},
    ]


def test_null_words_stay_text(tmp_path: Path) -> None:
    table = read_checked(write(tmp_path, "code,name,born\n001,NULL,\n002,nan,\n003,NA,\n"), PEOPLE)
    assert table["name"].to_pylist() == ["NULL", "nan", "NA"]


def test_a_header_alone_is_an_empty_table(tmp_path: Path) -> None:
    assert len(read_checked(write(tmp_path, "code,name,born\n"), PEOPLE)) == 0


def test_all_bad_cells_are_listed_in_order(tmp_path: Path) -> None:
    rows = refusals(tmp_path, "code,name,born\n1,,\n002,横浜花子 ,2001-02-29\n002,x,\n")
    assert [(bad.row, bad.column) for bad in rows] == [
        (2, "code"),
        (2, "name"),
        (3, "name"),
        (3, "born"),
        (4, "code"),
    ]
    assert rows[0] == BadRow(
        file="people.csv",
        row=2,
        column="code",
        shown="1",
        rule="3桁の半角数字でなければなりません" + csv_damage.hint(Digits(3), "1"),
    )
    assert rows[2].shown == "横…(5字)"


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(TodokeError) as caught:
        read_checked(tmp_path / "none.csv", PEOPLE)
    assert caught.value.code is ErrorCode.INPUT_MISSING
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 1, "空です"),
        (b"\xef\xbb\xbfcode,name,born\n", 1, "BOM"),
        (b"code,name,born\n001,\xff,\n", 2, "UTF-8"),
        (b"code,name,born\n001,\x82\xa0,\n002,x,\n003,\xe3\x81,\n", 2, "UTF-8"),
        (b"code,name,born\n001,a\x00b,\n", 2, "制御文字"),
        (b"code,name,born\n001,a\tb,\n", 2, "制御文字"),
        (b"code,name,born\r001,ab,\r", 1, "制御文字"),
        (b"code,name,born\n001,ab,\n\n002,cd,\n", 3, "空行"),
        (b"code,name,born\r\n001,ab,\r\n\r\n002,cd,\r\n", 3, "空行"),
        (b"code,name,born\n001,ab,\n002,cd,", 3, "途中で切れている"),
        (b"code,name,born\n001,ab\n002,cd,\n", 2, "3列でなければなりませんが、2列"),
        (b"code,name,born\n001,ab,\n002,cd,,\n", 3, "3列でなければなりませんが、4列"),
        (b'code,name,born\n001,"a\nb",\n', 2, "引用符の中の改行"),
        (b'code,name,born\n001,ok,\n002,"ab,\n003,cd,\n', 3, "引用符"),
        (b"name,code,born\n", 1, "並びが違います"),
        (b"code,name\n", 1, "列がありません"),
        (b"code,name,born,more\n", 1, "様式にない列"),
        (b"code,name,born,born\n", 1, "列名が重複"),
    ],
)
def test_broken_files(tmp_path: Path, data: bytes, line: int, words: str) -> None:
    first = refusals(tmp_path, data)[0]
    assert first.row == line
    assert words in first.rule


def test_extra_columns_only_where_the_layout_allows_them(tmp_path: Path) -> None:
    wide = CsvLayout("people", "test", "試験", PEOPLE.columns, extra_columns=True)
    table = read_checked(write(tmp_path, "code,more,name,born\n001,123456789018,x,\n"), wide)
    assert table.column_names == ["code", "name", "born"]


RULES: list[tuple[Rule, list[str], list[str]]] = [
    (Free(), ["", " x "], []),
    (Text(6), ["横浜", "abcdef"], ["横浜x", " a", "a　"]),
    (Digits(3), ["000", "999"], ["12", "1234", "１２３", "-12", "1 2"]),
    (
        Digits(3, suffix=True),
        ["123", "123-1", "123-9"],
        ["123-", "123-10", "12-1", "1234", "123-a", "1231", "-123"],
    ),
    (Yen(), ["0", "100000", "9" * 12], ["-1", "+1", "1,000", "1.0", "9" * 13, " 1", "１"]),
    (Count(2), ["0", "12"], ["123", "-1"]),
    (Date(), ["2021-12-10", "2000-02-29", "0001-01-01"], ["1900-02-29", "2021-13-01", "2021-00-10"]),
    (Date(), [], ["2021-01-32", "2021-1-1", "20210101", "2021/01/01", "0000-01-01", "2021-04-31"]),
    (Flag(), ["0", "1"], ["2", "01", "true"]),
    (OneOf(("あ", "い")), ["あ", "い"], ["う", "あい"]),
    (IndividualNumber(), ["123456789018"], ["123456789012", "12345678901", "1234567890123", "abcdefghijkl"]),
    (IntegratedNumber(), [integrated_number.mint(7)], ["1" * 15, "1" * 14]),
    (JukiCode(), ["12345678901"], ["123456789012", "1234567890a"]),
    (Either(Digits(3), ("OUTSIDE",)), ["123", "OUTSIDE"], ["outside", "12"]),
]


@pytest.mark.parametrize(("rule", "good", "bad"), RULES)
def test_rules(rule: Rule, good: list[str], bad: list[str]) -> None:
    texts = pa.array(good + bad, pa.string())
    assert rule.broken(texts).tolist() == [False] * len(good) + [True] * len(bad)
    # A slice and a mix must say the same: rules work on shared buffers.
    assert rule.broken(texts.slice(1)).tolist() == ([False] * len(good) + [True] * len(bad))[1:]


@given(st.lists(st.dates().map(date.isoformat) | st.text("0123456789-", max_size=11)))
def test_dates_agree_with_the_calendar(texts: list[str]) -> None:
    def real(text: str) -> bool:
        try:
            return date.fromisoformat(text).isoformat() == text
        except ValueError:
            return False

    assert Date().broken(pa.array(texts, pa.string())).tolist() == [not real(text) for text in texts]


@given(st.lists(st.text("0123456789", min_size=11, max_size=12)))
def test_individual_numbers_agree_with_the_scalar_rule(texts: list[str]) -> None:
    expected = [not individual_number.is_valid(text) for text in texts]
    assert IndividualNumber().broken(pa.array(texts, pa.string())).tolist() == expected


def pair(**columns: list[str]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def test_rules_between_cells() -> None:
    table = pair(a=["1", "2", "1", ""], b=["", "x", "1", ""])
    assert Unique(("a",)).broken(table).tolist() == [False, False, True, False]
    assert Unique(("a", "b")).broken(table).tolist() == [False] * 4
    assert ExactlyOne(("a", "b")).broken(table).tolist() == [False, True, True, True]
    assert AllOrNone(("a", "b")).broken(table).tolist() == [True, False, False, False]
    assert RefersTo("b", "a").broken(table).tolist() == [False, True, False, False]
    assert RefersTo("b", "a", ("x",)).broken(table).tolist() == [False] * 4
    assert FilledWhen("a", "1", ("b",)).broken(table).tolist() == [True, False, False, False]


@pytest.mark.parametrize("place", ["code", "name", "born"])
@pytest.mark.parametrize(
    "spelling", ["123456789018", "1234 5678 9018", "1234-5678-9018", "１２３４５６７８９０１８"]
)
def test_an_individual_number_in_the_wrong_column_is_never_shown(
    tmp_path: Path, place: str, spelling: str
) -> None:
    cells = {"code": "001", "name": "x", "born": ""} | {place: spelling + " "}
    rows = refusals(tmp_path, "code,name,born\n" + ",".join(cells.values()) + "\n")
    assert not any(char.isdigit() for bad in rows for char in bad.shown.split("(")[0])


def test_a_refused_individual_number_is_shown_by_its_length(tmp_path: Path) -> None:
    rows = refusals(
        tmp_path,
        f"integrated_number,individual_number\n{integrated_number.mint(1)},123456789012\n",
        city.NEIGHBOUR_NUMBERS,
    )
    assert [bad.shown for bad in rows] == ["…(12字)"]


def test_a_replica_item_is_a_value_or_a_reason(tmp_path: Path) -> None:
    values = dict.fromkeys(city.REPLICA.names, "") | {
        "integrated_number": integrated_number.mint(1),
        "auto_reply_prohibited": "0",
    }
    items = [name for name in values if f"{name}_reason" in values]
    values |= {f"{name}_reason": "NotAcceptable" for name in items}
    header = ",".join(values) + "\n"
    good = header + ",".join(values.values()) + "\n"
    assert len(read_checked(write(tmp_path, good), city.REPLICA)) == 1
    both = header + ",".join((values | {"income_levy": "0"}).values()) + "\n"
    neither = header + ",".join((values | {"income_levy_reason": ""}).values()) + "\n"
    for text in (both, neither):
        assert [bad.column for bad in refusals(tmp_path, text, city.REPLICA)] == [
            "income_levy・income_levy_reason"
        ]


def test_split_households_carry_a_suffix(tmp_path: Path) -> None:
    row = dict.fromkeys(city.RESPONSES.names, "") | {
        "household_code": "0000000001-1",
        "received_on": "2022-02-01",
        "route": "郵送",
        "declines": "0",
    }
    text = ",".join(row) + "\n" + ",".join(row.values()) + "\n"
    assert len(read_checked(write(tmp_path, text), city.RESPONSES)) == 1
    part = ",".join(row) + "\n" + ",".join((row | {"bank_code": "0001"}).values()) + "\n"
    assert len(refusals(tmp_path, part, city.RESPONSES)) == 1
