"""評価書 as Markdown: readable as it stands, and good to compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from todoke.assurance.rendering.document import OPTIONS, Box, Document, Line


def text(its: Document) -> bytes:
    """The document as UTF-8."""
    return "\n".join(_lines(its)).encode()


def _lines(its: Document) -> Iterator[str]:
    for place, chapter in enumerate(its.chapters):
        yield f"{'#' if place == 0 else '##'} {_plain(chapter.title)}\n"
        for block in chapter.blocks:
            if block.title:
                yield f"### {_plain(block.title)}\n"
            for line in block.lines:
                yield from _line(line)


def _line(line: Line) -> Iterator[str]:
    if line.kind == "heading":
        yield f"#### {_plain(line.label)}\n"
        return
    if line.label:
        yield f"**{_plain(line.label)}**\n"
    if line.kind in ("text", "list"):
        yield "  \n".join(_plain(text) for text in line.text) + "\n"
    elif line.kind == "choice":
        yield f"[ {line.chosen} ]\n\n{_plain(OPTIONS)}\n"
        yield "\n".join(f"- {number}) {option}" for number, option in enumerate(line.options, 1)) + "\n"
    elif line.kind == "marks":
        yield "\n".join(text for caption, boxes in line.groups for text in _group(caption, boxes)) + "\n"
    else:
        yield _grid(line)


def _group(caption: str, boxes: Sequence[Box]) -> Iterator[str]:
    if caption:
        yield f"- {caption}"
    for box in boxes:
        words = "" if box.words is None else f" ( {_plain(box.words)} ){box.unit}"
        yield f"{'  ' if caption else ''}- [ {box.mark} ] {box.label}{words}"


def _grid(line: Line) -> str:
    rows = [["", *line.columns], ["---"] * (len(line.columns) + 1)]
    rows += [[str(number), *(_cell(cell) for cell in row)] for number, row in enumerate(line.cells, 1)]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def _cell(lines: Sequence[str]) -> str:
    return "<br>".join(_plain(text).replace("|", "\\|") for text in lines)


def _plain(text: str) -> str:
    """Signs that Markdown would take for its own."""
    return text.replace("<", "&lt;").replace(">", "&gt;").replace("*", "\\*")
