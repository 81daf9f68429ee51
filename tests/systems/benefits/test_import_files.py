"""Bad files are answered in plain Japanese with the file's own row numbers, before anything of them is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from todoke.kernel.errors import BadRow, InputRefused
from todoke.records.encodings import Encoding
from todoke.records.layouts.city_inputs_v2021 import ASSISTANCE, RESIDENTS, TAX
from todoke.systems.benefits.rules.imports import reading
from todoke.systems.benefits.rules.imports.kinds import ImportKind

HEADER = ",".join(TAX.names)
GOOD = [f"00000000{number:02},2021,1,0,0,0,0,0,0,," for number in range(1, 6)]


def text(rows: list[str] = GOOD, *, header: str = HEADER, end: str = "\n") -> str:
    return end.join([header, *rows]) + end


def refused(
    data: bytes | str, encoding: Encoding = Encoding.UTF8, *, expected: int | None = None
) -> list[BadRow]:
    raw = data.encode() if isinstance(data, str) else data
    with pytest.raises(InputRefused) as caught:
        reading.read("tax.csv", raw, ImportKind.TAX, encoding, expected_rows=expected)
    return list(caught.value.rows)


def changed(row: int, change: Callable[[str], str]) -> list[str]:
    return [change(line) if number == row else line for number, line in enumerate(GOOD, 2)]


def test_a_good_file_in_every_encoding_with_either_line_end_and_a_count_line() -> None:
    for encoding, raw in (
        (Encoding.UTF8, text().encode()),
        (Encoding.UTF8_BOM, b"\xef\xbb\xbf" + text(end="\r\n").encode()),
        (Encoding.CP932, text(end="\r\n").encode("cp932")),
        (Encoding.UTF16, b"\xff\xfe" + text().encode("utf-16-le")),
        (Encoding.UTF8, (text() + "#END,5\r\n").encode()),
    ):
        assert reading.read("tax.csv", raw, ImportKind.TAX, encoding, expected_rows=5).num_rows == 5


@pytest.mark.parametrize(
    ("data", "encoding", "expected", "places", "words"),
    [
        # 1 the wrong encoding
        (b"\xef\xbb\xbf" + text().encode(), Encoding.UTF8, None, [(1, "（ファイル全体）")], ["BOM付き", "選び直して"]),
        (b"\xff\xfe" + text().encode("utf-16-le"), Encoding.UTF8, None, [(1, "（ファイル全体）")], ["UTF-16LE"]),
        # 2 line ends
        (text(end="\r"), Encoding.UTF8, None, [(1, "（ファイル全体）")], ["改行がCRだけ"]),
        (text(changed(3, lambda line: line + "\n")), Encoding.UTF8, None, [(4, "（行全体）")], ["空行"]),
        # 3 columns
        (text(header=HEADER.replace(",declared", "")), Encoding.UTF8, None, [(1, "declared")], ["列がありません"]),
        (text(header=HEADER + ",備考"), Encoding.UTF8, None, [(1, "備考")], ["この様式にない列"]),
        (text(header="0000000009,2021,1,0,0,0,0,0,0,,"), Encoding.UTF8, None, [(1, "（見出し）")], ["列名がひとつもありません"]),
        (text(header=",".join(ASSISTANCE.names)), Encoding.UTF8, None, [(1, "（見出し）")], ["「付帯状況」のもの", "種類を選び直す"]),
        (text().replace(",", "\t"), Encoding.UTF8, None, [(1, "（見出し）")], ["タブで区切られて"]),
        # 4 width and type
        (text(changed(4, lambda line: line + ",9")), Encoding.UTF8, None, [(4, "（行全体）")], ["11列でなければ", "12列あります"]),
        (text(changed(4, lambda line: line.replace(",1,", ",X,", 1))), Encoding.UTF8, None, [(4, "declared")], ["0か1"]),
        # 5 a key twice
        (text([*GOOD, GOOD[1]]), Encoding.UTF8, None, [(7, "resident_code・tax_year")], ["前の行と重複"]),
        # 6 cut off
        (text()[:-8], Encoding.UTF8, None, [(6, "（行全体）")], ["改行で終わっていません", "途中で切れている"]),
        (text(GOOD[:3]), Encoding.UTF8, 5, [(4, "（ファイル全体）")], ["送付票の件数は 5 件", "3 件あります", "途中で切れている"]),
        (text(GOOD[:3]) + "#END,5\n", Encoding.UTF8, 3, [(4, "（ファイル全体）")], ["末尾の件数行", "5 件"]),
        (text(), Encoding.UTF8, 4, [(6, "（ファイル全体）")], ["二つをつないだ"]),
        # 8 a spreadsheet was there
        (text(changed(2, lambda line: line.replace("0000000001", "1"))), Encoding.UTF8, None, [(2, "resident_code")], ["先頭の0", "元のシステム"]),
        (text(changed(5, lambda line: "1.23E+09" + line[10:])), Encoding.UTF8, None, [(5, "resident_code")], ["指数"]),
        (text(changed(6, lambda line: line.replace(",0,0,0,0,0", ',"1,234,000",0,0,0,0', 1))), Encoding.UTF8, None, [(6, "total_income")], ["桁区切り"]),
    ],
)  # fmt: skip
def test_a_bad_file(
    data: bytes | str,
    encoding: Encoding,
    expected: int | None,
    places: list[tuple[int, str]],
    words: list[str],
) -> None:
    found = refused(data, encoding, expected=expected)
    assert [(bad.row, bad.column) for bad in found] == places
    assert all(word in found[0].rule for word in words), found[0].rule


def test_shift_jis_read_as_utf_8_and_the_other_way_round() -> None:
    named = text([line.replace(",,", ",OUTSIDE,") for line in GOOD]) + "# 髙橋\n"
    assert "「Shift_JIS" in refused(named.encode("cp932"))[0].rule
    assert "ファイルは「UTF-8（BOMなし）」" in refused(named, Encoding.CP932)[0].rule


def test_every_bad_row_is_listed_once_each_in_the_order_of_the_file() -> None:
    rows = [line.replace(",0,0,0,0,0,0", ",-1,x,,0,2,0", 1) for line in GOOD]
    found = refused(text(rows))
    assert len(found) == 5 * 4
    assert [bad.row for bad in found] == sorted(bad.row for bad in found)
    assert {bad.row for bad in found} == {2, 3, 4, 5, 6}


# 7 another municipality, another day, another year
def of_another(kind: ImportKind, rows: list[str], names: list[str], **said: str) -> list[BadRow]:
    data = (",".join(names) + "\n" + "\n".join(rows) + "\n").encode()
    table = reading.read("f.csv", data, kind, Encoding.UTF8)
    with pytest.raises(InputRefused) as caught:
        reading.refuse_other_place_or_day(
            "f.csv",
            table,
            kind,
            as_of=date(2021, 12, 10),
            tax_year=said.get("tax_year", ""),
            municipality="14100",
        )
    return list(caught.value.rows)


def resident(number: int, **columns: str) -> str:
    row = {
        "resident_code": f"{number:010}", "household_code": f"{number:010}", "is_head": "1", "relationship": "世帯主",
        "name_kanji": "届　花子", "name_kana": "", "sex": "2", "birth_date": "1970-05-05", "postal_code": "2200012",
        "address": "神奈川県横浜市西区", "ward_code": "14103", "moved_in_on": "", "previous_municipality": "",
        "left_on": "", "left_reason": "", "nationality": "JPN", "protected": "0", **columns,
    }  # fmt: skip
    return ",".join(row[name] for name in RESIDENTS.names)


def test_a_register_of_another_municipality_or_of_a_later_day() -> None:
    rows = [
        resident(1),
        resident(2, ward_code="13104"),
        resident(3, moved_in_on="2022-01-05"),
        resident(4, left_on="2021-12-11", left_reason="転出"),
    ]
    found = of_another(ImportKind.REGISTER_BASE, rows, RESIDENTS.names)
    assert [(bad.row, bad.column) for bad in found] == [(3, "ward_code"), (4, "moved_in_on"), (5, "left_on")]
    assert "別の市区町村" in found[0].rule
    assert "2021-12-10）より後" in found[1].rule
    assert found[1].shown == ""  # a day of a person


def test_a_tax_file_of_another_year() -> None:
    rows = [GOOD[0], GOOD[1].replace(",2021,", ",2020,"), GOOD[2].replace(",2021,", ",2022,")]
    (bad,) = of_another(ImportKind.TAX, rows, TAX.names, tax_year="2021")  # earlier years may stand by
    assert (bad.row, bad.column, bad.shown) == (4, "tax_year", "2022")
    (bad,) = of_another(ImportKind.TAX, rows[1:2], TAX.names, tax_year="2021")
    assert (bad.row, bad.column) == (1, "（ファイル全体）")
    assert "2021 の行がひとつもありません（ファイルの年度：2020）" in bad.rule


def test_the_first_lines_are_those_of_the_file(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for encoding, raw in (
        (Encoding.UTF8, text().encode()),
        (Encoding.UTF16, b"\xff\xfe" + text().encode("utf-16-le")),
    ):
        path = tmp_path / "f.csv"
        path.write_bytes(raw)
        header, *rows = reading.first_lines(path, encoding, 3)
        assert header == TAX.names
        assert [row[0] for row in rows] == ["0000000001", "0000000002", "0000000003"]
