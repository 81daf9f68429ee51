"""組版: a Typst template and data become a PDF. One typeface, nothing of the machine's own; the same data give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from todoke.pages import typeface


def fonts() -> typst.Fonts:
    """Only the house's typeface."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(typeface.font_file().parent)],
    )


def pdf(template: Path | str, data: Mapping[str, Any], *, tagged: bool = True) -> bytes:
    """The document of a template (a file, or its text) that reads `json(bytes(sys.inputs.data))`.

    Tagged PDFs can be read out by a screen reader. A template that sets no date gives the same bytes again.
    """
    source = str(template) if isinstance(template, Path) else template.encode()
    made = typst.compile(
        source, font_paths=fonts(), format="pdf", pdf_tags=tagged,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )  # fmt: skip
    assert isinstance(made, bytes)
    return made
