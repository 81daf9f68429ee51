"""評価書 as PDF on A4: tagged, so that it can be read out; the same edition gives the same bytes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final

from todoke.assurance.rendering.document import OPTIONS, Document
from todoke.pages import typesetting

_TEMPLATE: Final = Path(__file__).with_name("templates") / "document.typ"


def typeset(its: Document) -> bytes:
    """The document by Typst."""
    return typesetting.pdf(_TEMPLATE, asdict(its) | {"options": OPTIONS})
