"""Layouts as Markdown for people: the same tables that drive the codecs, so the document cannot drift."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from todoke.records.comma_fixed import CommaLayout
from todoke.records.csv_input import CsvLayout
from todoke.records.fields import Heading, Kind, Placed, RecordLayout
from todoke.records.wide_csv import WideLayout

_INTRODUCTION = """# Record layouts (様式)

Made from `todoke.records.layouts`; do not edit. A released edition never changes: a change is a new edition
beside it. A missing value is spaces over its whole width (fixed length) or an empty cell (CSV), never 0.
"""
_MARK = "○"


def page(
    csv_layouts: Sequence[CsvLayout],
    record_layouts: Sequence[RecordLayout],
    comma_layouts: Sequence[CommaLayout],
    wide_layouts: Sequence[WideLayout],
) -> str:
    """One page of all layouts."""
    parts = [_INTRODUCTION, "## Fixed length (固定長)\n", *map(record_layout, record_layouts)]
    parts += ["## CSV (UTF-8, header row)\n", *map(csv_layout, csv_layouts)]
    parts += ["## Fixed width, joined by commas (no header, CR LF)\n", *map(comma_layout, comma_layouts)]
    parts += ["## CSV by column number (no header, CR LF)\n", *map(wide_layout, wide_layouts)]
    return "\n".join(parts)


def comma_layout(layout: CommaLayout) -> str:
    """One line as a table: number, width, name, kind, required, personal."""
    rows = [
        (
            field.item,
            str(field.width),
            field.label,
            f"`{field.name}`" if field.kind.is_column else "",
            field.kind.value,
            _marked(field.required),
            _marked(field.personal),
            "、".join(filter(None, (f"値 {field.value}" if field.value else "", field.note))),
        )
        for field in layout.fields
    ]
    head = ("項番", "幅", "項目", "列", "種類", "必須", "個人情報", "備考")
    title = f"### {layout.title} — `{layout.name}` edition {layout.edition}\n\n{layout.empty.value}、{layout.charset.name}\n"
    return f"{title}\n{_table(head, rows)}"


def wide_layout(layout: WideLayout) -> str:
    """The known columns of one line with their numbers."""
    rows = [(str(place), f"`{name}`") for name, place in sorted(layout.places, key=lambda known: known[1])]
    title = f"### {layout.title} — `{layout.name}` edition {layout.edition}\n\n{layout.width} columns, {layout.encoding}\n"
    return f"{title}\n{_table(('番号', '列'), rows)}"


def record_layout(layout: RecordLayout) -> str:
    """One record as a table: item number, position from 1, width, name, kind, required, personal."""
    title = (
        f"### {layout.title} — `{layout.name}` edition {layout.edition}\n\n"
        f"{layout.length} bytes, {layout.charset.name}\n"
    )
    head = ("項番", "位置", "長さ", "項目", "列", "種類", "必須", "個人情報", "備考")
    return f"{title}\n{_table(head, _record_rows(layout))}"


def csv_layout(layout: CsvLayout) -> str:
    """One CSV file as a table, and the rules between its columns."""
    rows = [
        (
            f"`{column.name}`",
            column.label,
            _marked(column.required),
            _marked(column.personal),
            column.rule.sentence,
        )
        for column in layout.columns
    ]
    rules = "".join(f"- {rule.sentence}\n" for rule in layout.rules)
    body = _table(("列", "項目", "必須", "個人情報", "規則"), rows)
    return f"### {layout.title} — `{layout.name}` edition {layout.edition}\n\n{body}\n{rules}"


def _record_rows(layout: RecordLayout) -> Iterable[tuple[str, ...]]:
    above: tuple[Heading, ...] = ()
    for placed in layout.placed:
        for depth, heading in enumerate(placed.path):
            if placed.path[: depth + 1] != above[: depth + 1]:
                yield _heading_row(heading, depth)
        above = placed.path
        yield _field_row(placed)


def _heading_row(heading: Heading, depth: int) -> tuple[str, ...]:
    times = f" {heading.round}/{heading.occurs}" if heading.occurs > 1 else ""
    return (heading.item, "", "", _indented(f"**{heading.label}**{times}", depth), "", "", "", "", "")


def _field_row(placed: Placed) -> tuple[str, ...]:
    field = placed.field
    place = f"{placed.start + 1}–{placed.end}" if field.width > 1 else str(placed.end)
    repertoire = field.repertoire.name if field.repertoire else ""
    note = "、".join(filter(None, (f"値 {field.value}" if field.value else "", repertoire, field.note)))
    column = f"`{field.name}`" if field.kind.is_column else ""
    required = _marked(field.required or field.kind in (Kind.CONSTANT, Kind.SHIFT_OPEN, Kind.SHIFT_CLOSE))
    label = _indented(field.label, len(placed.path))
    return (
        field.item,
        place,
        str(field.width),
        label,
        column,
        field.kind.value,
        required,
        _marked(field.personal),
        note,
    )


def _indented(label: str, depth: int) -> str:
    return "　" * depth + label


def _marked(yes: bool) -> str:
    return _MARK if yes else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
