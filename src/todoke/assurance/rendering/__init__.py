"""評価書の印刷: one edition as HTML, PDF or Markdown, in the order and with the wording of the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from todoke.assurance.rendering import html, markdown, pdf
from todoke.assurance.rendering.document import Document, document

__all__ = ["FORMATS", "TYPES", "Document", "document"]

FORMATS: Final[dict[str, Callable[[Document], bytes]]] = {
    "html": html.page,
    "pdf": pdf.typeset,
    "md": markdown.text,
}
"""Name of the format, and ending of its file → how it is made."""
TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "md": "text/markdown; charset=utf-8",
}
"""Name of the format → how a browser is told of it."""
