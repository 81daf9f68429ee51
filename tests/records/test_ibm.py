"""IBM 930, 939, 1390 and 1399 against the iconv program, over all their code points; differences are listed."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from todoke.records.codes.ibm import ibm
from todoke.records.codes.names import writer
from todoke.records.codes.unicode_forms import points_of

SETS = [930, 939, 1390, 1399]

# glibc writes these two with the codes of ¥ and ‾, which it reads back as ¥ and ‾: a silent change that we refuse.
WRITTEN_OTHERWISE = {
    930: {"\\": ("b2", "5b"), "~": ("a0", "a1")},
    939: {"\\": ("e0", "b2"), "~": ("a1", "a0")},
    1390: {},
    1399: {},
}
# glibc reads a byte without a character as SUB (1A) in the two newer sets, which loses the byte; for us it is a hole.
READ_AS_SUB = {
    1390: "57 59 6a 9c ca cb cc cd ce cf da db dc dd de df ea eb ec ed ee ef fa fb fc fd fe",
    1399: "41 6a 80 90 ca cb cc cd ce cf da db dc dd de df ea eb ec ed ee ef fa fb fc fd fe",
}


def iconv(source: str, target: str, data: bytes) -> bytes:
    assert shutil.which("iconv"), "the iconv program is what these sets are compared with"
    command = ["iconv", "-c", "-f", source, "-t", target]
    return subprocess.run(command, input=data, capture_output=True, check=False).stdout


@pytest.mark.parametrize("ccsid", SETS)
def test_every_pair_is_read_as_iconv_reads_it(ccsid: int) -> None:
    codes = [0x4040, *(lead << 8 | trail for lead in range(0x41, 0xFF) for trail in range(0x41, 0xFF))]
    raw = b"".join(b"\x0e" + code.to_bytes(2, "big") + b"\x0f\x40" for code in codes)
    texts = iconv(f"IBM{ccsid}", "UTF-8", raw).decode().split(" ")[:-1]
    assert len(texts) == len(codes)
    theirs = {code: text for code, text in zip(codes, texts, strict=True) if text}
    assert theirs == ibm(ccsid).pairs
    assert len(theirs) == {930: 11_635, 939: 11_635, 1390: 22_102, 1399: 22_102}[ccsid]


@pytest.mark.parametrize("ccsid", SETS)
def test_every_byte_is_read_as_iconv_reads_it(ccsid: int) -> None:
    ours = ibm(ccsid).single
    differing = []
    for byte in range(256):
        if byte in (0x0E, 0x0F):
            continue
        theirs = iconv(f"IBM{ccsid}", "UTF-8", bytes([byte])).decode()
        if theirs != ours.get(byte, ""):
            assert (theirs, ours.get(byte)) == ("\x1a", None)
            differing.append(byte)
    assert bytes(differing) == bytes.fromhex(READ_AS_SUB.get(ccsid, ""))


@pytest.mark.parametrize("ccsid", SETS)
def test_every_text_is_written_as_iconv_writes_it(ccsid: int) -> None:
    coded = ibm(ccsid)
    differing = WRITTEN_OTHERWISE[ccsid]
    text = "".join(f"{text} " for text in coded.table.writing if text not in differing)
    assert writer(coded).feed(points_of(text), final=True) == iconv("UTF-8", f"IBM{ccsid}", text.encode())
    for character, (ours, theirs) in differing.items():
        assert writer(coded).feed(points_of(character), final=True).hex() == ours
        assert iconv("UTF-8", f"IBM{ccsid}", character.encode()).hex() == theirs
