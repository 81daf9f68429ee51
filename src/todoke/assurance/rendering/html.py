"""評価書 as one HTML page: complete in itself, readable by a screen reader, and printable by any browser."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.template import Context, Engine

from todoke.assurance.rendering.document import OPTIONS, Document

_FOLDER: Final = Path(__file__).with_name("templates")


def page(its: Document) -> bytes:
    """The page as UTF-8; it loads nothing."""
    engine = Engine(dirs=[str(_FOLDER)], autoescape=True)
    template = engine.get_template("document.html")
    return template.render(Context({"its": its, "options": OPTIONS})).encode()
