"""Tables that an operator supplies: a vendor's extension area (拡張領域) and a city's own characters (外字).

Two forms. CSV, UTF-8, header `code,sequence,use`: the code in hex (41A1; one byte for a single-byte character),
the Unicode text as one or two code points (`U+845B U+E0101`, a base and its IVS), and the use: empty (read and
written), `decode-only`, `encode-only`, or `base` (the second point may be missing when written: the base alone
has this code, too). JSON: a list of rows `code`, `unicode`, and where known `sp` (a combining mark), `hd`, `aj1`
(IVS of the 汎用電子 and Adobe-Japan1 collections) and `options`, as the published host code tables have them.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records.codes.coded_set import SINGLE, CodedSet

USES = ("", "decode-only", "encode-only", "base")

_CODE = re.compile(r"(?:[0-9A-Fa-f]{2}){1,2}")
_POINT = re.compile(r"(?:U\+)?([0-9A-Fa-f]{4,6})")
_WITHOUT_CHARACTER = {"unmappable"}
_ENCODE_ONLY = {"encode_only", "cjk_ci"}


@dataclass
class Supplement:
    """What a file adds to a set: codes of the set's table, further spellings, codes that are never written."""

    reading: dict[int, str] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)
    decode_only: set[int] = field(default_factory=set)

    def add(self, code: int, text: str, use: str) -> None:
        """One row."""
        if use == "encode-only":
            self.accepted[text] = code
            return
        self.reading[code] = text
        if use == "decode-only":
            self.decode_only.add(code)
        elif use == "base":
            self.accepted.setdefault(text[0], code)


def load(path: Path) -> Supplement:
    """The file as a supplement. Raises INPUT_MISSING, or InputRefused with every bad row."""
    if not path.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=path.name)
    found, faults = Supplement(), []
    rows = _json_rows(path) if path.suffix.lower() == ".json" else _csv_rows(path)
    for number, code, sequence, use in rows:
        text = text_of_sequence(sequence)
        if not _CODE.fullmatch(code) or text is None or use not in USES:
            rule = "符号は16進2桁または4桁、文字は U+ で始まる符号位置1つまたは2つ、用途は空欄・" + "・".join(
                USES[1:]
            )
            faults.append(
                BadRow(
                    file=path.name,
                    row=number,
                    column="code,sequence,use",
                    shown=f"{code},{sequence},{use}"[:40],
                    rule=rule,
                )
            )
            continue
        value = int(code, 16)
        found.add(value if len(code) == 4 else SINGLE | value, text, use)
    if faults:
        raise InputRefused(path.name, faults)
    return found


def with_extension(coded: CodedSet, supplement: Supplement) -> CodedSet:
    """The set with a vendor's table over it: where both speak of a code, the table is right."""
    return coded.with_codes(supplement.reading, supplement.accepted, frozenset(supplement.decode_only))


def with_gaiji(coded: CodedSet, supplement: Supplement, *, file: str) -> CodedSet:
    """The set with a city's own characters in its user area. InputRefused for codes outside that area."""
    outside = sorted(code for code in supplement.reading if code not in coded.user_area)
    if outside:
        rule = f"{coded.title} の利用者定義領域にない符号です"
        raise InputRefused(
            file,
            [BadRow(file=file, row=0, column="code", shown=f"{code:04X}", rule=rule) for code in outside],
        )
    return with_extension(coded, supplement)


def text_of_sequence(sequence: str) -> str | None:
    """`U+845B U+E0101` as text; None when it is not one or two code points."""
    points = [_POINT.fullmatch(part) for part in sequence.split()]
    if not 1 <= len(points) <= 2 or not all(points):
        return None
    values = [int(point[1], 16) for point in points if point]
    if any(value > 0x10FFFF or 0xD800 <= value < 0xE000 for value in values):
        return None
    return "".join(map(chr, values))


Row = tuple[int, str, str, str]
"""Line, code, sequence, use."""


def _csv_rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if not {"code", "sequence"} <= set(reader.fieldnames or ()):
            rule = "見出しは code,sequence,use でなければなりません"
            raise InputRefused(
                path.name, [BadRow(file=path.name, row=1, column="（見出し）", shown="", rule=rule)]
            )
        for row in reader:
            yield reader.line_num, row["code"] or "", row["sequence"] or "", row.get("use") or ""


def _json_rows(path: Path) -> Iterator[Row]:
    rows: list[dict[str, Any]] = json.loads(path.read_bytes())
    for number, row in enumerate(rows, 1):
        options = {part for option in row.get("options", ()) for part in str(option).split(",")}
        if options & _WITHOUT_CHARACTER:
            continue
        yield from ((number, *part) for part in _readings(row, options))


def _readings(row: dict[str, Any], options: set[str]) -> Iterable[tuple[str, str, str]]:
    """A row as rows of ours. The first IVS is read; the other one and, unless `oneway`, the base are written too."""
    code, base = row["code"], row["unicode"]
    selectors = [row[key] for key in ("hd", "aj1") if row.get(key)]
    use = "decode-only" if "decode_only" in options else "encode-only" if options & _ENCODE_ONLY else ""
    if use == "encode-only":
        return [(code, base, use)]
    if "sp" in row:
        return [(code, f"{base} {row['sp']}", use)]
    if not selectors:
        return [(code, base, use)]
    first = (code, f"{base} {selectors[0]}", use or ("" if "oneway" in options else "base"))
    others = [(code, f"{base} {other}", "encode-only") for other in selectors[1:] if not use]
    return [first, *others]
