"""印刷する文書 (Document): form and edition put together, ready for any way of printing. Knows no format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from todoke.assurance.form import form
from todoke.assurance.form.edition import Edition
from todoke.assurance.form.parts import ROOM, Choice, Grid, Heading, Listing, Marks, Part, Row, Section, Text

CIRCLE = "○"
OPTIONS = "<選択肢>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a part, of whichever kind: only what belongs to the kind is filled."""

    kind: str  # heading, text, choice, marks, list, grid
    label: str = ""
    text: Sequence[str] = ()  # lines of a text; of a list
    chosen: str = ""
    options: Sequence[str] = ()
    groups: Sequence[tuple[str, Sequence[Box]]] = ()
    columns: Sequence[str] = ()
    cells: Sequence[Sequence[Sequence[str]]] = ()  # rows, cells, lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box with its ○ or without; `words` is None where the form leaves no room for any."""

    mark: str
    label: str
    words: str | None
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part with its rows; `title` may be empty."""

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A section. `about`: the file that it speaks of, where the form repeats the section."""

    title: str
    about: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole. `title` and `name` also head its pages."""

    title: str
    name: str
    published_on: str
    chapters: Sequence[Chapter]


def document(edition: Edition) -> Document:
    """The edition in its form."""
    sections = form(edition.shape())
    return Document(
        title=sections[0].title,
        name=edition.text("表紙.評価書名"),
        published_on=edition.text("表紙.公表日"),
        chapters=[_chapter(edition, section) for section in sections],
    )


def _chapter(edition: Edition, section: Section) -> Chapter:
    about = edition.text(f"II-{section.file}.1") if section.file else ""
    return Chapter(title=section.title, about=about, blocks=[_block(edition, part) for part in section.parts])


def _block(edition: Edition, part: Part) -> Block:
    return Block(title=part.title, lines=[_line(edition, row) for row in part.rows])


def _line(edition: Edition, row: Row) -> Line:
    match row:
        case Heading(text, _):
            return Line(kind="heading", label=text)
        case Text(key, label):
            return Line(kind="text", label=label, text=edition.text(key).split("\n"))
        case Choice(key, label, options):
            return Line(kind="choice", label=label, chosen=edition.text(key), options=options)
        case Marks(key, label, groups):
            marked = edition.marked(key)
            boxes = [(group.caption, [_box(name, marked) for name in group.boxes]) for group in groups]
            return Line(kind="marks", label=label, groups=boxes)
        case Listing(key, label, numbered):
            lines = enumerate(edition.lines(key), start=1)
            listed = [f"{number} {one}" if numbered else f"・{one}" for number, one in lines]
            return Line(kind="list", label=label, text=listed)
        case Grid(key, columns, rows):
            cells = [
                [edition.text(f"{key}.{line}.{column}").split("\n") for column in columns]
                for line in range(1, rows + 1)
            ]
            return Line(kind="grid", columns=columns, cells=cells)


def _box(name: str, marked: dict[str, str]) -> Box:
    label, room, unit = name.partition(ROOM)
    words = marked.get(label, "") if room else None
    return Box(mark=CIRCLE if label in marked else "", label=label, words=words, unit=unit)
