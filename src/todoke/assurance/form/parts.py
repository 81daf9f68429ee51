"""様式の部品: what a form consists of — sections, parts, items of five kinds — and nothing of what is written into it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that only says what follows: システム1, リスク1：…, 再委託. `over`: how the keys begin that it stands over."""

    text: str
    over: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """記述欄."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Choice:
    """選択肢: one of them stands in brackets; the form numbers and prints all of them."""

    key: str
    label: str
    options: tuple[str, ...]


ROOM = "( )"


@dataclass(frozen=True, slots=True)
class Boxes:
    """複数選択: ○ in any of them. A box with `( )` leaves room for words; its name is what stands before."""

    caption: str
    boxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """○を付ける欄, in one group or several."""

    key: str
    label: str
    groups: tuple[Boxes, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """列挙欄 of 別添1: one line each, numbered or with a dot."""

    key: str
    label: str
    numbered: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """表 of 別紙 and 別添2: `rows` lines of these columns; the cell's key is `key.line.column`."""

    key: str
    columns: tuple[str, ...]
    rows: int


Item = Text | Choice | Marks | Listing
Row = Heading | Item | Grid


@dataclass(frozen=True, slots=True)
class Part:
    """A numbered part of a section: 「3. 特定個人情報の使用」."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A section: 「I 基本情報」. `file`: the 特定個人情報ファイル that it is about, where the form repeats it."""

    title: str
    parts: tuple[Part, ...]
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How often the form repeats what it repeats: systems, 委託事項 per file, accidents, changes."""

    systems: int
    contracts_a: int
    contracts_b: int
    accidents: int
    changes: int


def marks(key: str, label: str, *boxes: str) -> Marks:
    """One group of boxes without a caption."""
    return Marks(key, label, (Boxes("", boxes),))


MATERIAL = "※"
"""Whoever wants to change such an item assesses anew beforehand (重要な変更, 規則第11条; 指針 第6の2(2) and 別表)."""


def is_material(section: Section, part: Part, row: Row) -> bool:
    """Whether a change here is a 重要な変更: its label, its part or its section carries the mark."""
    label = getattr(row, "label", "")
    if section.title.startswith("Ⅲ"):
        return not (part.title.startswith("7.") and label.startswith("②"))  # 「※(7. ②を除く。)」
    return MATERIAL in label or MATERIAL in part.title
