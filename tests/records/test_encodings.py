"""文字コード: chosen by a person; a wrong choice is recognised, said in Japanese, and never half read."""

import pytest

from todoke.kernel.errors import InputRefused
from todoke.records.encodings import Encoding, to_utf8

TEXT = "resident_code,name_kanji\n0000000001,髙橋　花子\n0000000002,﨑山　①郎\n"
WRITTEN = {
    Encoding.UTF8: TEXT.encode(),
    Encoding.UTF8_BOM: b"\xef\xbb\xbf" + TEXT.encode(),
    Encoding.CP932: TEXT.encode("cp932"),
    Encoding.UTF16: b"\xff\xfe" + TEXT.encode("utf-16-le"),
}


@pytest.mark.parametrize("encoding", Encoding)
def test_the_right_choice_gives_the_same_lines(encoding: Encoding) -> None:
    assert to_utf8("f.csv", WRITTEN[encoding], encoding).decode() == TEXT


@pytest.mark.parametrize("chosen", Encoding)
@pytest.mark.parametrize("written", Encoding)
def test_every_wrong_choice_names_the_right_one(chosen: Encoding, written: Encoding) -> None:
    if chosen is written:
        return
    with pytest.raises(InputRefused) as caught:
        to_utf8("f.csv", WRITTEN[written], chosen)
    (bad,) = caught.value.rows
    assert f"「{chosen.label}」が選ばれました" in bad.rule
    assert f"ファイルは「{written.label}」です" in bad.rule


def test_ascii_alone_is_the_same_in_utf_8_and_shift_jis() -> None:
    for encoding in (Encoding.UTF8, Encoding.CP932):
        assert to_utf8("f.csv", b"a,b\n1,2\n", encoding) == b"a,b\n1,2\n"


def test_lines_that_shift_jis_cannot_read_are_named_with_their_bytes() -> None:
    data = "見出し\n良い行\n".encode("cp932") + b"\x81\n" + "良い行\n".encode("cp932") + b"x\x85\x00\n"
    with pytest.raises(InputRefused) as caught:
        to_utf8("f.csv", data, Encoding.CP932)
    assert [(bad.row, bad.shown) for bad in caught.value.rows] == [(3, "X'81'"), (5, "X'85'")]
    assert "行頭から2バイト目" in caught.value.rows[1].rule


def test_a_file_that_no_choice_can_read_is_said_to_be_no_csv() -> None:
    data = b"\n".join([b"PK\x03\x04\x81"] * 1200)
    with pytest.raises(InputRefused) as caught:
        to_utf8("f.csv", data, Encoding.CP932)
    (bad,) = caught.value.rows
    assert "CSVではないファイル" in bad.rule


@pytest.mark.parametrize(
    ("data", "row", "word"),
    [(b"a,b\r1,2\r", 1, "CRだけ"), ("a,b\n1,2\n花\ufffd,3\n".encode(), 3, "文字化け")],
    ids=["line ends of old Macintosh", "lost characters"],
)
def test_damage_of_an_earlier_conversion(data: bytes, row: int, word: str) -> None:
    with pytest.raises(InputRefused) as caught:
        to_utf8("f.csv", data, Encoding.UTF8)
    (bad,) = caught.value.rows
    assert bad.row == row
    assert word in bad.rule
