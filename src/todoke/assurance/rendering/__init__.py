"""評価書の印刷: one edition as HTML, PDF or Markdown, in the order and with the wording of the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from todoke.assurance.rendering import html, markdown, pdf
from todoke.assurance.rendering.document import Document, document

__all__ = ["FORMATS", "Document", "document"]

FORMATS: Final[dict[str, Callable[[Document], bytes]]] = {
    "html": html.page,
    "pdf": pdf.typeset,
    "md": markdown.text,
}
"""Name of the format, and ending of its file → how it is made."""
