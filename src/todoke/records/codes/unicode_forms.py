"""UTF-8 and UTF-16, with and without byte order mark (BOM), read and written strictly."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace

import numpy as np

from todoke.records.codes.faults import CodeFault, Trouble
from todoke.records.codes.reading import Read, Reader
from todoke.records.codes.tables import Points


@dataclass(frozen=True)
class UnicodeForm:
    """One form: Python's codec for it, the BOM it begins with (or b"")."""

    name: str
    title: str
    codec: str
    bom: bytes = b""


UTF_8 = UnicodeForm("utf-8", "UTF-8", "utf-8")
UTF_8_BOM = UnicodeForm("utf-8-bom", "UTF-8（BOM付き）", "utf-8", codecs.BOM_UTF8)
UTF_16LE = UnicodeForm("utf-16le", "UTF-16LE", "utf-16-le")
UTF_16BE = UnicodeForm("utf-16be", "UTF-16BE", "utf-16-be")
UTF_16LE_BOM = UnicodeForm("utf-16le-bom", "UTF-16LE（BOM付き）", "utf-16-le", codecs.BOM_UTF16_LE)
UTF_16BE_BOM = UnicodeForm("utf-16be-bom", "UTF-16BE（BOM付き）", "utf-16-be", codecs.BOM_UTF16_BE)


class UnicodeReader(Reader):
    """Reads one stream. After damage nothing more is read: later offsets would be guesses."""

    def __init__(self, form: UnicodeForm) -> None:
        self._form = form
        self._offset = 0
        self._rest = b""
        self._begun = not form.bom
        self._broken = False

    def feed(self, block: bytes, *, final: bool = False) -> Read:
        data = self._rest + block
        self._rest = b""
        if self._broken:
            return Read(np.empty(0, dtype=np.uint32))
        if not self._begun:
            if len(data) < len(self._form.bom) and not final:
                self._rest = data
                return Read(np.empty(0, dtype=np.uint32))
            if not data.startswith(self._form.bom):
                return self._damaged(Trouble.NO_BOM, 0, data[: len(self._form.bom)])
            data = data[len(self._form.bom) :]
            self._offset += len(self._form.bom)
            self._begun = True
        try:
            text, used = _decode(self._form.codec, data, final=final)
        except UnicodeDecodeError as error:
            read = self._damaged(Trouble.NOT_UNICODE, error.start, data[error.start : error.end])
            good, _ = _decode(self._form.codec, data[: error.start], final=True)
            read.points = points_of(good)
            read.faults = [replace(fault, before=len(good)) for fault in read.faults]
            return read
        self._offset += used
        self._rest = data[used:]
        return Read(points_of(text))

    def _damaged(self, trouble: Trouble, at: int, raw: bytes) -> Read:
        self._broken = True
        return Read(np.empty(0, dtype=np.uint32), faults=[CodeFault(trouble, self._offset + at, raw)])


def _decode(codec: str, data: bytes, *, final: bool) -> tuple[str, int]:
    functions = {
        "utf-8": codecs.utf_8_decode,
        "utf-16-le": codecs.utf_16_le_decode,
        "utf-16-be": codecs.utf_16_be_decode,
    }
    return functions[codec](data, "strict", final)


def points_of(text: str) -> Points:
    """The code points of a text. Surrogates cannot be in it."""
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)


def text_of(points: Points) -> str:
    """The text of code points."""
    if len(points) and int(points.max()) < 0x10000:
        return points.astype(np.uint16).tobytes().decode("utf-16-le")
    return points.tobytes().decode("utf-32-le")
