"""業務マニュアル (docs/manual): which section explains which screen, and how its Markdown is shown inside a site.

A section names its screens itself, in a comment below its heading: `<!-- 画面: route route -->` (docs/manual/README.md).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER: Final = Path(__file__).parent / "manual"
"""A link to docs/manual, so that the wheel carries the pages, too."""
FIRST: Final = "README.md"
_SCREENS = re.compile(r"<!-- 画面: (.+?) -->")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"#{1,6} (.+)")
_NO_SLUG = re.compile(r"[^\w\- ]")
_READER: Final = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A section of the manual."""

    page: str
    anchor: str

    @property
    def path(self) -> str:
        """Below /manual/."""
        return f"{self.page}#{self.anchor}"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A page as HTML; its title is its first heading."""

    title: str
    html: str


def pages(folder: Path = FOLDER) -> list[str]:
    """Every page, by its path below the folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.md"))


def named(folder: Path = FOLDER) -> Iterator[tuple[str, Place]]:
    """Every screen that a section names, with the section; one that is named twice comes twice."""
    for page in pages(folder):
        anchor = ""
        for line in (folder / page).read_text(encoding="utf-8").splitlines():
            if heading := _HEADING.fullmatch(line):
                anchor = slug(heading[1])
            elif screens := _SCREENS.fullmatch(line):
                yield from ((route, Place(page=page, anchor=anchor)) for route in screens[1].split())


@cache
def table() -> dict[str, Place]:
    """Route → the section that explains it."""
    return dict(named())


def slug(heading: str) -> str:
    """The anchor of a heading, the same as on the built site (pymdownx.slugs, lower case)."""
    return _NO_SLUG.sub("", unicodedata.normalize("NFC", heading).strip().lower()).replace(" ", "-")


def find(path: str) -> Path | None:
    """A page or picture of the manual; None where there is none, also for a way out of the folder."""
    found = (FOLDER / path).resolve()
    inside = found.is_relative_to(FOLDER.resolve()) and found.is_file()
    return found if inside and found.suffix in (".md", ".png") else None


def tokens(path: Path) -> list[Token]:
    """A page as its Markdown tokens, without comments; HTML of its own is text."""
    return _READER.parse(_COMMENT.sub("", path.read_text(encoding="utf-8")))


@cache
def shown(path: Path) -> Shown:
    """A page as HTML for our shell: no HTML of its own, no inline style, headings with anchors, tables that scroll."""
    title, ready = "", []
    found = tokens(path)
    for place, token in enumerate(found):
        token.attrs.pop("style", None)
        if token.type == "heading_open":
            text = found[place + 1].content
            title = title or text
            token.attrSet("id", slug(text))
        ready += _framed(token, number=place)
    return Shown(title=title, html=_READER.renderer.render(ready, _READER.options, {}))


def _framed(token: Token, *, number: int) -> list[Token]:
    """A table in a frame that scrolls by keyboard; anything else as it is."""
    if token.type == "table_open":
        frame = Token("frame_open", "div", 1, block=True)
        frame.attrs = {"class": "table-wrap", "role": "region", "tabindex": "0", "aria-label": f"表{number}"}
        return [frame, token]
    if token.type == "table_close":
        return [token, Token("frame_close", "div", -1, block=True)]
    return [token]
