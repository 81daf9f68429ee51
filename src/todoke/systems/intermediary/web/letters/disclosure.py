"""情報提供等記録の開示 as PDF: plain Japanese for the person; knows no database and nothing of what is withheld."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from todoke.pages import typesetting

_TEMPLATE = Path(__file__).with_name("disclosure.typ")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One exchange, in words; `answered_at` empty and `items` none where nothing came."""

    inquirer: str
    provider: str
    asked_at: str
    duty: str
    procedure: str
    information: str
    answer: str
    answered_at: str
    items: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """The whole paper; days and times are already in the Japanese calendar."""

    request_number: str
    requested_on: str
    issued_on: str
    municipality: str
    office: str
    name: str
    period: str
    entries: Sequence[Entry]


def typeset(paper: Paper) -> bytes:
    """The document. The same paper gives the same bytes."""
    return typesetting.pdf(_TEMPLATE, asdict(paper))
