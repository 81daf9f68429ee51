"""Host and bank character sets, against an independent source and by round trip."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.records import charsets, ragged
from todoke.records.charsets import IBM_930, IBM_939, JIS_X_0201, NOTHING, UTF_8, Charset, TableCharset
from todoke.records.ragged import Ragged

HOSTS = [(IBM_939, "IBM939"), (IBM_930, "IBM930")]


def encoded(charset: Charset, text: str) -> bytes:
    coded = charset.encode(pa.array([text]))
    assert not coded.bad.any()
    return coded.rows.flat.tobytes()


@pytest.mark.parametrize(
    ("charset", "text", "raw"),
    [
        (IBM_939, "A0ｱa ", "c1f0598140"),
        (IBM_930, "A0ｱa ", "c1f0816240"),
        (JIS_X_0201, "A0ｱ-\\".replace("\\", "¥"), "4130b12d5c"),
        (UTF_8, "A髙", "41e9ab99"),
    ],
)
def test_known_bytes(charset: Charset, text: str, raw: str) -> None:
    assert encoded(charset, text).hex() == raw


@pytest.mark.parametrize(
    ("text", "pair"), [("あ", 0x4481), ("亜", 0x4867), ("漢", 0x4F58), ("\u3000", 0x4040)]
)
def test_known_pairs(text: str, pair: int) -> None:
    for charset, _ in HOSTS:
        assert charset.encode_pairs(pa.array([text])).rows.flat.tolist() == [pair]


@pytest.mark.parametrize(("charset", "iconv_name"), HOSTS)
def test_tables_agree_with_iconv(charset: TableCharset, iconv_name: str) -> None:
    if not shutil.which("iconv"):
        pytest.skip("no iconv on this machine to compare with")
    assert charset.pairs is not None
    known = np.flatnonzero(charset.pairs != NOTHING)
    raw = b"\x0e" + known.astype(">u2").tobytes() + b"\x0f"
    theirs = subprocess.run(
        ["iconv", "-f", iconv_name, "-t", "UTF-32LE"], input=raw, capture_output=True, check=True
    )
    points = np.frombuffer(theirs.stdout, dtype=np.uint32)
    differing = {
        (chr(int(ours)), chr(int(other)))
        for ours, other in zip(charset.pairs[known], points, strict=True)
        if ours != other
    }
    # The same host characters, for which the two sources chose different Unicode spellings.
    assert {ours for ours, _ in differing} <= set("〜‖−—¦") | set(charsets.HOST_SPELLING.values()), differing


@pytest.mark.parametrize("charset", [IBM_939, IBM_930, JIS_X_0201])
def test_no_character_has_two_codes(charset: TableCharset) -> None:
    for table in (charset.single, charset.pairs):
        if table is not None:
            points = table[table != NOTHING]
            assert len(np.unique(points)) == len(points)


def test_size_of_the_double_byte_set() -> None:
    assert IBM_939.pairs is not None
    assert int((IBM_939.pairs != NOTHING).sum()) == 11_635  # facts/perf.md §3, counted from iconv's table


@pytest.mark.parametrize("charset", [IBM_939, IBM_930, JIS_X_0201])
def test_single_byte_round_trip(charset: TableCharset) -> None:
    codes = np.flatnonzero(charset.single != NOTHING).astype(np.uint8)
    rows = Ragged(codes, np.array([len(codes)]))
    text = ragged.texts_of_points(charset.decode(rows).rows)
    assert encoded(charset, str(text[0].as_py())) == codes.tobytes()


@pytest.mark.parametrize(("charset", "_"), HOSTS)
def test_double_byte_round_trip(charset: TableCharset, _: str) -> None:
    assert charset.pairs is not None
    codes = np.flatnonzero(charset.pairs != NOTHING).astype(np.uint16)
    texts = ragged.texts_of_points(charset.decode_pairs(Ragged(codes, np.array([len(codes)]))).rows)
    assert charset.encode_pairs(texts).rows.flat.tolist() == codes.tolist()


@pytest.mark.parametrize("text", ["𠮷", "～", "\u0e01", "\uffff", "A"])
def test_what_is_not_in_the_double_byte_set_is_marked(text: str) -> None:
    assert IBM_939.encode_pairs(pa.array([text])).bad.all()


def test_named_profile_respells_and_nothing_else() -> None:
    texts = charsets.respell(pa.array(["１～２－３∥髙", None]), charsets.HOST_SPELLING)
    assert texts.to_pylist() == ["１〜２−３‖髙", None]
    assert not IBM_939.encode_pairs(texts).bad.any()


@given(st.lists(st.none() | st.text(max_size=6)))
def test_columns_and_ragged_rows_round_trip(texts: list[str | None]) -> None:
    column = pa.array([text or None for text in texts], pa.string())
    points = ragged.code_points(column)
    assert points.lengths.tolist() == [len(text or "") for text in texts]
    assert ragged.texts_of_points(points).to_pylist() == column.to_pylist()
    coded = UTF_8.decode(UTF_8.encode(column).rows)
    assert not coded.bad.any()
    assert ragged.texts_of_points(coded.rows).to_pylist() == column.to_pylist()
    if len(column) > 1:
        part = column.slice(1, len(column) - 1)
        assert ragged.texts_of_points(ragged.code_points(part)).to_pylist() == part.to_pylist()


@pytest.mark.parametrize(
    ("rows", "bad"),
    [
        ([b"a\xe3\x81"], [True]),  # a character cut at the end
        ([b"\xe3\x81", b"\x82"], [True, True]),  # halves of one character in two rows must not heal
        ([b"ab", b"\xff", b"\xe3\x81\x82"], [False, True, False]),
        ([], []),
    ],
)
def test_utf8_is_judged_row_by_row(rows: list[bytes], bad: list[bool]) -> None:
    flat = np.frombuffer(b"".join(rows), dtype=np.uint8)
    coded = UTF_8.decode(Ragged(flat, np.array([len(row) for row in rows], dtype=np.int64)))
    assert coded.rows.any_in_row(coded.bad).tolist() == bad
