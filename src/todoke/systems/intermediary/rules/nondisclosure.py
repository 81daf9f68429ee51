"""不開示コード: what each code means, as configured. The national values are not public, so none is fixed in the code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Code:
    """One row of the table."""

    code: str
    title: str
    withheld: bool


def table(text: str) -> Mapping[str, Code]:
    """The table from its configuration: `1=開示,2!不開示（…）`; `=` discloses, `!` withholds.

    Raises ValueError for a row that is neither, for a code twice, and for a table by which nothing could be disclosed
    or nothing withheld.
    """
    rows = [_row(part.strip()) for part in text.split(",")]
    found = {row.code: row for row in rows}
    if len(found) < len(rows) or {row.withheld for row in rows} != {True, False}:
        raise ValueError("a code stands twice, or only one kind of code is there")
    return found


def disclosing(codes: Iterable[Code]) -> list[str]:
    """The codes with which a record may be shown to the person. Every other one, also an unknown one, withholds."""
    return sorted(row.code for row in codes if not row.withheld)


def _row(part: str) -> Code:
    code, mark, title = part[:1], part[1:2], part[2:].strip()
    if not code.isascii() or not (code.isdigit() or code.isupper()) or mark not in ("=", "!") or not title:
        raise ValueError("a row of the table of codes is `code=title` or `code!title`")
    return Code(code=code, title=title, withheld=mark == "!")
