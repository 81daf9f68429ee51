"""縮退: characters of 行政事務標準文字 (MJ+) and Unicode brought into a smaller set, JIS X 0213 above all.

Unicode itself says which compatibility ideograph stands for which unified one, and that a base without its
selector is the same character in another shape. The rest is a decision of people: the MJ縮退マップ of the
文字情報技術促進協議会 (JSON, keyed by MJ文字図形名) with a list of the figures (CSV, header `name,sequence`), or a
table of the city's own (CSV, header `from,to`). Nothing is reduced unless asked, and every reduction is counted.
"""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records.codes.lead_sets import lead_set
from todoke.records.codes.supplements import text_of_sequence
from todoke.records.codes.tables import is_selector
from todoke.records.codes.unicode_forms import points_of
from todoke.records.codes.writing import fit

RULES = (
    "JIS包摂規準・UCS統合規則",
    "法務省戸籍法関連通達・通知",
    "法務省告示582号別表第四",
    "辞書類等による関連字",
    "読み・字形による類推",
)
"""The grounds of the MJ縮退マップ, the firmest first: of several the first that names a character decides."""


@dataclass(frozen=True)
class Reduction:
    """Text → the text that stands for it. `by_unicode`: what Unicode says is used, too, after the table."""

    table: Mapping[str, str] = field(default_factory=dict)
    by_unicode: bool = True

    def candidates(self, text: str) -> Iterator[str]:
        """What may stand for one character (a base and perhaps a selector), the best first."""
        if text in self.table:
            yield self.table[text]
        base = text[0]
        if len(text) > 1 and is_selector(ord(text[1])) and self.by_unicode:
            yield base
        if base in self.table:
            yield self.table[base]
        if self.by_unicode and unicodedata.normalize("NFC", base) != base:
            yield unicodedata.normalize("NFC", base)


def load(path: Path, figures: Path | None = None) -> Reduction:
    """A table (CSV), or the MJ縮退マップ (JSON) with the list of figures. Raises INPUT_MISSING, InputRefused."""
    for wanted in (path, figures):
        if wanted is not None and not wanted.is_file():
            raise TodokeError(ErrorCode.INPUT_MISSING, file=wanted.name)
    if path.suffix.lower() != ".json":
        return Reduction(dict(_pairs(path, "from", "to")))
    if figures is None:
        raise TodokeError(
            ErrorCode.SETUP_MISSING, detail="MJ文字図形名の一覧", todo="--mj-list で指定してください。"
        )
    return Reduction(dict(_of_map(path, dict(_pairs(figures, "name", "sequence", texts=("sequence",))))))


def outside_jis_x_0213(text: str) -> tuple[str, ...]:
    """The characters of a text that JIS X 0213:2012 (11,233 characters) does not hold; ASCII and 半角カナ not among them."""
    coded = lead_set("shift_jis_2004", "Shift_JIS-2004")
    points = points_of(text)
    bad = fit(coded, points).bad
    return tuple(chr(int(point)) for point in np.unique(points[bad]))


def _of_map(path: Path, sequences: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    document: dict[str, Any] = json.loads(path.read_bytes())
    for item in document["content"]:
        text = sequences.get(item["MJ文字図形名"])
        target = next((found["UCS"] for rule in RULES for found in item.get(rule, ())), None)
        if text and target:
            yield text, text_of_sequence(target) or text


def _pairs(
    path: Path, first: str, second: str, texts: tuple[str, ...] | None = None
) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if not {first, second} <= set(reader.fieldnames or ()):
            raise _refused(path, 1, f"見出しは {first},{second} でなければなりません")
        for row in reader:
            cells = []
            for name in (first, second):
                cell = text_of_sequence(row[name] or "") if texts is None or name in texts else row[name]
                if not cell:
                    raise _refused(
                        path, reader.line_num, "U+ で始まる符号位置1つまたは2つでなければなりません"
                    )
                cells.append(cell)
            yield cells[0], cells[1]


def _refused(path: Path, row: int, rule: str) -> InputRefused:
    return InputRefused(
        path.name, [BadRow(file=path.name, row=row, column="（行全体）", shown="", rule=rule)]
    )
