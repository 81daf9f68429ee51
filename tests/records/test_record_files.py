"""Files of records between fixed length, CSV, TSV, XML and XLSX: the same bytes come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.records import samples
from todoke.kernel.errors import InputRefused, TodokeError
from todoke.records.codes.names import coding
from todoke.records.converting import records
from todoke.records.converting.file_layouts import file_layout
from todoke.records.converting.policy import Policy, Unmappable
from todoke.records.converting.records import Format, RecordFile, format_of
from todoke.records.converting.report import Report
from todoke.records.converting.text import Conversion

NAMES = ["inquiry_request", "inquiry_answer", "zengin_transfer"]
CHARSETS = {"inquiry_request": "ibm939", "inquiry_answer": "ibm939", "zengin_transfer": "cp932"}
OTHERS = [(Format.CSV, "utf-8"), (Format.TSV, "utf-16le-bom"), (Format.XML, "cp932"), (Format.XLSX, "utf-8")]
NEWEST = {"inquiry_request": "2021", "inquiry_answer": "2021", "zengin_transfer": "2019"}


def pour(
    layout: str,
    source: tuple[Path, Format, str],
    target: tuple[Path, Format, str],
    policy: Policy | None = None,
) -> Report:
    conversion = Conversion(coding(source[2]), coding(target[2]), policy or Policy())
    ends = (RecordFile(source[0], source[1]), RecordFile(target[0], target[1]))
    return records.convert(conversion, file_layout(layout), *ends)


def fixed_file(folder: Path, name: str) -> Path:
    file = folder / f"{name}.dat"
    file.write_bytes(b"".join(samples.golden(f"{name}_v{NEWEST[name]}")))
    return file


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("form", "charset"), OTHERS)
def test_there_and_back(tmp_path: Path, name: str, form: Format, charset: str) -> None:
    source = fixed_file(tmp_path, name)
    between, end = tmp_path / f"between.{form.value}", tmp_path / "end.dat"
    pour(name, (source, Format.FIXED, CHARSETS[name]), (between, form, charset))
    pour(name, (between, form, charset), (end, Format.FIXED, CHARSETS[name]))
    assert end.read_bytes() == source.read_bytes()


def test_a_chain_through_every_form(tmp_path: Path) -> None:
    source = fixed_file(tmp_path, "inquiry_request")
    forms = [Format.CSV, Format.XLSX, Format.XML, Format.TSV, Format.FIXED]
    here = (source, Format.FIXED, "ibm939")
    for form in forms:
        there = (tmp_path / f"step.{form.value}", form, "ibm939" if form is Format.FIXED else "utf-8")
        pour("inquiry_request", here, there)
        here = there
    assert here[0].read_bytes() == source.read_bytes()


def test_small_batches_make_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = fixed_file(tmp_path, "zengin_transfer")
    whole, parts = tmp_path / "whole.csv", tmp_path / "parts.csv"
    pour("zengin_transfer", (source, Format.FIXED, "cp932"), (whole, Format.CSV, "utf-8"))
    monkeypatch.setattr("todoke.records.converting.sources.BATCH", 1)
    pour("zengin_transfer", (source, Format.FIXED, "cp932"), (parts, Format.CSV, "utf-8"))
    assert parts.read_bytes() == whole.read_bytes()
    back = tmp_path / "back.dat"
    pour("zengin_transfer", (parts, Format.CSV, "utf-8"), (back, Format.FIXED, "cp932"))
    assert back.read_bytes() == source.read_bytes()


HEAD = "integrated_number,individual_number"


def csv_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "given.csv"
    file.write_bytes(text.encode(encoding))
    return file


@pytest.mark.parametrize(
    ("text", "row", "rule"),
    [
        ("integrated_number\n1\n", 1, "見出しは"),
        (HEAD + "\n1\n", 2, "2列でなければ"),
        (HEAD + "\n1,2,3\n", 2, "2列でなければ"),
        (HEAD + '\n"1,2\n', 2, "CSVとして読めません"),
    ],
)
def test_bad_csv_is_refused(tmp_path: Path, text: str, row: int, rule: str) -> None:
    target = (tmp_path / "out.tsv", Format.TSV, "utf-8")
    with pytest.raises(InputRefused) as refused:
        pour("neighbour_numbers", (csv_file(tmp_path, text), Format.CSV, "utf-8"), target)
    assert rule in refused.value.rows[0].rule
    assert refused.value.rows[0].row in (row, row + 1)
    assert not target[0].exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('<!DOCTYPE records [<!ENTITY a "b">]><records/>', "DTD"),
        ("<records><record><name>x</name></record></records>", "この様式にない要素"),
        ("<records><record>x</record></records>", "項目の外に文字"),
        ("<records><record></records>", "XMLとして読めません"),
        ("<records><record>", "XMLとして読めません"),
    ],
)
def test_bad_xml_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    source = tmp_path / "given.xml"
    source.write_text(text, encoding="utf-8")
    with pytest.raises(TodokeError) as refused:
        pour("neighbour_numbers", (source, Format.XML, "utf-8"), (tmp_path / "o", Format.CSV, "utf-8"))
    rows = refused.value.rows if isinstance(refused.value, InputRefused) else ()
    assert complaint in str(refused.value) + "".join(map(str, rows))
    assert not (tmp_path / "o").exists()


def request_csv(folder: Path, change: tuple[str, str]) -> Path:
    source, between = fixed_file(folder, "inquiry_request"), folder / "between.csv"
    pour("inquiry_request", (source, Format.FIXED, "ibm939"), (between, Format.CSV, "utf-8"))
    text = between.read_text(encoding="utf-8")
    assert change[0] in text
    changed = folder / "changed.csv"
    changed.write_text(text.replace(*change), encoding="utf-8", newline="")
    return changed


def test_unwritable_characters_of_fields_follow_the_policy(tmp_path: Path) -> None:
    source = (request_csv(tmp_path, ("漢あ", "漢𠮷")), Format.CSV, "utf-8")
    target = (tmp_path / "out.dat", Format.FIXED, "ibm939")
    with pytest.raises(TodokeError, match="TEXT_LOST"):
        pour("inquiry_request", source, target)
    assert not target[0].exists()
    report = pour("inquiry_request", source, target, Policy(Unmappable.GETA))
    assert [tally.places for tally in report.tallies.values()] == [["1件目 user_name"]]
    again = tmp_path / "again.csv"
    pour("inquiry_request", target, (again, Format.CSV, "utf-8"))
    assert "漢〓" in again.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        (("漢あ", "漢" * 21), "user_name", "収まりません"),
        (("000000000000018", "0000000000018"), "integrated_number", "15桁の半角数字"),
        (("R-0000002", "ア-0000002"), "record_id", ""),
    ],
)
def test_values_that_do_not_fit_are_refused_by_record_and_field(
    tmp_path: Path, change: tuple[str, str], column: str, words: str
) -> None:
    source = (request_csv(tmp_path, change), Format.CSV, "utf-8")
    with pytest.raises(TodokeError) as refused:
        pour("inquiry_request", source, (tmp_path / "out.dat", Format.FIXED, "ibm939"))
    if isinstance(refused.value, InputRefused):
        assert refused.value.rows[0].column == column
        assert words in refused.value.rows[0].rule
    assert not (tmp_path / "out.dat").exists()


def test_forms_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    source = fixed_file(tmp_path, "inquiry_request")
    for target in (
        (Format.FIXED, "cp932"),
        (Format.FIXED, "utf-16le"),
        (Format.XML, "jef"),
        (Format.FIXED, "keis83"),
    ):
        with pytest.raises(TodokeError):
            pour("inquiry_request", (source, Format.FIXED, "ibm939"), (tmp_path / "out", *target))
    with pytest.raises(TodokeError):
        pour(
            "tax",
            (csv_file(tmp_path, "x\n"), Format.CSV, "utf-8"),
            (tmp_path / "out", Format.FIXED, "ibm939"),
        )
    with pytest.raises(TodokeError):
        file_layout("nothing")
    assert format_of(Path("a.XLSX"), None) is Format.XLSX
    assert format_of(Path("a.txt"), None) is Format.FIXED
    assert format_of(Path("a.txt"), "tsv") is Format.TSV


def test_a_record_of_no_kind_and_a_short_one_are_refused(tmp_path: Path) -> None:
    source = fixed_file(tmp_path, "zengin_transfer")
    data = source.read_bytes()
    for changed, words in ((b"7" + data[1:], "どの種別"), (data[:-1], "レコード長")):
        source.write_bytes(changed)
        with pytest.raises(InputRefused) as refused:
            pour(
                "zengin_transfer", (source, Format.FIXED, "cp932"), (tmp_path / "o.csv", Format.CSV, "utf-8")
            )
        assert any(words in row.rule for row in refused.value.rows)


def test_control_characters_are_not_put_into_xml(tmp_path: Path) -> None:
    source = csv_file(tmp_path, HEAD + "\n1,a\x01b\n")
    with pytest.raises(InputRefused, match="INPUT_REFUSED"):
        pour("neighbour_numbers", (source, Format.CSV, "utf-8"), (tmp_path / "o", Format.XML, "utf-8"))
