"""JEF, KEIS and JIPS against every row of the published tables; what differs is data, compared exactly."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.records import reference
from tests.records.host_differences import PAIRS, SINGLES, Differences
from todoke.kernel.errors import InputRefused
from todoke.records.codes import hosts, jis, supplements
from todoke.records.codes.coded_set import SINGLE, CodedSet
from todoke.records.codes.single_bytes import jis8_to_ebcdic, single_byte

SETS = {
    "fujitsu_jef": hosts.jef(),
    "hitachi_keis78": hosts.keis(78),
    "hitachi_keis83": hosts.keis(83),
    "nec_jips": hosts.jips_j(),
}


def options(row: dict[str, Any]) -> set[str]:
    return set(",".join(row["options"]).split(","))


def is_spelling(row: dict[str, Any]) -> bool:
    return bool(options(row) & {"encode_only", "cjk_ci"})


def differences(name: str, coded: CodedSet) -> Differences:
    same = selectors = 0
    absent: Counter[str] = Counter()
    spellings = [0, 0]
    other = []
    for row in reference.rows(name):
        code, theirs = int(row["code"], 16), chr(int(row["unicode"], 16))
        ours = coded.pairs.get(code)
        if is_spelling(row) and ours != theirs:
            spellings[ours is None] += 1
        elif is_spelling(row):
            same += 1
        elif ours is None:
            absent["41–7F" if name == "fujitsu_jef" and 0x41 <= code >> 8 < 0x80 else row["code"][:2]] += 1
        elif ours != theirs:
            other.append((row["code"], theirs, ours))
        elif row.get("hd") or row.get("aj1"):
            selectors += 1
        else:
            assert ("decode_only" in options(row)) == (code in coded.decode_only), row
            same += 1
    return Differences(same, selectors, dict(absent), (spellings[0], spellings[1]), tuple(other))


@pytest.mark.parametrize("name", PAIRS)
def test_every_row_of_the_table_agrees_or_is_explained(name: str) -> None:
    found = differences(name, SETS[name])
    assert found == PAIRS[name]
    total = found.same + found.with_selector + sum(found.not_built_in.values())
    assert total + sum(found.further_spellings) + len(found.other) == len(reference.rows(name))


@pytest.mark.parametrize("name", PAIRS)
def test_nothing_is_built_in_that_the_table_does_not_have(name: str) -> None:
    codes = {int(row["code"], 16) for row in reference.rows(name)}
    assert SETS[name].pairs.keys() - SETS[name].user_area <= codes


@pytest.mark.parametrize("name", PAIRS)
def test_a_loaded_table_is_followed_in_every_row(name: str) -> None:
    """With the published table as --extension every code reads and writes as its row says."""
    coded = supplements.with_extension(SETS[name], supplements.load(reference.path(name)))
    table = coded.table
    theirs: dict[int, set[str]] = {}
    for row in reference.rows(name):
        code, base = int(row["code"], 16), chr(int(row["unicode"], 16))
        if "unmappable" in options(row):
            assert code not in table.reading
            continue
        if is_spelling(row):
            assert table.writing[base] == code or base in table.reading.values()
            continue
        selector = row.get("sp") or row.get("hd") or row.get("aj1")
        text = base + (chr(int(selector, 16)) if selector else "")
        theirs.setdefault(code, set()).add(text)
        if "decode_only" not in options(row):
            written = table.writing[text]
            assert table.reading[written] == text or written == code
    assert all(table.reading[code] in texts for code, texts in theirs.items())


@pytest.mark.parametrize("name", SINGLES)
def test_single_byte_tables(name: str) -> None:
    ours_name, expected, only_ours = SINGLES[name]
    ours = single_byte(ours_name)
    found = [
        (row["code"], theirs, ours[int(row["code"], 16)])
        for row in reference.rows(name)
        if (theirs := chr(int(row["unicode"], 16))) != ours[int(row["code"], 16)]
    ]
    assert sorted(found) == sorted(expected)
    theirs_codes = {int(row["code"], 16) for row in reference.rows(name)}
    assert sorted(f"{byte:02X}" for byte in ours.keys() - theirs_codes) == list(only_ours)


def test_jips_e_bytes() -> None:
    """Every byte of the way from JIS8 to EBCDIC, and JIPS(E) by it."""
    table = {int(row["jis8"], 16): int(row["ebcdik"], 16) for row in reference.rows("nec_jis8_ebcdik")}
    assert dict(enumerate(jis8_to_ebcdic())) == table
    plain, other = hosts.jips_j(), hosts.jips_e()
    assert {
        table[code >> 8] << 8 | table[code & 0xFF]: text for code, text in plain.pairs.items()
    } == other.pairs


@pytest.mark.parametrize(
    ("coded", "first", "last", "count"),
    [
        (hosts.jef(), (0x80A1, "\ue000"), (0xA0FE, "\uec1d"), 3102),
        (hosts.keis(83), (0x81A1, "\ue000"), (0xA0FE, "\uebbf"), 3008),
        (hosts.jips_j(), (0x7421, "\ue000"), (0xFEFE, "\uef6b"), 1034 + 2914),
    ],
)
def test_user_areas(coded: CodedSet, first: tuple[int, str], last: tuple[int, str], count: int) -> None:
    assert len(coded.user_area) == count
    assert (coded.pairs[first[0]], coded.pairs[last[0]]) == (first[1], last[1])


def test_the_order_of_1978() -> None:
    """22 pairs changed places, four moved to row 84."""
    old, new = jis.jis_order_1978(), jis.jis_x_0208()
    assert sorted(old.values()) == sorted(new.values())
    assert sum(old[code] != text for code, text in new.items()) == 44
    assert (old[0x3033], new[0x3033]) == ("鰺", "鯵")
    assert jis.jis_c_6226()[0x3646] == "堯"


def test_bytes_that_begin_a_shift_code_stand_for_no_character() -> None:
    for coded in (hosts.jef(), hosts.keis(78), hosts.jips_j(), hosts.jips_e()):
        assert coded.shifts is not None
        for byte in coded.shifts.lead_bytes:
            assert SINGLE | byte not in coded.table.reading


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("code,text\n41A1,U+4E02\n", "見出し"),
        ("code,sequence,use\n41A,U+4E02,\n", "16進"),
        ("code,sequence,use\n41A1,U+D800,\n", "16進"),
        ("code,sequence,use\n41A1,U+4E02 U+E0100 U+E0101,\n", "16進"),
        ("code,sequence,use\n41A1,U+4E02,both\n", "16進"),
    ],
)
def test_bad_supplements_are_refused(tmp_path: Any, text: str, complaint: str) -> None:
    file = tmp_path / "extension.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        supplements.load(file)
    assert complaint in refused.value.rows[0].rule


def test_own_characters_stay_in_their_area(tmp_path: Any) -> None:
    file = tmp_path / "gaiji.csv"
    file.write_text("code,sequence,use\n80A1,U+845B U+E0101,\n", encoding="utf-8")
    coded = supplements.with_gaiji(hosts.jef(), supplements.load(file), file=file.name)
    assert coded.table.reading[0x80A1] == "葛\U000e0101"
    assert coded.table.writing["葛\U000e0101"] == 0x80A1
    file.write_text("code,sequence,use\nB0A1,U+845B,\n", encoding="utf-8")
    with pytest.raises(InputRefused):
        supplements.with_gaiji(hosts.jef(), supplements.load(file), file=file.name)
