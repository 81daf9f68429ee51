"""文字コード of incoming CSV files: chosen by a person, never guessed; a wrong choice is recognised and said.

Files become UTF-8 without BOM, line by line as they were, so that row numbers stay those of the file.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from todoke.kernel.errors import BadRow, InputRefused
from todoke.records.csv_bytes import is_utf8

_BOM: Final = b"\xef\xbb\xbf"
_BOM_16: Final = b"\xff\xfe"
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_LISTED: Final = 1000
"""Undecodable lines that are named one by one; a file with more is of another kind altogether."""
WHOLE: Final = "（ファイル全体）"
_LINE: Final = "（行全体）"


class Encoding(StrEnum):
    """What a file may be written in. The codec reads strictly: nothing is replaced or left out."""

    UTF8 = "utf-8"
    UTF8_BOM = "utf-8-bom"
    CP932 = "cp932"
    UTF16 = "utf-16"

    @property
    def label(self) -> str:
        """As the list of choices says it."""
        return _TITLES[self]


_TITLES: Final = {
    Encoding.UTF8: "UTF-8（BOMなし）",
    Encoding.UTF8_BOM: "UTF-8（BOM付き。Excel の「CSV UTF-8」）",
    Encoding.CP932: "Shift_JIS（Windows-31J。Excel の「CSV」）",
    Encoding.UTF16: "UTF-16LE（メモ帳の「Unicode」）",
}


def to_utf8(file: str, data: bytes, encoding: Encoding) -> bytes:
    """The same lines in UTF-8 without BOM. InputRefused says which other choice fits, or names every line that does not."""
    if data:
        _refuse_wrong_choice(file, data, encoding)
        data = _converted(file, data, encoding)
        _refuse_other_damage(file, data)
    return data


def _refuse_wrong_choice(file: str, data: bytes, encoding: Encoding) -> None:
    other = _recognised(data, encoding)
    if other is not None:
        rule = (
            f"文字コードに「{encoding.label}」が選ばれましたが、ファイルは「{other.label}」です。"
            "文字コードを選び直して、同じファイルをもう一度取り込んでください"
        )
        raise InputRefused(file, [BadRow(file=file, row=1, column=WHOLE, shown="", rule=rule)])


def _recognised(data: bytes, chosen: Encoding) -> Encoding | None:
    """The other encoding that the file is certainly in; None while the choice may be right."""
    if data.startswith(_BOM):
        return None if chosen is Encoding.UTF8_BOM else Encoding.UTF8_BOM
    if data.startswith(_BOM_16) or data[1::2][:64].count(0) > len(data[1::2][:64]) // 2:
        return None if chosen is Encoding.UTF16 else Encoding.UTF16
    if _HIGH.search(data) is None:  # ASCII alone reads the same as UTF-8 and as Shift_JIS
        return None if chosen in (Encoding.UTF8, Encoding.CP932) else Encoding.UTF8
    if chosen is Encoding.UTF8:
        return Encoding.CP932 if not is_utf8(data) and _is_cp932(data) else None
    if is_utf8(data):
        return Encoding.UTF8
    return Encoding.CP932 if chosen is not Encoding.CP932 and _is_cp932(data) else None


def _is_cp932(data: bytes) -> bool:
    try:
        data.decode("cp932")
    except UnicodeDecodeError:
        return False
    return True


def _converted(file: str, data: bytes, encoding: Encoding) -> bytes:
    if encoding is Encoding.UTF8:
        return data  # csv_bytes looks whether it is UTF-8, and names every line that is not
    if encoding is Encoding.UTF8_BOM:
        return data.removeprefix(_BOM)
    try:
        if encoding is Encoding.UTF16:
            return data.removeprefix(_BOM_16).decode("utf-16-le").encode()
        return data.decode("cp932").encode()
    except UnicodeError:
        raise InputRefused(file, _undecodable(file, data, encoding)) from None


def _undecodable(file: str, data: bytes, encoding: Encoding) -> list[BadRow]:
    """Every line that the chosen encoding cannot read."""
    if encoding is Encoding.UTF16:
        rule = "UTF-16LEとして読めません（途中で切れているか、別の文字コードです）"
        return [BadRow(file=file, row=1, column=WHOLE, shown="", rule=rule)]
    found: list[BadRow] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            line.decode("cp932")
        except UnicodeDecodeError as error:
            hexes = line[error.start : error.end].hex().upper()
            rule = f"Shift_JISとして正しくありません（行頭から{error.start + 1}バイト目）"
            found.append(BadRow(file=file, row=number, column=_LINE, shown=f"X'{hexes}'", rule=rule))
    if len(found) > _LISTED:
        rule = (
            f"{len(found):,} 行が、選ばれた「{encoding.label}」でも UTF-8 でも読めません。CSVではないファイル"
            "（Excelブック、圧縮ファイル、ホストの文字コードなど）でないか確かめてください"
        )
        return [BadRow(file=file, row=found[0].row, column=WHOLE, shown="", rule=rule)]
    return found


def _refuse_other_damage(file: str, data: bytes) -> None:
    """Line ends of old Macintosh, and characters that an earlier conversion has lost already."""
    if b"\r" in data and b"\n" not in data:
        rule = "改行がCRだけです。改行をLFまたはCR LFにして保存し直してください"
        raise InputRefused(file, [BadRow(file=file, row=1, column=WHOLE, shown="", rule=rule)])
    lost = "\ufffd".encode()
    if lost in data:
        rule = "文字化け（U+FFFD）があります。元のシステムから出力し直してください"
        rows = [number for number, line in enumerate(data.split(b"\n"), 1) if lost in line]
        raise InputRefused(
            file, [BadRow(file=file, row=row, column=_LINE, shown="", rule=rule) for row in rows]
        )
