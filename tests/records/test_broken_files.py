"""A corpus of broken files: each is refused with the kind of damage, the byte, the hex, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from todoke.kernel.errors import InputRefused
from todoke.records import fixed
from todoke.records.charsets import IBM_939, of
from todoke.records.codes.coded_set import CodedSet
from todoke.records.codes.faults import Trouble
from todoke.records.codes.names import coding
from todoke.records.converting.policy import Policy, Unmappable
from todoke.records.converting.text import Conversion, convert
from todoke.records.fields import Field, Kind, RecordLayout

# name, set, bytes, then: kind of damage, byte from 1, hex
CORPUS = [
    ("odd byte before the close", "ibm939", "c10e4481440fc1", Trouble.ODD_BYTE, 5, "44"),
    ("odd byte before the close", "jef", "28b0a1b029", Trouble.ODD_BYTE, 4, "B0"),
    ("odd byte before the close", "keis83", "0a42b0a1b00a41", Trouble.ODD_BYTE, 5, "B0"),
    ("odd byte before the close", "jips-j", "1a703021301a71", Trouble.ODD_BYTE, 5, "30"),
    ("odd byte before the close", "jips-e", "3f75f04ff03f76", Trouble.ODD_BYTE, 5, "F0"),
    ("missing close", "ibm939", "c10e4481", Trouble.NOT_CLOSED, 5, ""),
    ("missing close", "jef", "28b0a1", Trouble.NOT_CLOSED, 4, ""),
    ("missing close", "keis78", "0a42b0a1", Trouble.NOT_CLOSED, 5, ""),
    ("missing close", "jips-e", "3f75f04f", Trouble.NOT_CLOSED, 5, ""),
    ("nested open", "ibm1399", "0e44810e44810f", Trouble.NESTED_OPEN, 4, "0E"),
    ("nested open, of another size", "jef", "28b0a138b0a129", Trouble.NESTED_OPEN, 4, "38"),
    ("nested open, of two bytes", "jef", "2830e2b0a129", Trouble.NESTED_OPEN, 2, "30E2"),
    ("nested open", "keis83", "0a42b0a10a42b0a10a41", Trouble.NESTED_OPEN, 5, "0A42"),
    ("close without open", "ibm930", "c10fc1", Trouble.STRAY_CLOSE, 2, "0F"),
    ("close without open", "jips-j", "411a71", Trouble.STRAY_CLOSE, 2, "1A71"),
    ("cut pair at the end", "ibm939", "0e448144", Trouble.CUT_PAIR, 4, "44"),
    ("cut pair at the end", "cp932", "4188", Trouble.CUT_PAIR, 2, "88"),
    ("cut pair at the end", "euc-jp", "41b0", Trouble.CUT_PAIR, 2, "B0"),
    ("cut triple at the end", "euc-jp", "8fb0", Trouble.CUT_PAIR, 1, "8FB0"),
    ("cut character at the end", "utf-8", "41e381", Trouble.NOT_UNICODE, 2, "E381"),
    ("overlong", "utf-8", "41c080", Trouble.NOT_UNICODE, 2, "C0"),
    ("surrogate", "utf-8", "eda080", Trouble.NOT_UNICODE, 1, "ED"),
    ("lone surrogate", "utf-16be", "0041d8000041", Trouble.NOT_UNICODE, 3, "D800"),
    ("odd length", "utf-16le", "41004200ff", Trouble.NOT_UNICODE, 5, "FF"),
    ("no byte order mark", "utf-16le-bom", "4100", Trouble.NO_BOM, 1, "4100"),
]


@pytest.mark.parametrize(("name", "charset", "raw", "trouble", "place", "hexes"), CORPUS)
@pytest.mark.parametrize("policy", list(Unmappable))
def test_damage_is_named_and_nothing_is_written(
    tmp_path: Path,
    *,
    name: str,
    charset: str,
    raw: str,
    trouble: Trouble,
    place: int,
    hexes: str,
    policy: Unmappable,
) -> None:
    source, target = tmp_path / "in.dat", tmp_path / "out.txt"
    source.write_bytes(bytes.fromhex(raw))
    target.write_bytes(b"what was there before")
    conversion = Conversion(coding(charset), coding("utf-16be"), Policy(policy))
    with pytest.raises(InputRefused) as refused:
        convert(conversion, source, target)
    first = refused.value.rows[0]
    assert (first.rule, first.shown) == (trouble.value, f"先頭から{place}バイト目 X'{hexes}'"), name
    assert target.read_bytes() == b"what was there before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.dat", "out.txt"]


def test_the_line_is_counted_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("todoke.records.converting.text.BLOCK", 7)
    source = tmp_path / "in.dat"
    line = bytes.fromhex("c1c20e44814c410f25")  # 25 is the line feed of IBM hosts
    source.write_bytes(line * 9 + bytes.fromhex("c10e44814c0f25"))
    with pytest.raises(InputRefused) as refused:
        convert(Conversion(coding("ibm939"), coding("utf-8")), source, tmp_path / "out")
    first = refused.value.rows[0]
    assert (first.row, first.shown) == (10, "先頭から86バイト目 X'4C'")


def record_layout(charset: str) -> RecordLayout:
    found = coding(charset)
    assert isinstance(found, CodedSet)
    return RecordLayout(
        "broken",
        "1",
        "試験",
        of(found),
        (
            Field("kind", "1", "種別", 1, Kind.CONSTANT, value="1"),
            Field("amount", "2", "金額", 5, Kind.NUMBER),
            Field("kana", "3", "カナ", 6, Kind.TEXT, required=False, personal=True),
            Field("name", "4", "氏名", 14, Kind.MIXED, required=False, personal=True),
        ),
    )


GOOD = {
    "ibm939": "f1 f0f0f1f2f3 c1c2c3404040 c10e4481448244830f4040404040",
    "jef": "f1 f0f0f1f2f3 c1c2c3404040 c128b0a1b0a2b0a3294040404040",
    "keis83": "f1 f0f0f1f2f3 c1c2c3404040 c10a42b0a1b0a2b0a30a41404040",
    "cp932": "31 3030313233 414243202020 41889f88a088a1889f2020202020",
}
BROKEN = [
    # set, replaced at (byte from 1), by, column, shown, rule
    ("ibm939", 4, "0c", "amount", "4バイト目 X'0C'", "数字でない符号"),  # a packed decimal among zoned digits
    ("ibm939", 2, "0012345c40", "amount", "2バイト目 X'00'", "数字でない符号"),
    ("keis83", 2, "00123c4040", "amount", "2バイト目 X'00'", "数字でない符号"),
    ("ibm939", 8, "0e", "kana", "8バイト目 X'0E'", Trouble.SHIFT_IN_SINGLE.value),
    ("jef", 7, "28", "kana", "7バイト目 X'28'", Trouble.SHIFT_IN_SINGLE.value),
    ("keis83", 9, "0a42", "kana", "9バイト目 X'0A'", Trouble.SHIFT_IN_SINGLE.value),
    ("ibm939", 14, "c1c1c1c1c1c1c1", "name", "21バイト目 X'0F'", Trouble.STRAY_CLOSE.value),
    ("ibm939", 21, "0f0f", "name", "22バイト目 X'0F'", Trouble.STRAY_CLOSE.value),
    ("ibm939", 21, "40", "name", "21バイト目 X''", Trouble.NOT_CLOSED.value),
    ("ibm939", 20, "0f40", "name", "19バイト目 X'44'", Trouble.ODD_BYTE.value),
    ("jef", 21, "38", "name", "21バイト目 X'38'", Trouble.NESTED_OPEN.value),
    ("keis83", 22, "4040", "name", "22バイト目 X''", Trouble.NOT_CLOSED.value),
    ("ibm939", 15, "fefe", "name", "15バイト目 X'FEFE'", "文字集合にない符号"),
    ("cp932", 26, "88", "name", "26バイト目 X'88'", Trouble.CUT_PAIR.value),
    ("cp932", 14, "8020", "name", "14バイト目 X'80'", "文字集合にない符号"),
]


@pytest.mark.parametrize("charset", GOOD)
def test_good_records_are_read_and_written_back(charset: str) -> None:
    layout = record_layout(charset)
    records = fixed.split(bytes.fromhex(GOOD[charset]) * 3, layout.length, file="f")
    table = fixed.decode(layout, records, file="f")
    assert (fixed.encode(layout, table) == records).all()
    assert table["amount"].to_pylist() == [123] * 3


@pytest.mark.parametrize(("charset", "place", "by", "column", "shown", "rule"), BROKEN)
def test_broken_fields(*, charset: str, place: int, by: str, column: str, shown: str, rule: str) -> None:
    layout = record_layout(charset)
    good = bytes.fromhex(GOOD[charset])
    new = bytes.fromhex(by)
    bad = (good[: place - 1] + new + good[place - 1 + len(new) :])[: layout.length]
    with pytest.raises(InputRefused) as refused:
        fixed.decode(layout, fixed.split(good + bad + good, layout.length, file="f"), file="f")
    first = refused.value.rows[0]
    assert (first.row, first.column) == (2, column)
    assert rule in first.rule
    assert first.shown == shown


def test_wrong_lengths() -> None:
    layout = record_layout("ibm939")
    good = bytes.fromhex(GOOD["ibm939"])
    for data in (good[:-1], good + b"\x40", good * 2 + good[:1]):
        with pytest.raises(InputRefused):
            fixed.split(data, layout.length, file="f")


def test_text_that_does_not_fit_is_never_cut() -> None:
    """Room for the closing shift code is part of the width."""
    import pyarrow as pa

    from todoke.records.faults import RecordError

    layout = record_layout("ibm939")
    fits = pa.table({"amount": pa.array([1]), "name": pa.array(["あ" * 6])})
    assert fixed.encode(layout, fits)[0, 12:].tobytes().hex() == "0e" + "4481" * 6 + "0f"
    for text in ("あ" * 7, "aあ" * 3):
        with pytest.raises(RecordError) as refused:
            fixed.encode(layout, fits.set_column(1, "name", pa.array([text])))
        assert "14バイトに収まりません" in refused.value.rows[0].rule


def test_unwritable_characters_of_mixed_fields_are_named() -> None:
    import pyarrow as pa

    from todoke.records.faults import RecordError

    layout = record_layout("ibm939")
    with pytest.raises(RecordError) as refused:
        fixed.encode(layout, pa.table({"amount": pa.array([1, 2]), "name": pa.array(["あ", "aあ𠮷"])}))
    (bad,) = refused.value.rows
    assert (bad.row, bad.column, bad.shown) == (2, "name", "15バイト目 U+20BB7")
    assert isinstance(IBM_939.single, np.ndarray)
