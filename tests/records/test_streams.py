"""Streams of every character set: round trips over whole repertoires, any block size, any bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from todoke.records import charsets, mixed, ragged
from todoke.records.codes import exact
from todoke.records.codes.coded_set import FAMILY, SINGLE, CodedSet, Profile
from todoke.records.codes.names import CODINGS, Coding, coding, reader, writer
from todoke.records.codes.reading import Read
from todoke.records.codes.reduction import outside_jis_x_0213
from todoke.records.codes.shifted import joined
from todoke.records.codes.unicode_forms import UnicodeForm, points_of, text_of
from todoke.records.ragged import Ragged

NAMES = list(CODINGS)
CODED = [name for name in NAMES if isinstance(coding(name), CodedSet)]
SHIFTED = [name for name in CODED if getattr(coding(name), "shifts", None)]

few = settings(max_examples=25, deadline=None)  # each of these runs for twenty sets

FUZZED = 1_500
FUZZED_SLOWLY = 1_000_000
DAMAGES = 4
"""So many inputs are made of one text: what is fuzzed are the readers; writing the text cost a quarter of the time."""


def coded(name: str) -> CodedSet:
    found = coding(name)
    assert isinstance(found, CodedSet)
    return found


def read_whole(of: Coding, data: bytes) -> Read:
    return reader(of).feed(data, final=True)


def read_in_blocks(of: Coding, data: bytes, cuts: list[int]) -> Read:
    taken, parts, done = reader(of), [], 0
    for cut in [*sorted(cuts), len(data)]:
        parts.append(taken.feed(data[done:cut], final=False))
        done = cut
    parts.append(taken.feed(b"", final=True))
    return joined(parts)


def written(of: Coding, text: str) -> bytes:
    out = writer(of)
    points = points_of(text)
    assert not len(out.unwritable(points))
    return out.feed(points, final=True)


def kept(read: Read) -> bool:
    """Whether reading says that writing gives the same bytes again."""
    return not (read.faults or read.holes or read.spare or read.tidied)


@pytest.mark.parametrize("name", CODED)
def test_every_character_comes_back(name: str) -> None:
    of = coded(name)
    texts = [
        of.table.reading[code] for text, code in of.table.writing.items() if of.table.reading[code] == text
    ]
    assert set(of.table.reading.values()) == set(texts) | {
        of.table.reading[code] for code in of.decode_only if code in of.table.reading
    }
    # apart by spaces, so that no two join; and once without, where runs are long
    text = " ".join(texts)
    read = read_whole(of, written(of, text))
    assert text_of(read.points) == text
    assert kept(read)


@pytest.mark.parametrize("name", CODED)
def test_every_code_comes_back_or_is_called_spare(name: str) -> None:
    of = coded(name)
    for code, text in of.table.reading.items():
        assert (of.table.writing.get(text) == code) != bool(of.table.entries[code] & (1 << 29))


@pytest.mark.parametrize("name", NAMES)
@few
@given(data=st.data())
def test_blocks_do_not_matter(name: str, data: st.DataObject) -> None:
    of = coding(name)
    characters = (
        sorted(of.table.writing)[::7] if isinstance(of, CodedSet) else ["a", "あ", "𠮷", "\n", "葛\U000e0101"]
    )
    text = "".join(data.draw(st.lists(st.sampled_from(characters), max_size=30)))
    raw = written(of, text)
    cuts = data.draw(st.lists(st.integers(0, len(raw)), max_size=4))
    whole, parts = read_whole(of, raw), read_in_blocks(of, raw, cuts)
    assert parts.points.tolist() == whole.points.tolist()
    assert not parts.faults
    out = writer(of)
    points = points_of(text)
    pieces = [out.feed(points[:3]), out.feed(points[3:], final=True)] if not _joins(of, text) else [raw]
    assert b"".join(pieces) == raw


@cache
def likely_texts(of: Coding) -> st.SearchStrategy[str]:
    others = ["a", "あ", "𠮷", "\n", "葛\U000e0101"]
    characters = sorted(of.table.writing)[::7] if isinstance(of, CodedSet) else others
    return st.lists(st.sampled_from(characters), max_size=30).map("".join)


def _joins(of: Coding, text: str) -> bool:
    """Whether two code points of the text share a code, and so must come in one block."""
    return isinstance(of, CodedSet) and any(
        text[place : place + 2] in of.table.writing for place in range(len(text))
    )


@cache
def likely_bytes(of: Coding) -> st.SearchStrategy[bytes]:
    """Bytes near to what such a stream holds: pieces of text, shift codes, and damage."""
    pieces = [st.binary(min_size=1, max_size=3)]
    if isinstance(of, CodedSet):
        pairs = sorted(of.pairs)[::5]
        pieces.append(st.sampled_from([code.to_bytes(2, "big") for code in pairs]))
        pieces.append(st.sampled_from([bytes([byte]) for byte in sorted(of.single)]))
        if of.shifts:
            pieces.append(st.sampled_from([*of.shifts.opens, *of.shifts.closes]))
    return st.lists(st.one_of(pieces), max_size=12).map(b"".join)


@pytest.mark.parametrize("name", NAMES)
@few
@given(data=st.data())
def test_nothing_changes_silently(name: str, data: st.DataObject) -> None:
    of = coding(name)
    raw = data.draw(likely_bytes(of))
    check_bytes(of, raw)
    cuts = data.draw(st.lists(st.integers(0, len(raw)), max_size=3))
    whole, parts = read_whole(of, raw), read_in_blocks(of, raw, cuts)
    assert bool(whole.faults) == bool(parts.faults)
    if not whole.faults:
        assert parts.points.tolist() == whole.points.tolist()
        assert parts.holes == whole.holes


def check_bytes(of: Coding, raw: bytes) -> None:
    """Read, written again: the same bytes, or reading says why not."""
    read = read_whole(of, raw)
    if kept(read):
        assert written(of, text_of(read.points)) == raw
    for hole in read.holes:
        assert raw[hole.offset : hole.offset + len(hole.raw)] == hole.raw
    for fault in read.faults:
        assert raw[fault.offset : fault.offset + len(fault.raw)] == fault.raw


@pytest.mark.parametrize("name", SHIFTED)
@few
@given(data=st.data())
def test_the_quick_way_and_the_exact_way_agree(name: str, data: st.DataObject) -> None:
    of = coded(name)
    raw = data.draw(likely_bytes(of))
    assert of.shifts is not None
    slow = exact.trace(raw, of.shifts, double=False, final=True)
    quick = read_whole(of, raw)
    assert [fault.trouble for fault in quick.faults] == [fault.trouble for fault in slow.faults]
    if not quick.faults:
        assert quick.tidied == slow.tidied
        missing = [unit.offset for unit in slow.units if unit.code not in of.table.reading]
        assert [hole.offset for hole in quick.holes] == missing
        if not missing:
            assert text_of(quick.points) == "".join(of.table.reading[unit.code] for unit in slow.units)


@pytest.mark.parametrize("name", NAMES)
def test_fuzz(name: str) -> None:
    fuzz(coding(name), FUZZED)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_fuzz_a_million_inputs(name: str) -> None:
    fuzz(coding(name), FUZZED_SLOWLY)


def fuzz(of: Coding, count: int) -> None:
    source = random.Random(f"{of.name} {count}")
    for raw in damaged(of, source, count):
        check_bytes(of, raw)


def damaged(of: Coding, source: random.Random, count: int) -> Iterator[bytes]:
    """Short texts of the set, most of them with some bytes changed, removed, doubled or cut."""
    characters = list(of.table.writing) if isinstance(of, CodedSet) else list("aZ0あ亜ｱ𠮷\n髙")
    for number in range(count):
        if number % DAMAGES == 0:
            text = "".join(source.choices(characters, k=source.randrange(6)))
            whole = written(of, text) if not _splits(of, text) else b""
        raw = bytearray(whole)
        for _ in range(source.randrange(4)):
            place = source.randrange(len(raw) + 1)
            match source.randrange(4):
                case 0:
                    raw[place : place + 1] = source.randbytes(1)
                case 1:
                    del raw[place : place + 1]
                case 2:
                    raw[place:place] = raw[max(place - 2, 0) : place]
                case _:
                    raw[place:place] = source.randbytes(source.randrange(4))
        yield bytes(raw)


def _splits(of: Coding, text: str) -> bool:
    """Whether a mark would join the character before it without a code for the two."""
    return isinstance(of, CodedSet) and bool(len(writer(of).unwritable(points_of(text))))


@cache
def charset_of(name: str) -> charsets.TableCharset:
    return charsets.of(coded(name))


@cache
def likely_values(name: str) -> st.SearchStrategy[list[str | None]]:
    table = charset_of(name).coded.table
    sure = sorted(text for text, code in table.writing.items() if table.reading[code] == text)[::11]
    return st.lists(st.none() | st.lists(st.sampled_from(sure), min_size=1, max_size=5).map("".join))


@pytest.mark.parametrize("name", [name for name in CODED if not name.endswith(("ebcdic", "ascii"))])
@few
@given(data=st.data())
def test_mixed_columns_come_back(name: str, data: st.DataObject) -> None:
    charset = charsets.of(coded(name))
    table = charset.coded.table
    sure = sorted(text for text, code in table.writing.items() if table.reading[code] == text)[::11]
    texts = data.draw(
        st.lists(st.none() | st.lists(st.sampled_from(sure), min_size=1, max_size=5).map("".join))
    )
    column = mixed.encode(charset, pa.array(texts, pa.string()))
    assert not column.bad
    read = mixed.decode(charset, column.rows)
    assert not read.faults
    assert ragged.texts_of_points(read.rows).to_pylist() == texts


@pytest.mark.parametrize("name", CODED)
@few
@given(data=st.data())
def test_rows_of_a_column_do_not_heal_each_other(name: str, data: st.DataObject) -> None:
    """Whatever the rows hold: each is read as it would be alone."""
    charset = charset_of(name)
    rows = data.draw(st.lists(likely_bytes(charset.coded), min_size=1, max_size=4))
    flat = np.frombuffer(b"".join(rows), dtype=np.uint8)
    together = mixed.decode(charset, Ragged(flat, np.array([len(row) for row in rows], dtype=np.int64)))
    for place, row in enumerate(rows):
        alone = mixed.decode(charset, Ragged(np.frombuffer(row, dtype=np.uint8), np.array([len(row)])))
        assert (place in together.faults) == bool(alone.faults)
        assert together.rows.row(place).tolist() == alone.rows.flat.tolist()


def test_jis_x_0213_has_11233_characters() -> None:
    of = coded("shift_jis-2004")
    assert len(of.pairs) == 11_233
    assert sum(len(text) == 2 for text in of.pairs.values()) == 25
    euc = coded("euc-jis-2004")
    kana = sum(code >> 8 == 0x8E for code in euc.pairs)
    assert len(euc.pairs) - kana + len(euc.triples) == 11_233
    assert outside_jis_x_0213("東京か゚𠮟髙～") == ("髙", "～")


@pytest.mark.parametrize("name", CODED)
@pytest.mark.parametrize("profile", Profile)
def test_a_profile_reads_one_spelling_and_writes_both(name: str, profile: Profile) -> None:
    of = coded(name)
    changed = of.with_profile(profile)
    pairs, singles = set(of.pairs.values()) | set(of.triples.values()), set(of.single.values())
    after = set(changed.pairs.values()) | set(changed.triples.values())
    for jis, cp932 in FAMILY:
        wanted = jis if profile is Profile.JIS else cp932
        if (jis in pairs) == (cp932 in pairs) or (wanted in singles and wanted not in pairs):
            assert pairs & {jis, cp932} == after & {jis, cp932}
            continue
        assert after & {jis, cp932} == {wanted}
        if not {jis, cp932} & singles:
            assert changed.table.writing[jis] == changed.table.writing[cp932]
    assert changed.single == of.single
    assert len(after) == len(pairs)


def test_a_single_byte_is_written_before_a_pair() -> None:
    for name in CODED:
        of = coded(name)
        for byte, text in of.single.items():
            if SINGLE | byte in of.table.reading and (SINGLE | byte) not in of.decode_only:
                assert of.table.writing[text] & SINGLE, (name, text)


def test_unicode_forms_differ_in_their_bytes() -> None:
    forms = {name: coding(name) for name in NAMES if isinstance(coding(name), UnicodeForm)}
    assert {name: written(form, "あ").hex() for name, form in forms.items()} == {
        "utf-8": "e38182",
        "utf-8-bom": "efbbbfe38182",
        "utf-16le": "4230",
        "utf-16be": "3042",
        "utf-16le-bom": "fffe4230",
        "utf-16be-bom": "feff3042",
    }
