"""対応表の印刷: the matrix as XLSX, PDF and Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

import xlsxwriter

from todoke.access.matrix import HOLDER_COLUMNS, Matrix
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages import typesetting

TITLE: Final = "アクセス権限と事務の対応表"
HOLDERS: Final = "付与の状況"
_PAGE: Final = """
#let data = json(bytes(sys.inputs.data))
#set page(paper: "a3", flipped: true, margin: 12mm, numbering: "1 / 1")
#set text(font: "Noto Sans JP", size: 7pt, lang: "ja")
#let sheet(title, head, rows) = {
  heading(title)
  table(columns: head.len(), stroke: 0.4pt, inset: 3pt, table.header(..head.map(strong)), ..rows.flatten())
}
#sheet(data.title, data.head, data.rows)
#pagebreak()
#sheet(data.holders, data.holder_head, data.holder_rows)
"""


def write(found: Matrix, out: Path) -> None:
    """Write the matrix in the form that the file's ending names; RECORD_INVALID for another one."""
    form = FORMS.get(out.suffix)
    if form is None:
        detail = f"出力先は {'・'.join(FORMS)} のいずれかで終わるファイル名にしてください"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
    out.write_bytes(form(found))


def xlsx(found: Matrix) -> bytes:
    """Two sheets; every cell is text, so that no code loses its leading zeros and nothing becomes a formula."""
    held = BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "border": 1})
        plain = book.add_format({"border": 1})
        for title, head, rows in _sheets(found):
            sheet = book.add_worksheet(title)
            for column, text in enumerate(head):
                sheet.write_string(0, column, text, bold)
            for row, cells in enumerate(rows, start=1):
                for column, text in enumerate(cells):
                    sheet.write_string(row, column, text, plain)
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, len(head) - 1, 18)
    return held.getvalue()


def pdf(found: Matrix) -> bytes:
    """The same on A3, by typst."""
    data = {
        "title": _title(found),
        "head": found.head,
        "rows": found.cells,
        "holders": HOLDERS,
        "holder_head": list(HOLDER_COLUMNS),
        "holder_rows": [list(row) for row in found.holders],
    }
    return typesetting.pdf(_PAGE, data)


def markdown(found: Matrix) -> bytes:
    """The same as text."""
    parts = [f"# {_title(found)}\n"]
    for title, head, rows in _sheets(found):
        lines = [head, ["---"] * len(head), *rows]
        table = "".join("| " + " | ".join(line) + " |\n" for line in lines)
        parts.append(f"\n## {title}\n\n{table}")
    return "".join(parts).encode()


FORMS: Final[dict[str, Callable[[Matrix], bytes]]] = {".xlsx": xlsx, ".pdf": pdf, ".md": markdown}
"""File ending → how the file is made."""


def _title(found: Matrix) -> str:
    return f"{TITLE}（{found.realm}、{clock.wareki(clock.today())}現在）"


def _sheets(found: Matrix) -> list[tuple[str, Sequence[str], Sequence[Sequence[str]]]]:
    return [(TITLE, found.head, found.cells), (HOLDERS, HOLDER_COLUMNS, found.holders)]
