"""One list of columns: what is shown, sorted, and taken away as CSV or XLSX."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from todoke.pages.exports import Circumstances, as_csv, as_xlsx
from todoke.pages.tables import Column, Kind, Table, show


@dataclass(frozen=True)
class Row:
    code: str
    name: str
    count: int | None
    since: date | None
    at: datetime


MOMENT = datetime(2021, 12, 9, 15, 30, 5, tzinfo=UTC)  # 10 December, 0:30:05 in Japan
ROWS = [
    Row("0000000005", "青葉", 3, date(2019, 5, 1), MOMENT),
    Row("0000000001", "=1+1", 20, None, MOMENT),
    Row("0000000010", "𠮷田 髙", None, date(2019, 4, 30), MOMENT),
]
COLUMNS = [
    Column[Row](key="code", title="番号", value=lambda r: r.code, kind=Kind.CODE, heads_row=True),
    Column[Row](key="name", title="名称", value=lambda r: r.name),
    Column[Row](key="count", title="件数", value=lambda r: r.count, kind=Kind.NUMBER),
    Column[Row](key="since", title="開始日", value=lambda r: r.since, kind=Kind.DAY),
    Column[Row](key="at", title="日時", value=lambda r: r.at, kind=Kind.MOMENT),
    Column[Row](key="open", title="操作", value=lambda r: "開く", exported=False, sortable=False),
]
WHO = Circumstances(by="見本 太郎（s001）", at=MOMENT, conditions="区：西区")


def _table(query: str = "", rows: list[Row] | None = None) -> Table[Row]:
    return Table(caption="見本", columns=COLUMNS, rows=ROWS if rows is None else rows, query=QueryDict(query))


def _codes(query: str) -> list[str]:
    return [row.code[-2:] for row in _table(query).ordered]


def test_the_address_decides_the_order_and_missing_values_stand_last() -> None:
    assert _codes("") == ["05", "01", "10"]
    assert _codes("sort=code") == ["01", "05", "10"]
    assert _codes("sort=count") == ["05", "01", "10"]
    assert _codes("sort=-count") == ["01", "05", "10"]
    assert _codes("sort=-since") == ["05", "10", "01"]
    assert _codes("sort=open") == _codes("sort=nothing") == ["05", "01", "10"]


def test_a_second_click_turns_the_order_and_keeps_the_filter() -> None:
    first = _table("ward=03&page=2").heads[0]
    assert first.href == "?ward=03&sort=code"
    again = _table("ward=03&sort=code").heads[0]
    assert (again.href, again.sorted) == ("?ward=03&sort=-code", "ascending")


@given(st.integers(0, 200), st.text(max_size=6))
def test_any_page_number_shows_some_page(count: int, wish: str) -> None:
    table = _table(rows=[ROWS[0]] * count)
    table.query = QueryDict(mutable=True)
    table.query["page"] = wish
    assert len(list(table.body)) <= table.per_page


def test_values_are_escaped_and_nothing_is_a_dash() -> None:
    assert show(None, Kind.DAY) == "－"
    assert show("<b>", Kind.CODE) == '<span class="code">&lt;b&gt;</span>'
    assert "令和3年12月10日 00:30:05" in show(MOMENT, Kind.MOMENT)
    assert show(1234567, Kind.NUMBER) == "1,234,567"


def test_csv_keeps_codes_and_runs_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(_table("sort=code")).decode("utf-8-sig"), newline="")))
    assert rows[0] == ["番号", "名称", "件数", "開始日", "日時"]
    assert rows[1] == ["0000000001", "'=1+1", "20", "", "2021-12-10T00:30:05+09:00"]
    assert rows[3] == ["0000000010", "𠮷田 髙", "", "2019-04-30", "2021-12-10T00:30:05+09:00"]


def test_xlsx_has_the_same_rows_as_bare_data() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx(_table(), WHO)))
    printed, bare = (book.get_sheet_by_index(place).to_python() for place in (0, 1))
    assert book.sheet_names == ["一覧", "データ"]
    assert bare == printed[3:]


def test_xlsx_keeps_codes_as_text_and_days_as_days() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx(_table(), WHO)))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][0] == "見本"
    assert "見本 太郎（s001）" in rows[1][0]
    assert "2021-12-10 00:30:05" in rows[1][0]
    assert rows[2][0] == "抽出条件：区：西区　件数：3件"
    assert rows[3][:5] == ["番号", "名称", "件数", "開始日", "日時"]
    assert rows[4][:4] == ["0000000005", "青葉", 3.0, date(2019, 5, 1)]
    assert rows[5][1] == "=1+1"
    assert rows[4][4] == datetime.fromisoformat("2021-12-10T00:30:05")


@given(st.text(max_size=30))
def test_no_text_is_changed_or_run_by_a_workbook(text: str) -> None:
    row = Row("1", text, 1, None, MOMENT)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return  # half a surrogate pair reaches no database either
    clean = all(ord(c) >= 32 and ord(c) not in (0xFFFE, 0xFFFF) for c in text)
    book = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx(_table(rows=[row]), WHO)))
    shown = book.get_sheet_by_index(0).to_python()[4][1]
    assert not clean or shown == text
